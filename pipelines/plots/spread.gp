# spread.gp: against the deviation of the draws, that of the gains over the
# predicted one, and what the linear gains leave, by the same unit: absolute
# deviations (first), and relative ones.
data = ARG1; name = ARG2
load system("dirname '".ARG0."'")."/style.gp"
array shade[2] = ["#0072B2", "#D55E00"]
array title[4] = ["absolute", "relative", "absolute, rest", "relative, rest"]
set logscale xy
set format x "10^{%T}"
set yrange [1e-4:*]
set format y "%g"
set xlabel "deviation of the draws"
set ylabel "over the predicted deviation"
set arrow from graph 0, first 1 to graph 1, first 1 nohead \
    linecolor rgb "#888888" dashtype 3
plot for [i = 1:4] data index i - 1 using 1:2:3:4 with yerrorbars \
	linecolor rgb shade[(i - 1) % 2 + 1] pointtype 0 notitle, \
    for [i = 1:4] data index i - 1 using 1:2 with linespoints \
	linecolor rgb shade[(i - 1) % 2 + 1] dashtype 1 + (i > 2) \
	linewidth 2 pointtype mark[i] pointsize 0.7 title title[i]
