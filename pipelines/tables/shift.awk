# shift.awk: four tables of cosine, one after the other: the shifts of task
# A's texts against the contrast vector (texts: own), the differences of
# shifts between the contrast's two sides against it (difference), the first
# ones against that of the smallest step, and the contrast vector of other
# texts against it (other, step: contrast).  norm_ratio: how much longer than
# that of the smallest step the shift is, over how much longer the step is: 1
# where the shift is linear.
# Variables: seed, checkpoint, reading, size (of the steps whose name does
# not say it).
BEGIN {
	FS = OFS = "\t"
	print "seed", "checkpoint", "reading", "texts", "step", "size",
	    "delta", "site", "place", "block", "cosine", "norm",
	    "contrast_norm", "cosine_smallest", "norm_ratio"
}
$1 == "record" { header(); table++; next }
# gradient-0.001 is the step `gradient' of that size.
function step_size(name)
{
	return match(name, /-[0-9][-0-9.e]*$/) ? substr(name, RSTART + 1) : \
	    size
}
table == 3 {
	i = get("delta") SUBSEP get("site")
	z = step_size(get("name"))
	if (smallest == "")
		smallest = z
	along[i] = get("cosine")
	longer[i] = get("reference_norm") > 0 ? sprintf("%.9g",
	    get("norm") / get("reference_norm") * smallest / z) : "NA"
	next
}
{
	name = get("name")
	site = get("site")
	key[++n] = get("delta") SUBSEP site
	texts[n] = table == 1 ? "own" : table == 2 ? "difference" : "other"
	if (table == 4)
		name = "contrast"
	block = site ~ /^h\./ ? site : "NA"
	sub(/^h\./, "", block)
	place = block
	sub(/\..*/, "", block)
	sub(/^[0-9]+\./, "", place)
	sub(/-[0-9][-0-9.e]*$/, "", name)
	row[n] = name OFS step_size(get("name")) OFS get("delta") OFS site \
	    OFS (place == "NA" ? site : place) OFS block OFS get("cosine") \
	    OFS get("norm") OFS get("reference_norm")
}
END {
	for (i = 1; i <= n; i++)
		print seed, checkpoint, reading, texts[i], row[i], \
		    texts[i] == "own" ? along[key[i]] : "NA", \
		    texts[i] == "own" ? longer[key[i]] : "NA"
}
