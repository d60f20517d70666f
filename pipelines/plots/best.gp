# best.gp: the expected best of n draws in units of sigma norm(a): chosen and
# reported, at the smaller and the larger deviation (four blocks), and the
# theorem's two lines (the next two).
data = ARG1; name = ARG2
load system("dirname '".ARG0."'")."/style.gp"
array shade[4] = ["#0072B2", "#56B4E9", "#D55E00", "#E69F00"]
array title[4] = ["smaller, chosen", "smaller, reported", \
    "larger, chosen", "larger, reported"]
set logscale x
set xrange [0.9:*] noextend
set xlabel "n, the draws of which the best is taken"
set ylabel "gain / (σ |a|)"
set key maxrows 3
plot for [i = 1:4] data index i - 1 using 1:2:3:4 with yerrorbars \
	linecolor rgb shade[i] pointtype 0 notitle, \
    for [i = 1:4] data index i - 1 using 1:2 with linespoints \
	linecolor rgb shade[i] linewidth 1.5 pointtype mark[i] \
	pointsize 0.7 title title[i], \
    for [i = 1:2] data index i + 3 using 1:2 with lines \
	linecolor rgb "#333333" dashtype 2 + 2 * (i - 1) linewidth 2 \
	title i == 1 ? "theorem" : "theorem, reported"
