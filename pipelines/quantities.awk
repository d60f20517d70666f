# quantities.awk: the quantities of claims.tsv, seed by seed, from rank.tsv,
# drift.tsv and recovery.tsv.  The claim's ordering holds where the difference
# is positive.
# Variables: task (A), rank, at (the step of claim C3), optimizers, seeds
# (both with commas).
BEGIN {
	FS = OFS = "\t"
	n_optimizers = split(optimizers, optimizer, ",")
	n_seeds = split(seeds, seed, ",")
	print "claim", "key", "optimizer", "seed", "value", "reference",
	    "difference"
}
FNR == 1 {
	file = FILENAME
	sub(/.*\//, "", file)
	split("", column)
	for (i = 1; i <= NF; i++)
		column[$i] = i
	next
}
file == "rank.tsv" && $column["task"] == task && $column["rank"] == rank {
	explained[$column["seed"], $column["checkpoint"],
	    $column["centred"], $column["control"]] = \
	    $column["explained_energy"]
}
file == "drift.tsv" && $column["step_t"] == at {
	ratio[$column["seed"], $column["optimizer"], $column["against"]] = \
	    $column["ratio"]
}
file == "recovery.tsv" && $column["rank"] == rank {
	i = $column["seed"] SUBSEP $column["optimizer"] SUBSEP \
	    $column["basis"]
	captured[i] = $column["captured_energy"]
	remaining[i] = $column["remaining_energy"]
	null[i] = $column["null_m_over_T"]
}
# value exceeds reference (or, with below, is below it)
function put(claim, key, opt, s, value, reference, below,    d)
{
	d = "NA"
	if (value == "")
		value = "NA"
	if (reference == "")
		reference = "NA"
	if (known(value) && known(reference))
		d = sprintf("%.9g", below ? reference - value : \
		    value - reference)
	print claim, key, opt, s, value, reference, d
}
function minus(a, b)
{
	return known(a) && known(b) ? sprintf("%.9g", a - b) : "NA"
}
function known(a)
{
	return a != "" && a != "NA"
}
# The larger of two; NA when one is not known.
function larger(a, b)
{
	if (!known(a) || !known(b))
		return "NA"
	return a + 0 > b + 0 ? a : b
}
function largest(i,    n, b, k, m)
{
	n = split("static local other-task task-vector random", b, " ")
	m = captured[i SUBSEP b[1]]
	for (k = 2; k <= n; k++)
		m = larger(m, captured[i SUBSEP b[k]])
	return m
}
function put_rank(s, checkpoint, centred, key,    i)
{
	i = s SUBSEP checkpoint SUBSEP centred SUBSEP
	put("C1", key, "-", s, explained[i "none"],
	    larger(explained[i "shuffled-labels"], explained[i "gaussian"]))
}
function put_recovery(s, o,    i, prefix, other)
{
	i = s SUBSEP o
	prefix = captured[i SUBSEP "prefix"]
	other = captured[i SUBSEP "prefix-other-order"]
	put("C2", "static", o, s, captured[i SUBSEP "static"], 0.5, 1)
	put("C2", "prefix-static", o, s,
	    minus(prefix, captured[i SUBSEP "static"]), 0)
	put("C3", "first", o, s, ratio[i SUBSEP "first"], 0.5, 1)
	put("C3", "previous", o, s, ratio[i SUBSEP "previous"], 0.5, 1)
	put("C4", "prefix", o, s, prefix, largest(i))
	put("C4", "most", o, s, prefix, 0.5)
	put("C4", "null", o, s, prefix, null[i SUBSEP "prefix"])
	put("C4", "remaining", o, s, remaining[i SUBSEP "prefix"], 0.5)
	put("C4", "other-order", o, s, other, largest(i))
}
END {
	for (s = 1; s <= n_seeds; s++) {
		put_rank(seed[s], "theta-0", 0, "theta-0")
		put_rank(seed[s], "theta-F", 0, "theta-F")
		put_rank(seed[s], "theta-0", 1, "theta-0-centred")
		put_rank(seed[s], "theta-F", 1, "theta-F-centred")
		for (o = 1; o <= n_optimizers; o++)
			put_recovery(seed[s], optimizer[o])
	}
}
