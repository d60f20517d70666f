# accuracy.awk: evaluate's table of a model (last), with the steps that its
# training took, from its train.tsv (first).
# Variables: seed, checkpoint, accuracy (the column that counts, exact_match).
BEGIN {
	if (accuracy == "")
		accuracy = "exact_match"
	FS = OFS = "\t"
	print "seed", "checkpoint", "steps", "task", "items", "loss",
	    "token_accuracy", accuracy
}
FNR == 1 {
	table++
	for (i = 1; i <= NF; i++)
		column[table, $i] = i
	next
}
table == 1 {
	steps = $column[1, "step"]
	next
}
{
	print seed, checkpoint, steps, $column[2, "task"],
	    $column[2, "items"], $column[2, "loss"],
	    $column[2, "token_accuracy"], $column[2, accuracy]
}
