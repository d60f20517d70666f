# search.awk: a row for each scale of draws: best-of's fit (first) with what
# the gains (last) say beside it.
#	linear_sd	root mean square of the linear gains of these draws
#	residual	root mean square of gain - linear gain, over the
#			predicted deviation (or linear_sd where there is none)
#	inside		1: residual is below `inside', so this scale lies in
#			the linear regime
#	level		1, 2, ...: which of the scales, rising
#	own		1: the largest scale inside
#	best		the largest gain; with _report, _exact and _cosine, what
#			else is known of that draw
#	base_exact, mean_exact	exact match of the model itself, and the mean
# Variables: inside.
BEGIN {
	FS = OFS = "\t"
	print "seed", "set", "mode", "sigma", "parameters", "draws", "norm",
	    "mean", "sd", "predicted_sd", "ratio", "linear_sd", "residual",
	    "inside", "level", "own", "ks", "p", "best", "best_report",
	    "best_cosine", "base_exact", "mean_exact", "best_exact"
}
FNR == 1 { header(); file++; next }
{
	id = get("seed") OFS get("set") OFS get("mode") OFS get("sigma")
}
file == 1 {
	order[++n] = id
	set[n] = get("seed") OFS get("set") OFS get("mode")
	level[n] = set[n] == set[n - 1] ? level[n - 1] + 1 : 1
	mean[id] = get("mean")
	sd[id] = get("sd")
	fit[id] = get("ks") OFS get("p")
	next
}
{
	draws[id]++
	parameters[id] = get("r")
	scale[id] = get("scale")
	signal[id] = get("scale") == "NA" ? "NA" : \
	    sprintf("%.6g", get("scale") / get("sigma"))
	gain = get("gain")
	linear[id] += get("linear") ^ 2
	rest[id] += (gain - get("linear")) ^ 2
	base[id] = get("base")
	exact[id] += get("exact")
	if (!(id in best) || gain > best[id]) {
		best[id] = gain + 0
		best_row[id] = gain OFS get("gain_report") OFS get("cosine")
		best_exact[id] = get("exact")
	}
}
# Sets what stands before and after the judgement of row i.
function measure(i,    id, lin, predicted, ratio)
{
	id = order[i]
	lin = sqrt(linear[id] / draws[id])
	predicted = scale[id] == "NA" ? lin : scale[id]
	ratio = residual[i] = "NA"
	if (predicted > 0) {
		ratio = sprintf("%.9g", sd[id] / predicted)
		residual[i] = sprintf("%.9g", sqrt(rest[id] / draws[id]) / \
		    predicted)
	}
	if (residual[i] != "NA" && residual[i] + 0 < inside)
		own[set[i]] = i
	before[i] = id OFS parameters[id] OFS draws[id] OFS signal[id] OFS \
	    mean[id] OFS sd[id] OFS scale[id] OFS ratio OFS \
	    sprintf("%.9g", lin) OFS residual[i]
	after[i] = fit[id] OFS best_row[id] OFS base[id] OFS \
	    sprintf("%.9g", exact[id] / draws[id]) OFS best_exact[id]
}
END {
	for (i = 1; i <= n; i++)
		measure(i)
	for (i = 1; i <= n; i++)
		print before[i], (residual[i] != "NA" && \
		    residual[i] + 0 < inside), level[i], (own[set[i]] == i),
		    after[i]
}
