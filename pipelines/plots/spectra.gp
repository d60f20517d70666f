# spectra.gp: the fraction of the gradients' energy in each component, for the
# three controls, uncentred (first three blocks) and centred.
data = ARG1; name = ARG2
load system("dirname '".ARG0."'")."/style.gp"
set logscale xy
set format y "10^{%T}"
set yrange [1e-5:1.5]
set xrange [0.9:*] noextend
set xtics (1, 2, 5, 10, 20, 50)
set xlabel "component"
set ylabel "fraction of the energy"
set key maxrows 3
array shade[3] = ["#0072B2", "#D55E00", "#777777"]
array title[3] = ["gradients", "shuffled labels", "Gaussian"]
plot for [i = 1:3] data index i - 1 using (column(1) + 1):2 with lines \
	linecolor rgb shade[i] linewidth 2.5 title title[i], \
    for [i = 1:3] data index i + 2 using (column(1) + 1):2 with lines \
	linecolor rgb shade[i] linewidth 1.5 dashtype 2 notitle
