# curves.gp: something against the training step, a line for each name.
# ARG3: what, ARG4: the names, ARG5: not empty for a logarithmic scale.
data = ARG1; name = ARG2
load system("dirname '".ARG0."'")."/style.gp"
set xlabel "step"
set ylabel ARG3
set xrange [0:*]
set key maxrows 3
if (strlen(ARG5)) { set logscale y; set format y "%g" } \
else { set yrange [-0.02:1.04]; set ytics 0, 0.2, 1 }
# Two lines are far apart in colour.
apart = words(ARG4) == 2 ? 5 : 1
plot for [i = 1:words(ARG4)] data index i - 1 using 1:2 with lines \
	linecolor rgb colour[(i - 1) * apart % 8 + 1] linewidth 2 \
	dashtype 1 + (i - 1) / 3 title word(ARG4, i)
