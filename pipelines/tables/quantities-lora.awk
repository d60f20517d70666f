# quantities-lora.awk: claims C1 to C4 on adapters, from lora-rank.tsv,
# lora-recovery.tsv and lora-drift.tsv.  A variant is SUBJECT/PAIR, with
# /OPTIMIZER where there is one.
# Variables: subjects, pairs, optimizers (with commas), rank, at (the step).
BEGIN {
	n_subjects = split(subjects, subject, ",")
	n_pairs = split(pairs, pair, ",")
	n_optimizers = split(optimizers, optimizer, ",")
	others = "static local other-task task-vector random"
}
function run()
{
	return get("seed") SUBSEP get("subject") "/" get("pair") \
	    (file == "lora-rank.tsv" ? "" : "/" get("optimizer")) SUBSEP \
	    get("coordinates")
}
# Of a pair, task A.
function lost(name)
{
	sub(/-.*/, "", name)
	return name
}
file == "lora-rank.tsv" && get("rank") == rank && \
    get("task") == lost(get("pair")) {
	explained[run(), get("checkpoint"), get("centred"),
	    get("control")] = get("explained_energy")
}
file == "lora-recovery.tsv" && get("rank") == rank {
	i = run() SUBSEP get("basis")
	captured[i] = get("captured_energy")
	remaining[i] = get("remaining_energy")
	null[i] = get("null_m_over_T")
}
file == "lora-drift.tsv" && get("step_t") == at {
	ratio[run(), get("against")] = get("ratio")
}
function best_other(s, v, coordinates)
{
	return largest_of(captured, s SUBSEP v SUBSEP coordinates, others)
}
function put_rank(v, s, checkpoint, centred, key,    i)
{
	i = s SUBSEP v SUBSEP "factors" SUBSEP checkpoint SUBSEP centred SUBSEP
	put("C1", "lora-" key, v, s, explained[i "none"],
	    larger(explained[i "shuffled-labels"], explained[i "gaussian"]))
}
function put_recovery(v, s,    i, j, prefix)
{
	i = s SUBSEP v SUBSEP "factors" SUBSEP
	prefix = captured[i "prefix"]
	put("C2", "lora-static", v, s, captured[i "static"], 0.5, 1)
	put("C2", "lora-prefix-static", v, s,
	    minus(prefix, captured[i "static"]), 0)
	put("C3", "lora-first", v, s, ratio[i "first"], 0.5, 1)
	put("C3", "lora-previous", v, s, ratio[i "previous"], 0.5, 1)
	put("C4", "lora-prefix", v, s, prefix, best_other(s, v, "factors"))
	put("C4", "lora-most", v, s, prefix, 0.5)
	put("C4", "lora-null", v, s, prefix, null[i "prefix"])
	put("C4", "lora-remaining", v, s, remaining[i "prefix"], 0.5)
	put("C4", "lora-other-order", v, s, captured[i "prefix-other-order"],
	    best_other(s, v, "factors"))
	j = s SUBSEP v SUBSEP "product" SUBSEP
	put("C2", "lora-static-product", v, s, captured[j "static"], 0.5, 1)
	put("C3", "lora-first-product", v, s, ratio[j "first"], 0.5, 1)
	put("C4", "lora-prefix-product", v, s, captured[j "prefix"],
	    best_other(s, v, "product"))
}
function put_seed(v, s,    o)
{
	put_rank(v, s, "theta-0", 0, "theta-0")
	put_rank(v, s, "theta-F", 0, "theta-F")
	put_rank(v, s, "theta-0", 1, "theta-0-centred")
	put_rank(v, s, "theta-F", 1, "theta-F-centred")
	for (o = 1; o <= n_optimizers; o++)
		put_recovery(v "/" optimizer[o], s)
}
END {
	for (m = 1; m <= n_subjects; m++)
		for (p = 1; p <= n_pairs; p++)
			for (s = 1; s <= n_seeds; s++)
				put_seed(subject[m] "/" pair[p], seed[s])
}
