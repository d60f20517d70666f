# steer-sweep.awk: evaluate's table of a model as it is and steered by every
# vector at every strength, as changes against the first.  A vector's name is
# READING:METHOD, or random:DRAW.
# Variables: seed, checkpoint, accuracy (the column that counts, exact_match).
BEGIN {
	if (accuracy == "")
		accuracy = "exact_match"
	FS = OFS = "\t"
	print "seed", "checkpoint", "name", "vector", "method", "site",
	    "block", "strength", "sign", "items", "exact_match", "gain",
	    "loss_change"
}
NR == 1 { header(); next }
get("strength") == 0 {
	exact = get(accuracy)
	loss = get("loss")
	next
}
{
	name = get("vector_name")
	split(name, word, ":")
	split(get("site"), part, ".")
	print seed, checkpoint, name, word[1],
	    word[1] == "random" ? "random" : word[2], get("site"), part[2],
	    get("strength"), get("strength") < 0 ? "-" : "+",
	    get("items"), get(accuracy),
	    sprintf("%.9g", 100 * (get(accuracy) - exact)),
	    sprintf("%.9g", get("loss") - loss)
}
