# rank.awk: rank measures of the spectra of spectrum.awk.  With the energies
# p_i = s_i^2 / total: explained energy at r: p_1 + ... + p_r; stable rank:
# total / s_1^2; entropy rank: exp(-sum p_i log p_i).
# Variables: ranks (with commas), keys (with commas: columns that the table has
# before those of spectrum.awk).
BEGIN {
	FS = OFS = "\t"
	n_keys = split(keys, name, ",")
	for (i = 1; i <= n_keys; i++)
		printf "%s\t", name[i]
	n_ranks = split(ranks, rank, ",")
	print "seed", "checkpoint", "task", "control", "centred", "rank",
	    "vectors", "explained_energy", "stable_rank", "entropy_rank"
}
function finish(    i, r, p, sum, entropy, at)
{
	if (n == 0)
		return
	for (i = 1; i <= n; i++) {
		p = total > 0 ? s[i] * s[i] / total : 0
		sum += p
		explained[i] = sum
		if (p > 0)
			entropy -= p * log(p)
	}
	for (r = 1; r <= n_ranks; r++) {
		at = rank[r] < n ? rank[r] + 0 : n
		print key, rank[r], vectors, \
		    sprintf("%.9g", explained[at]), \
		    sprintf("%.9g", s[1] > 0 ? total / (s[1] * s[1]) : 0), \
		    sprintf("%.9g", exp(entropy))
	}
	n = 0
}
FNR == 1 { next }
{
	this = $1
	for (i = 2; i <= n_keys + 5; i++)
		this = this OFS $i
	if (this != key)
		finish()
	key = this
	s[++n] = $(n_keys + 7)
	total = $(n_keys + 8)
	vectors = $(n_keys + 9)
}
END { finish() }
