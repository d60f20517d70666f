# krylov.gp: overlap (ARG3) of the first m updates with the Krylov space, or
# their largest angle, against m: a line for each step size (ARG4), solid for
# gradient descent, dashed with the Hessian held constant; last, a random
# space.
data = ARG1; name = ARG2
load system("dirname '".ARG0."'")."/style.gp"
n = words(ARG4)
set xrange [0.8:*]
set xtics 1
set xlabel "updates, and dimension of the Krylov space (m)"
if (ARG3 eq "overlap") { set yrange [-0.02:1.04]; set ytics 0, 0.2, 1 \
; set ylabel "overlap" } \
else { set yrange [-2:92]; set ytics 0, 15, 90 \
; set ylabel "largest principal angle (degrees)" }
set key maxrows 3
plot for [i = 1:n] data index i - 1 using 1:2:3:4 with yerrorbars \
	linecolor rgb colour[(i - 1) % 8 + 1] pointtype 0 notitle, \
    for [i = 1:n] data index i - 1 using 1:2 with linespoints \
	linecolor rgb colour[(i - 1) % 8 + 1] linewidth 2 \
	pointtype mark[(i - 1) % 8 + 1] pointsize 0.7 title word(ARG4, i), \
    for [i = 1:n] data index n + i - 1 using 1:2 with lines \
	linecolor rgb colour[(i - 1) % 8 + 1] linewidth 1.5 dashtype 2 \
	notitle, \
    data index 2 * n using 1:2 with lines linecolor rgb "#777777" \
	dashtype 3 title "random"
