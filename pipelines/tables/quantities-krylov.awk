# quantities-krylov.awk: claim C8, from krylov.tsv.
# Variables: at (the checkpoint), m.
get("checkpoint") == at && get("m") == m && get("variant") != "random" {
	s = get("seed") SUBSEP get("variant")
	e = get("step_size")
	overlap[s, e] = get("overlap")
	captured[s, e] = get("captured")
	if (get("resolved") == 1 && (!(s in small) || e + 0 < small[s] + 0))
		small[s] = e
	if (!(s in large) || e + 0 > large[s] + 0)
		large[s] = e
}
END {
	for (i = 1; i <= n_seeds; i++) {
		s = seed[i] SUBSEP "gd"
		smallest = overlap[s, small[s]]
		largest = overlap[s, large[s]]
		put("C8", "krylov", "-", seed[i], smallest, 0.9)
		put("C8", "opens", "-", seed[i], smallest, largest)
		put("C8", "recovery-step", "-", seed[i], largest, 0.9)
		put("C8", "energy", "-", seed[i], captured[s, large[s]], 0.9)
		s = seed[i] SUBSEP "constant"
		smallest = overlap[s, small[s]]
		put("C8", "constant", "-", seed[i], smallest, 0.9)
	}
}
