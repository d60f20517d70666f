# subspaces.gp: the reported gain of the best draw in every subspace, and the
# theorem's (second block), a point for each subspace and seed.  ARG3: what it
# is drawn against.
data = ARG1; name = ARG2
load system("dirname '".ARG0."'")."/style.gp"
set logscale xy
set format xy "10^{%T}"
set xlabel ARG3
set ylabel "reported gain of the best draw"
plot data index 1 using 1:2 with points pointtype 6 pointsize 1.1 \
	linecolor rgb "#777777" title "theorem", \
    data index 0 using 1:2 with points pointtype 7 pointsize 0.7 \
	linecolor rgb "#D55E00" title "measured"
