# stages.gp: exact match on each task after each stage of training, a line for
# each task: medians over the seeds, with the range.  ARG3: the tasks.
data = ARG1; name = ARG2
load system("dirname '".ARG0."'")."/style.gp"
set xrange [0.8:words(ARG3) + 0.2]
set yrange [-0.02:1.04]
set xtics 1
set ytics 0, 0.2, 1
set xlabel "stage"
set ylabel "exact match"
plot for [i = 1:words(ARG3)] data index i - 1 using 1:2:3:4 with yerrorbars \
	linecolor rgb colour[2 * i - 1] pointtype 0 notitle, \
    for [i = 1:words(ARG3)] data index i - 1 using 1:2 with linespoints \
	linecolor rgb colour[2 * i - 1] linewidth 2 pointtype mark[i] \
	pointsize 0.7 title word(ARG3, i)
