# noise.awk: from evaluate's table of a model (first) and of perturbations of
# its weights, for each task and scale (sigma relative to each tensor's
# deviation, or absolute) the accuracies at each sigma, means over the draws;
# and, of the exact match: half_sigma, where it falls to half of the model's
# own (linear in log sigma; the end of the grid where it does not), and area,
# its mean over log sigma, as a share of the model's own.
# Variables: seed, arm, stage.
BEGIN {
	FS = OFS = "\t"
	print "seed", "arm", "stage", "task", "scale", "sigma", "draws",
	    "token_accuracy", "exact_match", "own", "half_sigma", "area"
}
NR == 1 { header(); next }
get("delta") == "NA" {
	own[get("task")] = get("exact_match")
	next
}
{
	scale = get("method") == "relative" ? "relative" : "absolute"
	c = get("task") OFS scale
	if (!(c in n))
		curve[++n_curves] = c
	if (!((c, get("sigma")) in draws))
		sigma[c, ++n[c]] = get("sigma")
	i = c SUBSEP get("sigma")
	draws[i]++
	exact[i] += get("exact_match")
	tokens[i] += get("token_accuracy")
}
# the mean exact match at point k of curve c
function at(c, k)
{
	return exact[c, sigma[c, k]] / draws[c, sigma[c, k]]
}
function half_sigma(c, whole,    k, x, y)
{
	for (k = 1; k <= n[c] && at(c, k) >= whole / 2; k++)
		;
	if (k == 1 || k > n[c])
		return sigma[c, k == 1 ? 1 : n[c]]
	x = log(sigma[c, k - 1])
	y = (at(c, k - 1) - whole / 2) / (at(c, k - 1) - at(c, k))
	return sprintf("%.9g", exp(x + y * (log(sigma[c, k]) - x)))
}
function area(c, whole,    k, sum, width)
{
	for (k = 2; k <= n[c]; k++) {
		width = log(sigma[c, k] / sigma[c, k - 1])
		sum += width * (at(c, k) + at(c, k - 1)) / 2
	}
	return sprintf("%.9g", sum / log(sigma[c, n[c]] / sigma[c, 1]) / \
	    whole)
}
END {
	for (j = 1; j <= n_curves; j++) {
		c = curve[j]
		split(c, name, OFS)
		whole = own[name[1]]
		half = whole > 0 ? half_sigma(c, whole) : "NA"
		kept = whole > 0 && n[c] > 1 ? area(c, whole) : "NA"
		for (k = 1; k <= n[c]; k++) {
			i = c SUBSEP sigma[c, k]
			print seed, arm, stage, c, sigma[c, k], draws[i],
			    sprintf("%.9g", tokens[i] / draws[i]),
			    sprintf("%.9g", at(c, k)), whole, half, kept
		}
	}
}
