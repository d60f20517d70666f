# noise.gp: exact match against the deviation of the noise in the weights, a
# line for each way of training: medians over the seeds, with the range.
# ARG3: their names.
data = ARG1; name = ARG2
load system("dirname '".ARG0."'")."/style.gp"
array shade[2] = ["#D55E00", "#0072B2"]
stats data using 1 nooutput
set logscale x
set xrange [STATS_min / 1.15:STATS_max * 1.15]
set yrange [-0.02:1.04]
set ytics 0, 0.2, 1
set xlabel "deviation of the noise"
set ylabel "exact match"
plot for [i = 1:words(ARG3)] data index i - 1 using 1:2:3:4 with yerrorbars \
	linecolor rgb shade[i] pointtype 0 notitle, \
    for [i = 1:words(ARG3)] data index i - 1 using 1:2 with linespoints \
	linecolor rgb shade[i] linewidth 2 pointtype mark[i] \
	pointsize 0.7 title word(ARG3, i)
