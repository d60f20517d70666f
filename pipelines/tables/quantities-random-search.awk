# quantities-random-search.awk: claims C5 and C6, from search.tsv,
# search.curve.tsv, sizes.tsv, rankings.tsv and vote.tsv.
# Variables: of (the n of the best of n), levels (how many scales sizes have).
file == "search.tsv" && get("set") == "many" {
	i = get("seed") SUBSEP (get("level") == 1 ? "smaller" : "larger")
	ratio[i] = get("ratio")
	p[i] = get("p")
}
file == "search.curve.tsv" && get("n") == of {
	best[get("seed"), get("scale"), get("split")] = get("ratio")
}
# The slope of log(spread over sigma norm(a)) against log(parameters).
function point(i, x, y)
{
	x = log(x)
	y = log(y)
	points[i]++
	sx[i] += x
	sy[i] += y
	sxx[i] += x * x
	sxy[i] += x * y
}
function slope(i,    d)
{
	d = points[i] * sxx[i] - sx[i] * sx[i]
	if (!points[i] || points[i] != sizes[i] || d <= 0)
		return "NA"
	d = (points[i] * sxy[i] - sx[i] * sy[i]) / d
	return sprintf("%.9g", magnitude(d))
}
file == "sizes.tsv" {
	s = get("seed")
	if (get("level") == levels) {
		sizes[s, "own"]++
		sizes[s, "equal"]++
	}
	if (get("own") && get("ratio") > 0)
		point(s SUBSEP "own", get("parameters"), get("ratio"))
	if (get("level") == levels && get("ratio") > 0)
		point(s SUBSEP "equal", get("parameters"), get("ratio"))
}
file == "rankings.tsv" {
	rank[get("seed"), get("mode"), get("measure")] = get("spearman")
}
file == "vote.tsv" {
	vote[get("seed")] = get("vote")
	single[get("seed")] = larger(get("best_single"), get("base"))
}
function put_search(s,    small, large)
{
	small = s SUBSEP "smaller"
	large = s SUBSEP "larger"
	put("C5", "spread", "-", s, off(ratio[small], 1), 0.1, 1)
	put("C5", "best", "-", s, off(best[small, "chosen"], 1), 0.2, 1)
	put("C5", "dimension", "-", s, slope(s SUBSEP "own"), 0.1, 1)
	put("C5", "dimension-equal", "-", s, slope(s SUBSEP "equal"), 0.1, 1)
	put("C5", "reported", "-", s, off(best[small, "reported"], 1),
	    0.2, 1)
	put("C5", "normal", "-", s, p[small], 0.05)
	put("C5", "spread-larger", "-", s, off(ratio[large], 1), 0.1, 1)
	put("C5", "best-larger", "-", s, off(best[large, "chosen"], 1),
	    0.2, 1)
	put("C5", "vote", "-", s, vote[s], single[s])
	put("C6", "density", "-", s, rank[s, "norm", "density"],
	    rank[s, "norm", "mass"])
	put("C6", "agrees", "-", s, rank[s, "norm", "density"], 0)
	put("C6", "mass", "-", s, rank[s, "sigma", "mass"],
	    rank[s, "sigma", "density"])
}
END {
	for (s = 1; s <= n_seeds; s++)
		put_search(seed[s])
}
