# verdict.awk: the verdict on each claim of claims.tsv (first) from
# the quantities of quantities.awk (last), by the rule
#	supported	the difference is positive in every seed and its 95 % t
#			interval over the seeds excludes zero
#	not supported	it is positive in no seed
#	inconclusive	anything else; always so when a seed has no value, and never
#			supported with one seed, which has no interval
# An optimizer is judged by itself.  ours_low and ours_high: t interval of the
# value.
# Variables: level (0.95).
BEGIN {
	FS = OFS = "\t"
	if (level == "")
		level = 0.95
	print "claim", "key", "role", "optimizer", "seeds", "values",
	    "ours_median", "ours_low", "ours_high", "differences",
	    "difference_low", "difference_high", "verdict"
}
# Integral of cos^n from 0 to x, Simpson's rule.
function integral(n, x,    i, h, sum, steps)
{
	steps = 2000
	h = x / steps
	for (i = 0; i <= steps; i++)
		sum += (i == 0 || i == steps ? 1 : i % 2 ? 4 : 2) * \
		    exp(n * log(cos(i * h)))
	return sum * h / 3
}
# The t with a two-sided probability of `level`: with t = sqrt(df) tan(x) the
# density becomes cos^(df-1) x, on 0 to pi/2.
function t_quantile(df,    low, high, x, whole, i)
{
	if (df == 1)		# cos^0: closed form, exact in the tail
		return sin(level * PI / 2) / cos(level * PI / 2)
	whole = integral(df - 1, PI / 2 - 1e-9)
	high = PI / 2
	for (i = 0; i < 50; i++) {
		x = (low + high) / 2
		if (integral(df - 1, x) < level * whole)
			low = x
		else
			high = x
	}
	return sqrt(df) * sin(x) / cos(x)
}
function median(x, n,    i, j, v, y)
{
	for (i = 1; i <= n; i++) {
		v = x[i]
		for (j = i - 1; j > 0 && y[j] > v; j--)
			y[j + 1] = y[j]
		y[j + 1] = v
	}
	return (y[int((n + 1) / 2)] + y[int((n + 2) / 2)]) / 2
}
# Sets low and high; NA with fewer than two.
function interval(x, n,    i, mean, ss, half)
{
	low = high = "NA"
	if (n < 2)
		return
	for (i = 1; i <= n; i++)
		mean += x[i] / n
	for (i = 1; i <= n; i++)
		ss += (x[i] - mean) * (x[i] - mean)
	if (!(n in t_of))
		t_of[n] = t_quantile(n - 1)
	half = t_of[n] * sqrt(ss / (n - 1) / n)
	low = sprintf("%.9g", mean - half)
	high = sprintf("%.9g", mean + half)
}
function judge(d, n, missing, low,    i, held)
{
	for (i = 1; i <= n; i++)
		held += d[i] > 0
	if (missing || n == 0)
		return "inconclusive"
	if (held == 0)
		return "not supported"
	return held == n && low != "NA" && low > 0 ? "supported" : \
	    "inconclusive"
}
function put(c, o,    id, i, n, missing, value, diff, values, diffs, l, h,
    middle, verdict)
{
	id = c SUBSEP o
	for (i = 1; i <= count[id]; i++) {
		values = values (i > 1 ? "," : "") v_of[id, i]
		diffs = diffs (i > 1 ? "," : "") d_of[id, i]
		if (v_of[id, i] == "NA" || d_of[id, i] == "NA") {
			missing = 1
			continue
		}
		value[++n] = v_of[id, i] + 0
		diff[n] = d_of[id, i] + 0
	}
	interval(value, n)
	l = low
	h = high
	interval(diff, n)
	middle = n ? sprintf("%.9g", median(value, n)) : "NA"
	verdict = role[c] == "judged" ? judge(diff, n, missing, low) : "-"
	print key[c], role[c], o, count[id], values, middle, l, h, diffs,
	    low, high, verdict
}
BEGIN { PI = atan2(0, -1) }
FNR == 1 { table++; next }
table == 1 {
	key[++n_claims] = $1 OFS $2
	number[$1, $2] = n_claims
	role[n_claims] = $3
	next
}
{
	if (!(($1, $2) in number)) {
		print FILENAME ": claim " $1 " " $2 " has no rule" \
		    > "/dev/stderr"
		failed = 1
		exit 3
	}
	c = number[$1, $2]
	if (!((c, $3) in count))
		opts[c] = opts[c] (opts[c] == "" ? "" : " ") $3
	i = ++count[c, $3]
	v_of[c, $3, i] = $5
	d_of[c, $3, i] = $7
}
END {
	if (failed)
		exit 3
	for (c = 1; c <= n_claims; c++) {
		n_opts = split(opts[c], list, " ")
		for (o = 1; o <= n_opts; o++)
			put(c, list[o])
	}
}
