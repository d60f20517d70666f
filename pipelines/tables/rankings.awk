# rankings.awk: how well the density of the signal in a subspace, and its mass,
# rank the subspaces by the gain of searching them: Spearman's rank
# correlation over the subspaces.  The gain is that which the best of n draws,
# chosen by one split, is expected to have on the other: with the N draws in
# the order of the first, the sum of C(i-1, n-1) / C(N, n) gain_report_i.
# low, high: the middle 95 % with every subspace's draws resampled.
# Reads the gains.  Variables: n, resamples.
BEGIN {
	FS = OFS = "\t"
	print "seed", "mode", "measure", "subspaces", "spearman", "low",
	    "high"
}
NR == 1 { header(); next }
{
	set = get("seed") OFS get("mode")
	id = set OFS get("subspace")
	if (!(set in n_of))
		sets[++n_sets] = set
	if (!(id in N)) {
		member[set, ++n_of[set]] = id
		density[id] = get("density") + 0
		mass[id] = get("mass") + 0
	}
	gain[id, ++N[id]] = get("gain") + 0
	report[id, N[id]] = get("gain_report") + 0
}
# order[id, 1 ... N]: the draws of a subspace, the smallest gain first
function sort(id,    k, i)
{
	for (k = 1; k <= N[id]; k++) {
		for (i = k; i > 1 && gain[id, order[id, i - 1]] > \
		    gain[id, k]; i--)
			order[id, i] = order[id, i - 1]
		order[id, i] = k
	}
}
# weight[N, i]: that the i-th smallest of N is the best of a subset of n
function weights(N,    i, w)
{
	if ((N, N) in weight)
		return
	w = n / N
	for (i = N; i >= 1; i--) {
		weight[N, i] = w
		w *= i > 1 ? (i - n) / (i - 1) : 0
	}
}
# The expected best; count: how often each draw is there.
function best(id, count,    i, k, c, at, sum)
{
	for (i = 1; i <= N[id]; i++) {
		k = order[id, i]
		for (c = count[k]; c > 0; c--)
			sum += weight[N[id], ++at] * report[id, k]
	}
	return sum
}
# A generator of whole numbers that every awk computes exactly.
function random(k)
{
	state = state * 16807 % 2147483647
	return 1 + int(k * (state - 1) / 2147483646)
}
# rank[1 ... m] of x[1 ... m], equal values at their mean rank
function ranks(x, m, rank,    i, j)
{
	for (i = 1; i <= m; i++) {
		rank[i] = 0.5
		for (j = 1; j <= m; j++)
			rank[i] += x[j] < x[i] ? 1 : x[j] == x[i] ? 0.5 : 0
	}
}
function spearman(x, y, m,    a, b, i, middle, xy, xx, yy)
{
	ranks(x, m, a)
	ranks(y, m, b)
	middle = (m + 1) / 2
	for (i = 1; i <= m; i++) {
		xy += (a[i] - middle) * (b[i] - middle)
		xx += (a[i] - middle) ^ 2
		yy += (b[i] - middle) ^ 2
	}
	return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0
}
# Sets rho["density"], rho["mass"] and their difference.
function correlate(set, resampled,    m, i, j, id, d, s, g, count)
{
	m = n_of[set]
	for (i = 1; i <= m; i++) {
		id = member[set, i]
		d[i] = density[id]
		s[i] = mass[id]
		for (j = 1; j <= N[id]; j++)
			count[j] = !resampled
		for (j = 1; resampled && j <= N[id]; j++)
			count[random(N[id])]++
		g[i] = best(id, count)
	}
	rho["density"] = spearman(d, g, m)
	rho["mass"] = spearman(s, g, m)
	rho["difference"] = rho["density"] - rho["mass"]
}
# Adds rho to the sorted samples.
function keep(b,    what, i)
{
	for (what in rho) {
		for (i = b; i > 1 && sample[what, i - 1] > rho[what]; i--)
			sample[what, i] = sample[what, i - 1]
		sample[what, i] = rho[what]
	}
}
function put(set,    i, b, what, middle)
{
	for (i = 1; i <= n_of[set]; i++) {
		sort(member[set, i])
		weights(N[member[set, i]])
	}
	correlate(set, 0)
	for (what in rho)
		middle[what] = rho[what]
	state = 1
	for (b = 1; b <= resamples; b++) {
		correlate(set, 1)
		keep(b)
	}
	for (i = 1; i <= 3; i++) {
		what = i == 1 ? "density" : i == 2 ? "mass" : "difference"
		print set, what, n_of[set], sprintf("%.9g", middle[what]),
		    quantile(what, 0.025), quantile(what, 0.975)
	}
}
function quantile(what, p)
{
	return resamples < 1 ? "NA" : sprintf("%.9g", \
	    sample[what, 1 + int(p * (resamples - 1) + 0.5)])
}
END {
	for (i = 1; i <= n_sets; i++)
		put(sets[i])
}
