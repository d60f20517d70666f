# halves.awk: how far the bases of two halves of the same vectors agree: the
# ceiling of drift's table (last), with the dimensions that tensor-ls (first)
# tells of.  chance: the overlap of random subspaces.
# Variables: seed, checkpoint, called (what stands for the control, if given).
BEGIN {
	FS = OFS = "\t"
	print "seed", "checkpoint", "task", "control", "rank", "dimensions",
	    "vectors", "overlap", "chance"
}
$1 == "file" || $1 == "basis_s" {
	table = $1
	header()
	next
}
table == "file" {
	task = get("task")
	control = called != "" ? called : get("control")
	vectors = get("vectors")
	dimensions = get("values")
	next
}
{
	print seed, checkpoint, task, control == "NA" ? "none" : control, \
	    get("rank"), dimensions, vectors, get("ceiling_s"), \
	    sprintf("%.9g", get("rank") / dimensions)
}
