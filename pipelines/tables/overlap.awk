# overlap.awk: the tables of `drift BASIS ALL`, one for each task in turn.
# Variables: seed, checkpoint, tasks (with commas).
BEGIN {
	FS = OFS = "\t"
	split(tasks, task, ",")
	print "seed", "checkpoint", "task_s", "task_t", "rank", "overlap",
	    "ceiling_s", "ceiling_t", "ratio", "angle_min", "angle_median",
	    "angle_max"
}
$1 == "basis_s" {
	for (i = 1; i <= NF; i++)
		column[$i] = i
	s++
	next
}
{
	print seed, checkpoint, task[s], task[$column["basis_t"] + 1],
	    $column["rank"], $column["overlap"], $column["ceiling_s"],
	    $column["ceiling_t"], $column["ratio"], $column["angle_min"],
	    $column["angle_median"], $column["angle_max"]
}
