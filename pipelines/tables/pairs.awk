# pairs.awk: from evaluate's table of a model and of antithetic pairs +d, -d
# around it, with dJ the loss less the model's own, for each pair
#	f1 = (dJ(+d) - dJ(-d)) / 2, the odd part of the response
#	f2 = (dJ(+d) + dJ(-d)) / 2, the even part
# Variables: seed, checkpoint.
BEGIN {
	FS = OFS = "\t"
	print "seed", "checkpoint", "sigma", "draw", "base_loss", "f1", "f2"
}
NR == 1 {
	for (i = 1; i <= NF; i++)
		column[$i] = i
	next
}
$column["delta"] == "NA" {
	base = $column["loss"]
	next
}
$column["sign"] == 1 {
	plus = $column["loss"]
	of = $column["sigma"] OFS $column["draw"]
	next
}
{
	minus = $column["loss"]
	if ($column["sigma"] OFS $column["draw"] != of) {
		print FILENAME ": line " NR ": no pair" > "/dev/stderr"
		exit 3
	}
	print seed, checkpoint, of, base, \
	    sprintf("%.9g", (plus - minus) / 2), \
	    sprintf("%.9g", (plus - base + minus - base) / 2)
}
