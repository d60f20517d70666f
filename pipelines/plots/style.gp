# style.gp: what the plots share.  data: a file of series.awk; name: of the
# plot, a prefix of the SVG's ids.  Colours after Okabe and Ito, which the
# colour-blind can tell apart; every line has its own mark as well.
set terminal svg size 480,430 dynamic enhanced font "sans-serif,15" name name
set key tmargin left Left reverse vertical width -1 samplen 1.6 \
    spacing 1.1 font ",14"
set border 3 linecolor rgb "#444444"
set tics nomirror out
set bmargin 3.5
set grid ytics linecolor rgb "#dddddd" linewidth 1 dashtype 1
set errorbars 0.6
array colour[8] = ["#0072B2", "#56B4E9", "#009E73", "#E69F00", "#999999", \
    "#D55E00", "#CC79A7", "#000000"]
array mark[8] = [5, 7, 9, 11, 4, 13, 6, 8]
