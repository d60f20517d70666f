# angles.gp: principal angles between the gradient basis at a step and those
# of step 0 and of the step before: smallest, median and largest of each.
data = ARG1; name = ARG2
load system("dirname '".ARG0."'")."/style.gp"
stats data using 1 nooutput
set logscale x
set xrange [0.9:1.08 * STATS_max]
set yrange [0:92]
set xtics (1, 5, 10, 25, 50, 100, 200)
set ytics 0, 15, 90
set xlabel "recovery step"
set ylabel "principal angle (degrees)"
array shade[2] = ["#D55E00", "#0072B2"]
array line[3] = [3, 1, 2]
array title[6] = ["", "", "step 0", "previous", "", ""]
plot for [i = 1:6] data index i - 1 using 1:2 with linespoints \
	linecolor rgb shade[(i - 1) % 2 + 1] dashtype line[(i + 1) / 2] \
	linewidth 1.5 + ((i + 1) / 2 == 2) pointtype mark[i] \
	pointsize 0.6 title title[i]
