# specialisation.awk: evaluate's table of a model after a stage.
# Variables: seed, arm, stage.
BEGIN {
	FS = OFS = "\t"
	print "seed", "arm", "stage", "task", "items", "loss",
	    "token_accuracy", "exact_match"
}
NR == 1 {
	for (i = 1; i <= NF; i++)
		column[$i] = i
	next
}
{
	print seed, arm, stage, $column["task"], $column["items"],
	    $column["loss"], $column["token_accuracy"], $column["exact_match"]
}
