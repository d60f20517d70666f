# ranks.gp: a fraction against the rank of the basis, a line for each of the
# eight bases, then (where the data has them) a level for the whole
# displacement and one for none of it: medians over the seeds, with the range.
# ARG3: what the fraction is.
data = ARG1; name = ARG2
load system("dirname '".ARG0."'")."/style.gp"
set logscale x 2
set xrange [0.9:56]
set yrange [-0.02:1.04]
set xtics (1, 2, 5, 10, 20, 50)
set ytics 0, 0.2, 1
set xlabel "rank of the basis (rows)"
set ylabel ARG3
set key maxrows 4
array title[8] = ["static", "local", "other-task", "task-vector", "random", \
    "prefix", "other order", "oracle"]
plot for [i = 9:10] data index i - 1 using (0.9):2:(60):(0) \
	with vectors nohead linecolor rgb "#666666" dashtype i - 6 \
	linewidth 1.5 notitle, \
    for [i = 1:8] data index i - 1 using 1:2:3:4 with yerrorbars \
	linecolor rgb colour[i] pointtype 0 notitle, \
    for [i = 1:8] data index i - 1 using 1:2 with linespoints \
	linecolor rgb colour[i] linewidth 2 pointtype mark[i] pointsize 0.7 \
	title title[i]
