# curves.awk: of a train.tsv, the held-out accuracies (split validation) or
# the loss of each step (split train).
# Variables: seed, checkpoint, split_wanted.
BEGIN {
	FS = OFS = "\t"
	print "seed", "checkpoint", "step", "split", "task", "loss",
	    "exact_match"
}
NR == 1 {
	for (i = 1; i <= NF; i++)
		column[$i] = i
	next
}
$column["split"] == split_wanted {
	print seed, checkpoint, $column["step"], split_wanted,
	    $column["task"], $column["loss"], $column["exact_match"]
}
