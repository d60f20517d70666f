# quantities-rank.awk: claim C1, from rank.tsv.
# Variables: task (A), rank.
get("task") == task && get("rank") == rank {
	explained[get("seed"), get("checkpoint"), get("centred"),
	    get("control")] = get("explained_energy")
}
function put_rank(s, checkpoint, centred, key,    i)
{
	i = s SUBSEP checkpoint SUBSEP centred SUBSEP
	put("C1", key, "-", s, explained[i "none"],
	    larger(explained[i "shuffled-labels"], explained[i "gaussian"]))
}
END {
	for (s = 1; s <= n_seeds; s++) {
		put_rank(seed[s], "theta-0", 0, "theta-0")
		put_rank(seed[s], "theta-F", 0, "theta-F")
		put_rank(seed[s], "theta-0", 1, "theta-0-centred")
		put_rank(seed[s], "theta-F", 1, "theta-F-centred")
	}
}
