# krylov.awk: the first updates of gradient descent and the Krylov space.
# Reads krylov.tsv.
# Variables: dir, checkpoints, a, steps, m, examples, h, files.
FNR == 1 { header(); next }
{
	v = get("checkpoint") SUBSEP get("variant") SUBSEP get("step_size")
	i = v SUBSEP get("m") SUBSEP
	collect(i "overlap", get("overlap"))
	collect(i "angle", get("angle_max"))
	collect(i "captured", get("captured"))
	collect(i "added", get("added"))
	collect(i "resolved", get("resolved"))
	collect(i "rows", get("rows"))
	collect(v SUBSEP "noise", get("noise"))
	collect(get("checkpoint") SUBSEP "beta" SUBSEP get("m"), get("beta"))
	collect(get("checkpoint") SUBSEP "beta_noise", get("beta_noise"))
	collect(get("checkpoint") SUBSEP "chance" SUBSEP get("m"),
	    get("chance"))
	if (get("m") + 0 > largest)
		largest = get("m") + 0
}
# Of all seeds, of some, of none.
function seeds_with(key,    n)
{
	n = count[key]
	return n == 0 ? number("NA") : sorted[key, 1] ? "yes" : \
	    sorted[key, n] ? "of some seeds" : "no"
}
function by_step(c, v,    n, e, k, i)
{
	n = split(steps, e, " ")
	table_open((v == "gd" ? "Gradient descent" : "With the Hessian held " \
	    "constant") ", at " model_name(c) ", m = " m ": median over " \
	    "the seeds, with the range", "Step size|Overlap with K<sub>m" \
	    "</sub>|Largest angle (degrees)|Energy of update m in K<sub>m" \
	    "</sub>|Update m adds|Rounding|Resolved")
	for (k = 1; k <= n; k++) {
		i = c SUBSEP v SUBSEP e[k] SUBSEP m SUBSEP
		row(e[k] "|" spread(i "overlap") "|" spread(i "angle") "|" \
		    spread(i "captured") "|" spread(i "added") "|" \
		    spread(c SUBSEP v SUBSEP e[k] SUBSEP "noise") "|" \
		    seeds_with(i "resolved"))
	}
	i = c SUBSEP "random" SUBSEP "NA" SUBSEP m SUBSEP
	if (v == "gd")
		row("random space (chance: " number(median(c SUBSEP "chance" \
		    SUBSEP m)) ")|" spread(i "overlap") "|" \
		    spread(i "angle") "|&ndash;|&ndash;|&ndash;|&ndash;", \
		    "foot")
	table_close()
}
# Overlaps by m and step; in grey what rounding decides.
function by_m(c, v,    n, e, j, k, i, heads, cells)
{
	n = split(steps, e, " ")
	heads = "m|beta<sub>m</sub>"
	for (k = 1; k <= n; k++)
		heads = heads "|" e[k]
	table_open((v == "gd" ? "Gradient descent" : "With the Hessian held " \
	    "constant") ", at " model_name(c) ": overlap of the first m " \
	    "updates with K<sub>m</sub> by step size, medians over the " \
	    "seeds; in brackets where rounding decides in some seed. " \
	    "beta<sub>m</sub>: what the m-th vector of Lanczos adds, against " \
	    "rounding of " number(median(c SUBSEP "beta_noise")), heads)
	for (j = 1; j <= largest; j++) {
		cells = j "|" number(median(c SUBSEP "beta" SUBSEP j))
		for (k = 1; k <= n; k++) {
			i = c SUBSEP v SUBSEP e[k] SUBSEP j SUBSEP
			cells = cells "|" (seeds_with(i "resolved") == "yes" ? \
			    number(median(i "overlap")) : "<small>(" \
			    number(median(i "overlap")) ")</small>")
		}
		row(cells, j == m ? "first" : "")
	}
	table_close()
}
END {
	n = split(checkpoints, c_list, " ")
	print "<h2>Krylov: what the first updates span (C8)</h2>"
	print "<p>Gradient descent on a quadratic moves by &minus;&eta;(I " \
	    "&minus; &eta;H)<sup>t</sup>g<sub>0</sub> at step t, so its " \
	    "first m updates span the Krylov space K<sub>m</sub> of " \
	    "g<sub>0</sub>, Hg<sub>0</sub>, &hellip;, H<sup>m&minus;1</sup>" \
	    "g<sub>0</sub>, whatever &eta; is. Here it runs on a fixed batch " \
	    "of " a " (" examples " examples) with &eta; from tiny to the " \
	    "recovery&rsquo;s; K<sub>m</sub> is made at the first point by " \
	    "Lanczos with full reorthogonalisation, Hq being a central " \
	    "difference of gradients at &plusmn;" h " q. Overlap weighs all " \
	    "m dimensions alike, and all contain g<sub>0</sub>, which gives " \
	    "1/m for nothing.</p>"
	print "<p>Two things can open the angles. Rounding: update m adds " \
	    "only some &eta;<sup>m&minus;1</sup> of its length to the span " \
	    "of those before; where that is not ten times what rounding " \
	    "does to a gradient the row is not resolved. And a Hessian that " \
	    "changes: the m-th new direction is of order " \
	    "&eta;<sup>m&minus;1</sup>, and from m = 3 on the change of the " \
	    "Hessian along the path enters at the same order, so that a " \
	    "smaller step need not close the angles. To tell, the same " \
	    "descent is repeated with the Hessian held constant, each update " \
	    "being &minus;&eta;(g<sub>0</sub> + Hd) at the displacement d so " \
	    "far.</p>"
	for (k = 1; k <= n; k++) {
		c = c_list[k]
		figure(dir, "krylov-overlap-" c " krylov-angle_max-" c, \
		    "Overlap with the Krylov space|Largest principal angle", \
		    "The first m updates against K<sub>m</sub> at " \
		    model_name(c) ", a line for each step size. Solid: " \
		    "gradient descent; dashed: with the Hessian held " \
		    "constant; dotted: a random space. Medians over the " \
		    "seeds; bars: their range.")
		by_step(c, "gd")
		by_step(c, "constant")
		by_m(c, "gd")
		by_m(c, "constant")
	}
	commands(files)
}
