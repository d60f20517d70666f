# search-curve.awk: the best of n in units of sigma norm(a), where the theorem
# is b_n.  Reads search.tsv, then best-of's curves of the gains that draws are
# chosen by and of those that are reported.  A scale is called smaller or
# larger.
# Variables: wanted (the set; all of them if not given).
BEGIN {
	FS = OFS = "\t"
	print "seed", "set", "sigma", "scale", "split", "draws", "n",
	    "expected", "low", "high", "theorem", "ratio"
}
FNR == 1 { header(); file++; next }
wanted != "" && get("set") != wanted { next }
{
	id = get("seed") OFS get("set") OFS get("sigma")
}
file == 1 {
	unit[id] = get("predicted_sd")
	scale[id] = get("level") == 1 ? "smaller" : "larger"
	next
}
function in_units(x)
{
	return x == "NA" ? x : sprintf("%.9g", x / unit[id])
}
{
	theorem = get("theorem")
	print id, scale[id], file == 2 ? "chosen" : "reported",
	    get("draws"), get("n"), in_units(get("expected")),
	    in_units(get("low")), in_units(get("high")), in_units(theorem),
	    theorem + 0 != 0 ? sprintf("%.9g", get("expected") / theorem) : \
	    "NA"
}
