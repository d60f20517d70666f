# overlap.awk: the tables of `drift BASIS ALL`, one for each task in turn.
# Variables: seed, checkpoint, tasks (with commas).
BEGIN {
	FS = OFS = "\t"
	split(tasks, task, ",")
	print "seed", "checkpoint", "task_s", "task_t", "rank", "overlap",
	    "ceiling_s", "ceiling_t", "ratio", "angle_min", "angle_median",
	    "angle_max"
}
$1 == "basis_s" { header(); s++; next }
{
	print seed, checkpoint, task[s], task[get("basis_t") + 1],
	    get("rank"), get("overlap"), get("ceiling_s"), get("ceiling_t"),
	    get("ratio"), get("angle_min"), get("angle_median"),
	    get("angle_max")
}
