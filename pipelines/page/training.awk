# training.awk: what each model knows.  Reads training.tsv.
# Variables: dir (of the plots), checkpoints, tasks, files.
FNR == 1 { header(); next }
{
	collect(get("checkpoint") SUBSEP get("task"), get("exact_match"))
	collect(get("checkpoint") SUBSEP "steps", get("steps"))
	items = get("items")
}
function steps(c,    low, high)
{
	low = sorted[c SUBSEP "steps", 1]
	high = sorted[c SUBSEP "steps", count[c SUBSEP "steps"]]
	return low == high ? low : low "&ndash;" high
}
END {
	n = split(checkpoints, c, " ")
	m = split(tasks, t, " ")
	heads = "Task"
	for (i = 1; i <= n; i++)
		heads = heads "|" model_name(c[i])
	print "<h2>Training</h2>"
	table_open("Exact match on " items " held-out items of each task, " \
	    "which no training draw meets: median over the seeds, with the " \
	    "range", heads)
	for (j = 1; j <= m; j++) {
		cells = t[j]
		for (i = 1; i <= n; i++)
			cells = cells "|" spread(c[i] SUBSEP t[j])
		row(cells)
	}
	cells = "steps"
	for (i = 1; i <= n; i++)
		cells = cells "|" steps(c[i])
	row(cells, "foot")
	table_close()
	figure(dir, "joint recovering", "Joint training|Recovery", \
	    "Joint training: exact match on held-out items while the " \
	    "tasks are learnt together. Recovery: the loss on its " \
	    "minibatches. Medians over the seeds.")
	commands(files)
}
