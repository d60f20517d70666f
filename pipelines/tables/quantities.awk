# quantities.awk: what the programs quantities-NAME.awk share: they write the
# quantities of claims.tsv, seed by seed, each by put().  The claim's ordering
# holds where the difference is positive.
# Variables: seeds (with commas).
BEGIN {
	FS = OFS = "\t"
	n_seeds = split(seeds, seed, ",")
	print "claim", "key", "optimizer", "seed", "value", "reference",
	    "difference"
}
FNR == 1 { header(); file = file_name(); next }
# value exceeds reference (or, with below, is below it)
function put(claim, key, opt, s, value, reference, below,    d)
{
	d = "NA"
	if (value == "")
		value = "NA"
	if (reference == "")
		reference = "NA"
	if (known(value) && known(reference))
		d = sprintf("%.9g", below ? reference - value : \
		    value - reference)
	print claim, key, opt, s, value, reference, d
}
function minus(a, b)
{
	return known(a) && known(b) ? sprintf("%.9g", a - b) : "NA"
}
function known(a)
{
	return a != "" && a != "NA"
}
function magnitude(x)
{
	return known(x) && x < 0 ? -x : x
}
# How far a / b is from 1.
function off(a, b)
{
	return known(a) && known(b) && b != 0 ? \
	    sprintf("%.9g", magnitude(a / b - 1)) : "NA"
}
# The larger of two; NA when one is not known.
function larger(a, b)
{
	if (!known(a) || !known(b))
		return "NA"
	return a + 0 > b + 0 ? a : b
}
# The largest of x[i, NAME] over names (blanks between).
function largest_of(x, i, names,    n, name, k, m)
{
	n = split(names, name, " ")
	m = x[i, name[1]]
	for (k = 2; k <= n; k++)
		m = larger(m, x[i, name[k]])
	return m
}
