# curves.awk: of a train.tsv, the held-out accuracies (split validation) or
# the loss of each step (split train).
# Variables: seed, checkpoint, split_wanted.
BEGIN {
	FS = OFS = "\t"
	print "seed", "checkpoint", "step", "split", "task", "loss",
	    "exact_match"
}
NR == 1 { header(); next }
get("split") == split_wanted {
	print seed, checkpoint, get("step"), split_wanted, get("task"),
	    get("loss"), get("exact_match")
}
