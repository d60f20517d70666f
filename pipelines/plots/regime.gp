# regime.gp: root mean squares of the odd part F1 and of the even part F2 of
# the response against sigma, with what gradient and curvature predict, the
# level of rounding, and the two crossings (upright lines).
data = ARG1; name = ARG2
load system("dirname '".ARG0."'")."/style.gp"
set logscale xy
set format x "10^{%T}"
set format y "10^{%T}"
stats data index 2 using 1 nooutput
set xrange [STATS_min / 1.5:STATS_max * 1.5]
stats data index 0:1 using 4 nooutput
highest = 3 * STATS_max
stats data index 0:1 using 3 nooutput
lowest = STATS_min
stats data index 4 using 2 nooutput
if (STATS_min > 0 && STATS_min < lowest) { lowest = STATS_min }
lowest = lowest / 3
set yrange [lowest:highest]
set xlabel "sigma"
set ylabel "change of the loss"
set key maxrows 4
plot for [i = 0:1] data index i using 1:2:3:4 with yerrorbars \
	linecolor rgb colour[i ? 6 : 1] pointtype 0 notitle, \
    data index 0 using 1:2 with linespoints linecolor rgb colour[1] \
	linewidth 2 pointtype mark[1] pointsize 0.7 title "rms F1", \
    data index 1 using 1:2 with linespoints linecolor rgb colour[6] \
	linewidth 2 pointtype mark[6] pointsize 0.7 title "rms F2", \
    data index 2 using 1:2 with lines linecolor rgb colour[1] \
	dashtype 2 title "sigma |g|", \
    data index 3 using 1:2 with lines linecolor rgb colour[6] \
	dashtype 2 title "from H", \
    data index 4 using 1:2 with lines linecolor rgb "#777777" \
	dashtype 3 title "rounding", \
    data index 5 using 2:(lowest):(0):(highest - lowest) every ::0::0 \
	with vectors nohead linecolor rgb "#000000" title "crossing", \
    data index 6 using 2:(lowest):(0):(highest - lowest) every ::0::0 \
	with vectors nohead linecolor rgb "#000000" dashtype 2 \
	title "predicted"
