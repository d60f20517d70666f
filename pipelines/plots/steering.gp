# steering.gp: something against the block or the strength, a line for each
# name, medians over the seeds with their range.  ARG3: what; ARG4: against
# what; ARG5: the names; ARG6: not empty for a logarithmic scale there.
data = ARG1; name = ARG2
load system("dirname '".ARG0."'")."/style.gp"
set xlabel ARG4
set ylabel ARG3
set key maxrows 3
set xzeroaxis linetype 1 linecolor rgb "#888888"
if (strlen(ARG6)) { set logscale x; set xtics (0.01, 0.02, 0.05, 0.1, 0.2, \
    0.5, 1, 2); set xrange [*:*] noextend } \
else { set xtics 0, 1; set xrange [-0.1:*] }
array shade[6] = ["#0072B2", "#D55E00", "#009E73", "#E69F00", "#777777", \
    "#CC79A7"]
# A name looks the same in every plot, whichever else are there.
is(list, i) = strstrt(list, " ".word(ARG5, i)." ") > 0
look(i) = is(" shift gradient ", i) ? 1 : \
    is(" mean-difference right-wrong one-sided ", i) ? 2 : \
    is(" pca shuffled-labels ", i) ? 3 : is(" logistic other-task ", i) ? 4 : \
    is(" random ", i) ? 5 : i
plot for [i = 1:words(ARG5)] data index i - 1 using 1:2:3:4 \
	with yerrorbars linecolor rgb shade[look(i)] pointtype 0 notitle, \
    for [i = 1:words(ARG5)] data index i - 1 using 1:2 with linespoints \
	linecolor rgb shade[look(i)] linewidth 2 pointtype mark[look(i)] \
	pointsize 0.7 title word(ARG5, i)
