# pairs.awk: from evaluate's table of a model and of antithetic pairs +d, -d
# around it, with dJ the loss less the model's own, for each pair
#	f1 = (dJ(+d) - dJ(-d)) / 2, the odd part of the response
#	f2 = (dJ(+d) + dJ(-d)) / 2, the even part
# Variables: seed, checkpoint.
BEGIN {
	FS = OFS = "\t"
	print "seed", "checkpoint", "sigma", "draw", "base_loss", "f1", "f2"
}
NR == 1 { header(); next }
get("delta") == "NA" {
	base = get("loss")
	next
}
get("sign") == 1 {
	plus = get("loss")
	of = get("sigma") OFS get("draw")
	next
}
{
	minus = get("loss")
	if (get("sigma") OFS get("draw") != of)
		fail("line " NR ": no pair")
	print seed, checkpoint, of, base, \
	    sprintf("%.9g", (plus - minus) / 2), \
	    sprintf("%.9g", (plus - base + minus - base) / 2)
}
