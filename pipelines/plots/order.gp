# order.gp: ratio or cosine (ARG3) of the measured order defect and the
# predicted one against the step size: median and range over pairs of tasks
# and seeds.  With ARG4, for cosines, a second block: the same for other pairs.
data = ARG1; name = ARG2
load system("dirname '".ARG0."'")."/style.gp"
set logscale x
set format x "10^{%T}"
stats data index 0 using 1 nooutput
set xrange [STATS_min / 2:STATS_max * 2]
stats data index 0 using 4 nooutput
highest = STATS_max > 1.2 ? STATS_max : 1.2
stats data index 0 using 3 nooutput
lowest = STATS_min < 0.8 ? STATS_min : 0.8
if (ARG3 eq "cosine") { set yrange [-1.05:1.15] } \
else { set logscale y; set yrange [lowest / 1.2:highest * 1.2] }
set xlabel "step size eta"
set ylabel ARG3." (measured, predicted)"
set arrow from graph 0, first 1 to graph 1, first 1 nohead \
    linecolor rgb "#888888" dashtype 3
others = ARG3 eq "cosine" && ARGC > 3 ? \
    ', data index 1 using 1:2 with linespoints linecolor rgb "#777777" '. \
    'dashtype 2 pointtype mark[5] title "other pairs (magnitude)"' : ''
eval 'plot data index 0 using 1:2:3:4 with yerrorbars linecolor rgb '. \
    'colour[1] pointtype 0 notitle, data index 0 using 1:2 with '. \
    'linespoints linecolor rgb colour[1] linewidth 2 pointtype mark[1] '. \
    'title "the same pair"'.others
