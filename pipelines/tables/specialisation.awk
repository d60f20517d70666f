# specialisation.awk: evaluate's table of a model after a stage.
# Variables: seed, arm, stage.
BEGIN {
	FS = OFS = "\t"
	print "seed", "arm", "stage", "task", "items", "loss",
	    "token_accuracy", "exact_match"
}
NR == 1 { header(); next }
{
	print seed, arm, stage, get("task"), get("items"), get("loss"),
	    get("token_accuracy"), get("exact_match")
}
