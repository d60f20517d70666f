# order.awk: the order defect of each ordered pair of tasks by step size, from
# cosine's tables: of the tasks' gradients with what only rounding changes in
# them; then, for each size, of the measured defects (rows) with 2 h times what
# the Hessians predict, over size^2 (references), of the pairs a < b.
#	ratio		norm of the measured defect over the predicted
#	cosine		of the two
#	error		norm of their difference over that of the predicted one
#	other_pairs	median magnitude of the cosine of the measured defect with
#			the predictions for other pairs
#	floor		what rounding alone adds to the error
#	distinct	1 for a < b; the defect of (b, a) is the negative
# Variables: seed, checkpoint, tasks and sizes (with commas), h.
BEGIN {
	FS = OFS = "\t"
	n = split(tasks, task, ",")
	split(sizes, size, ",")
	for (a = 1; a < n; a++)
		for (b = a + 1; b <= n; b++) {
			pair[n_pairs + 0] = a OFS b
			n_pairs++
		}
	print "seed", "checkpoint", "step_size", "first", "second",
	    "distinct", "measured", "predicted", "ratio", "cosine", "error",
	    "other_pairs", "floor"
}
$1 == "record" {
	table++
	header()
	m = 0
	next
}
table == 1 {
	if (get("record") == get("reference"))
		noise[get("record") + 1] = get("reference_norm")
	next
}
get("record") == get("reference") {
	measured = get("norm")
	cosine = get("cosine")
	predicted = get("reference_norm") / (2 * h) * size[table - 1]^2
}
get("record") != get("reference") { add(get("cosine")) }
get("reference") == n_pairs - 1 {
	put(get("record"))
	m = 0
}
# Sorted magnitudes.
function add(c,    j)
{
	c = c < 0 ? -c : c + 0
	for (j = m++; j > 0 && others[j] > c; j--)
		others[j + 1] = others[j]
	others[j + 1] = c
}
function put(k,    p, r, rest, a, b)
{
	split(pair[k], p, OFS)
	a = p[1]
	b = p[2]
	r = predicted > 0 ? measured / predicted : "NA"
	rest = real(r == "NA" ? r : sqrt(r^2 - 2 * r * cosine + 1)) OFS \
	    real(m ? (others[int((m + 1) / 2)] + others[int((m + 2) / 2)]) / \
	    2 : "NA") OFS real(predicted > 0 ? size[table - 1] * \
	    sqrt(noise[a]^2 + noise[b]^2) / predicted : "NA")
	rest = real(measured) OFS real(predicted) OFS real(r) OFS cosine OFS \
	    rest
	print seed, checkpoint, size[table - 1], task[a], task[b], 1, rest
	print seed, checkpoint, size[table - 1], task[b], task[a], 0, rest
}
