# subspaces.awk: a row for each subspace and mode (fixed sigma, fixed norm):
# where the signal is, from the gains (first); then best-of's fit of the gains
# that draws are chosen by, the best of n by the same, and by those that are
# reported (last), with the theorem's of each.
BEGIN {
	FS = OFS = "\t"
	print "seed", "subspace", "mode", "r", "mass", "density", "draws",
	    "n", "mean", "sd", "predicted_sd", "ratio", "best",
	    "best_theorem", "report", "report_theorem"
}
FNR == 1 { header(); file++; next }
{
	id = get("seed") OFS get("subspace") OFS get("mode")
}
file == 1 {
	if (!(id in signal))
		order[++n] = id
	signal[id] = get("r") OFS get("mass") OFS get("density")
	next
}
file == 2 {
	fit[id] = get("mean") OFS get("sd") OFS get("predicted_sd") OFS \
	    get("ratio")
	next
}
file == 3 {
	size[id] = get("draws") OFS get("n")
}
{
	best[id, file] = get("expected") OFS get("theorem")
}
END {
	for (i = 1; i <= n; i++) {
		id = order[i]
		print id, signal[id], size[id], fit[id], best[id, 3],
		    best[id, 4]
	}
}
