# quantities-recovery.awk: claims C2 and C4, from recovery.tsv.
# Variables: rank, optimizers (with commas).
BEGIN {
	n_optimizers = split(optimizers, optimizer, ",")
	others = "static local other-task task-vector random"
}
get("rank") == rank {
	i = get("seed") SUBSEP get("optimizer") SUBSEP get("basis")
	captured[i] = get("captured_energy")
	remaining[i] = get("remaining_energy")
	null[i] = get("null_m_over_T")
}
function put_recovery(s, o,    i, prefix, other)
{
	i = s SUBSEP o
	prefix = captured[i SUBSEP "prefix"]
	other = captured[i SUBSEP "prefix-other-order"]
	put("C2", "static", o, s, captured[i SUBSEP "static"], 0.5, 1)
	put("C2", "prefix-static", o, s,
	    minus(prefix, captured[i SUBSEP "static"]), 0)
	put("C4", "prefix", o, s, prefix, largest_of(captured, i, others))
	put("C4", "most", o, s, prefix, 0.5)
	put("C4", "null", o, s, prefix, null[i SUBSEP "prefix"])
	put("C4", "remaining", o, s, remaining[i SUBSEP "prefix"], 0.5)
	put("C4", "other-order", o, s, other, largest_of(captured, i, others))
}
END {
	for (s = 1; s <= n_seeds; s++)
		for (o = 1; o <= n_optimizers; o++)
			put_recovery(seed[s], optimizer[o])
}
