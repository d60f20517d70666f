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
FNR == 1 { header(); table++; next }
table == 1 {
	steps = get("step")
	next
}
{
	print seed, checkpoint, steps, get("task"), get("items"),
	    get("loss"), get("token_accuracy"), get(accuracy)
}
