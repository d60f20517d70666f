# sizes.gp: the deviation of the gains over sigma norm(a) against the number
# of parameters, a line for each sigma.  ARG3: these.
data = ARG1; name = ARG2
load system("dirname '".ARG0."'")."/style.gp"
set logscale x
set format x "10^{%T}"
set yrange [0:*]
set xlabel "parameters"
set ylabel "spread / (σ |a|)"
set key maxrows 2
array shade[4] = ["#56B4E9", "#0072B2", "#D55E00", "#E69F00"]
set arrow from graph 0, first 1 to graph 1, first 1 nohead \
    linecolor rgb "#888888" dashtype 3
plot for [i = 1:words(ARG3)] data index i - 1 using 1:2:3:4 with yerrorbars \
	linecolor rgb shade[(i - 1) % 4 + 1] pointtype 0 notitle, \
    for [i = 1:words(ARG3)] data index i - 1 using 1:2 with linespoints \
	linecolor rgb shade[(i - 1) % 4 + 1] linewidth 2 \
	pointtype mark[i % 8 + 1] pointsize 0.7 \
	title "σ = ".word(ARG3, i)
