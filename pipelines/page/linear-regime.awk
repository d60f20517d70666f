# linear-regime.awk: the odd and the even part of the response to random
# perturbations.  Reads regime.tsv.
# Variables: dir, checkpoints, a, items, directions, files.
FNR == 1 { header(); next }
{
	c = get("checkpoint")
	i = c SUBSEP get("sigma")
	if (!(i in seen))
		order[c, ++n_sigmas[c]] = get("sigma")
	seen[i] = 1
	pairs = get("pairs")
	collect(i SUBSEP "f1", get("rms_f1"))
	collect(i SUBSEP "f2", get("rms_f2"))
	collect(i SUBSEP "ratio", get("ratio"))
	collect(i SUBSEP "linear", get("sigma_norm_g"))
	collect(i SUBSEP "quadratic", get("predicted_f2"))
	i = c SUBSEP get("seed")
	if (i in once)
		next
	once[i] = 1
	n = split("base_loss norm_g trace trace_error frobenius crossing " \
	    "predicted_crossing linear_below slope floor crossed", what, " ")
	for (k = 1; k <= n; k++)
		collect(c SUBSEP what[k], what[k] ~ /crossing|linear_below/ ? \
		    1000 * get(what[k]) : get(what[k]))
}
function crossings(    n, c, k, row_of)
{
	n = split(checkpoints, c, " ")
	table_open("Where the curves cross, and what the curvature predicts: " \
	    "median over the seeds, with the range", \
	    "Checkpoint|Loss|norm(g)|tr H|its standard error|norm(H)<sub>F" \
	    "</sub>|Crossing (10<sup>&minus;3</sup>)|Predicted (10<sup>" \
	    "&minus;3</sup>)|Linear, F2 below F1/10, up to (10<sup>&minus;3" \
	    "</sup>)|Slope of F2/F1|Rounding in F2")
	for (k = 1; k <= n; k++) {
		i = c[k] SUBSEP
		row(model_name(c[k]) "|" spread(i "base_loss") "|" \
		    spread(i "norm_g") "|" spread(i "trace") "|" \
		    spread(i "trace_error") "|" spread(i "frobenius") "|" \
		    spread(i "crossing") (sorted[i "crossed", 1] ? "" : \
		    " (of some seeds the end of the grid)") "|" \
		    spread(i "predicted_crossing") "|" \
		    spread(i "linear_below") "|" spread(i "slope") "|" \
		    spread(i "floor"), k == 1 ? "first" : "")
	}
	table_close()
}
function by_sigma(c,    k, i)
{
	table_open(model_name(c) ": root mean squares over " pairs \
	    " pairs at each sigma; median over the seeds, with the range", \
	    "sigma|rms F1|sigma norm(g)|rms F2|From tr H, norm(H)<sub>F" \
	    "</sub>|F2/F1")
	for (k = 1; k <= n_sigmas[c]; k++) {
		i = c SUBSEP order[c, k] SUBSEP
		row(sprintf("%.1e", order[c, k]) "|" spread(i "f1") "|" \
		    spread(i "linear") "|" spread(i "f2") "|" \
		    spread(i "quadratic") "|" spread(i "ratio"))
	}
	table_close()
}
END {
	n = split(checkpoints, c_list, " ")
	for (k = 1; k <= n; k++) {
		plots = plots (k > 1 ? " " : "") "regime-" c_list[k]
		heads = heads (k > 1 ? "|" : "") "At " model_name(c_list[k])
	}
	print "<h2>Linear regime: the odd and the even part of the response " \
	    "(C7)</h2>"
	print "<p>The weights are moved by +d and by &minus;d, d Gaussian " \
	    "with deviation sigma, and &Delta;J is the change of the loss of " \
	    a " on a fixed batch of " items " examples. F1 = (&Delta;J(d) " \
	    "&minus; &Delta;J(&minus;d))/2 is what a linear loss answers; " \
	    "F2 = (&Delta;J(d) + &Delta;J(&minus;d))/2 is what it does not. " \
	    "To second order rms F1 = sigma norm(g) and rms F2 = " \
	    "(sigma<sup>2</sup>/2) &radic;((tr H)<sup>2</sup> + 2 norm(H)" \
	    "<sub>F</sub><sup>2</sup>), which cross at 2 norm(g) / &radic;(" \
	    "(tr H)<sup>2</sup> + 2 norm(H)<sub>F</sub><sup>2</sup>). g is " \
	    "the gradient on the same batch; tr H and norm(H)<sub>F</sub> " \
	    "are Hutchinson&rsquo;s estimates from " directions " random " \
	    "directions of their own, by central differences of gradients, " \
	    "so the prediction shares nothing with the pairs.</p>"
	figure(dir, plots, heads, "F1 and F2 against sigma; dashed: what " \
	    "gradient and Hessian predict; dotted: rms F2 at a sigma that " \
	    "only rounding answers to, below which F2 is not measured. " \
	    "Upright: where the two cross, and (dashed) where they should. " \
	    "Medians over the seeds; bars: their range.")
	crossings()
	for (k = 1; k <= n; k++)
		by_sigma(c_list[k])
	commands(files)
}
