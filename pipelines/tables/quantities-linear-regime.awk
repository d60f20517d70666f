# quantities-linear-regime.awk: claim C7, from regime.tsv.
{
	i = get("seed") SUBSEP get("checkpoint")
	if (!(i in least) || get("sigma") + 0 < least[i]) {
		least[i] = get("sigma") + 0
		ratio[i] = get("ratio")
		linear[i] = doublings(get("rms_f1"), get("sigma_norm_g"))
	}
	crossing[i] = doublings(get("crossing"), get("predicted_crossing"))
	slope[i] = get("slope") == "NA" ? "NA" : magnitude(get("slope") - 1)
}
# By how many powers of 2 two numbers differ.
function doublings(a, b)
{
	return a > 0 && b > 0 ? \
	    sprintf("%.9g", magnitude(log(a / b) / log(2))) : "NA"
}
function put_regime(s, c,    i)
{
	i = s SUBSEP c
	put("C7", "crossing-" c, "-", s, crossing[i], 1, 1)
	put("C7", "small-" c, "-", s, ratio[i], 0.1, 1)
	put("C7", "gradient-" c, "-", s, linear[i], 0.5, 1)
	put("C7", "slope-" c, "-", s, slope[i], 0.2, 1)
}
END {
	for (s = 1; s <= n_seeds; s++) {
		put_regime(seed[s], "theta-F")
		put_regime(seed[s], "theta-0")
	}
}
