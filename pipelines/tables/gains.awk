# gains.awk: the gain of every draw, from the table of parts.awk, cosines of
# the draws with the gradients (if any), and evaluate's of the split by which
# draws are chosen and of that on which they are reported (if any), each with
# the model itself first.
#	gain		what the loss falls by; with _report, on the other split
#	exact		exact match, or the column `accuracy'; base: of the
#			model itself
#	linear		-<g, delta>, the gain while the loss is linear
#	cosine		of the draw with -g
#	scale		the predicted deviation of the gains: sigma norm(P g),
#			or R norm(P g) / sqrt(r) at fixed norm R
#	scale_report	the same times <P g, P g_report> / norm(P g)^2
#	dimension	r where the sphere's law holds, at fixed norm
# Variables: seed, set, accuracy.
BEGIN {
	if (accuracy == "")
		accuracy = "exact_match"
	FS = OFS = "\t"
	print "seed", "set", "subspace", "mode", "sigma", "norm", "draw", "r",
	    "mass", "density", "gain", "gain_report", "exact",
	    "exact_report", "base", "base_report", "linear", "cosine",
	    "scale", "scale_report", "dimension"
}
FNR == 1 {
	header()
	kind = "density" in column ? "parts" : \
	    "reference_norm" in column ? "linear" : "gains"
	evaluated += kind == "gains"
	next
}
kind == "parts" {
	s = get("subspace")
	r[s] = get("r")
	norm[s] = get("norm")
	product[s] = get("product")
	mass[s] = get("mass")
	density[s] = get("density")
	next
}
kind == "linear" {
	if (get("reference") == 0) {
		cosine[get("record")] = -get("cosine")
		linear[get("record")] = sprintf("%.9g", -get("cosine") * \
		    get("norm") * get("reference_norm"))
	}
	next
}
get("delta") == "NA" {
	base_loss[evaluated] = get("loss")
	base[evaluated] = get(accuracy)
	next
}
{
	i = get("delta")
	gain[evaluated, i] = sprintf("%.9g", base_loss[evaluated] - \
	    get("loss"))
	exact[evaluated, i] = get(accuracy)
	if (evaluated > 1)
		next
	draws = i + 1
	subspace[i] = get("name")
	sigma[i] = get("sigma")
	R[i] = get("norm")
	draw[i] = get("draw")
	relative[i] = get("method") == "relative"
}
function put(i,    s, scale, report, mode)
{
	s = subspace[i]
	if (!(s in r))
		fail("no signal in the subspace " s)
	mode = relative[i] ? "relative" : R[i] == "NA" ? "sigma" : "norm"
	scale = report = "NA"
	if (mode != "relative") {
		scale = norm[s] * (mode == "norm" ? R[i] / sqrt(r[s]) : \
		    sigma[i])
		if (product[s] != "NA" && norm[s] > 0)
			report = sprintf("%.9g", scale * product[s] / \
			    norm[s] ^ 2)
		scale = sprintf("%.9g", scale)
	}
	print seed, set, s, mode, sigma[i], R[i], draw[i], r[s], mass[s],
	    density[s], gain[1, i], or_NA(gain[2, i]), exact[1, i],
	    or_NA(exact[2, i]), base[1], or_NA(base[2]), or_NA(linear[i]),
	    or_NA(cosine[i]), scale, report, mode == "norm" ? r[s] : "NA"
}
END {
	for (i = 0; i < draws; i++)
		put(i)
}
