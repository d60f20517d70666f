# quantities-drift.awk: claim C3, from drift.tsv.
# Variables: at (the step), optimizers (with commas).
BEGIN { n_optimizers = split(optimizers, optimizer, ",") }
get("step_t") == at {
	ratio[get("seed"), get("optimizer"), get("against")] = get("ratio")
}
function put_drift(s, o, against)
{
	put("C3", against, o, s, ratio[s, o, against], 0.5, 1)
}
END {
	for (s = 1; s <= n_seeds; s++)
		for (o = 1; o <= n_optimizers; o++) {
			put_drift(seed[s], optimizer[o], "first")
			put_drift(seed[s], optimizer[o], "previous")
		}
}
