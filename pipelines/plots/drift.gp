# drift.gp: overlap of the gradient basis with that of step 0 and of the step
# before: over the ceiling, raw, and the ceiling.  ARG3: the level of the
# claim.
data = ARG1; name = ARG2
load system("dirname '".ARG0."'")."/style.gp"
stats data using 1 nooutput
set logscale x
set xrange [0.9:1.08 * STATS_max]
set yrange [-0.02:1.2]
set xtics (1, 5, 10, 25, 50, 100, 200)
set ytics 0, 0.2, 1
set xlabel "recovery step"
set ylabel "overlap"
set key maxrows 3
array shade[5] = ["#D55E00", "#0072B2", "#D55E00", "#0072B2", "#777777"]
array line[5] = [1, 1, 2, 2, 3]
array title[5] = ["step 0", "previous", "step 0, raw", "previous, raw", \
    "ceiling"]
set arrow from graph 0, first ARG3 + 0 to graph 1, first ARG3 + 0 nohead \
    linecolor rgb "#888888" dashtype 3
plot for [i = 1:2] data index i - 1 using 1:2:3:4 with yerrorbars \
	linecolor rgb shade[i] pointtype 0 notitle, \
    for [i = 1:5] data index i - 1 using 1:2 with linespoints \
	linecolor rgb shade[i] dashtype line[i] \
	linewidth i < 3 ? 2.5 : 1.5 pointtype mark[i] pointsize 0.7 \
	title title[i]
