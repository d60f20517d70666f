# specialisation.awk: tasks one after another, or together.  Reads
# specialisation.tsv and noise.tsv.
# Variables: dir, tasks (in the order of the stages), steps, batch, digits,
# files.
FNR == 1 { header(); file++; next }
file == 1 {
	i = get("arm") SUBSEP get("stage") SUBSEP get("task")
	collect(i, get("exact_match"))
	last[get("seed"), i] = get("exact_match")
	seen[get("seed")]
	items = get("items")
	next
}
{
	i = get("arm") SUBSEP get("stage") SUBSEP get("task") SUBSEP
	j = i get("scale") SUBSEP
	if (!((get("seed"), j) in counted)) {
		counted[get("seed"), j]
		collect(j "half", get("half_sigma"))
		collect(j "area", get("area"))
		if (get("scale") == "relative")
			collect(i "own", get("own"))
	}
	draws = get("draws")
}
function arm_name(arm)
{
	return arm == "mixed" ? "all together" : "one after another"
}
# the mean over the tasks, seed by seed
function means(arm, k,    s, j, sum)
{
	for (s in seen) {
		sum = 0
		for (j = 1; j <= n; j++)
			sum += last[s, arm, k, t[j]]
		collect(arm SUBSEP k SUBSEP "mean", sum / n)
	}
	return spread(arm SUBSEP k SUBSEP "mean")
}
function stages(    a, k, j, arm, cells, heads)
{
	heads = "Training|Stage, its task"
	for (j = 1; j <= n; j++)
		heads = heads "|" t[j]
	table_open("Exact match on " items " held-out items of each task " \
	    "after each stage: median over the seeds, with the range. " \
	    "A guess is right with probability 10<sup>&minus;" digits \
	    "</sup>", heads "|Mean")
	for (a = 1; a <= 2; a++)
		for (k = 1; k <= n; k++) {
			arm = a == 1 ? "sequential" : "mixed"
			cells = arm_name(arm) "|" k ", " (a == 1 ? t[k] : "all")
			for (j = 1; j <= n; j++)
				cells = cells "|" spread(arm SUBSEP k SUBSEP \
				    t[j])
			row(cells "|" means(arm, k), k == 1 ? "first" : "")
		}
	table_close()
}
function noise_row(arm, k, j, class,    i)
{
	i = arm SUBSEP k SUBSEP t[j] SUBSEP
	row(t[j] "|" arm_name(arm) ", stage " k "|" spread(i "own") "|" \
	    spread(i "relative" SUBSEP "half") "|" \
	    spread(i "relative" SUBSEP "area") "|" \
	    spread(i "absolute" SUBSEP "half") "|" \
	    spread(i "absolute" SUBSEP "area"), class)
}
function noise(    j)
{
	table_open("What the weights stand, means over " draws " draws at " \
	    "each sigma: median over the seeds, with the range", \
	    "Task|Model|Without noise|Half &sigma;, relative|Area, " \
	    "relative|Half &sigma;, absolute|Area, absolute")
	for (j = 1; j <= n; j++) {
		noise_row("sequential", j, j, "first")
		noise_row("mixed", n, j)
	}
	table_close()
}
END {
	n = split(tasks, t, " ")
	for (j = 1; j <= n; j++)
		sequence = sequence (j > 1 ? ", then " : "") t[j]
	print "<h2>Specialisation: one task after another, or all together " \
	    "(C9)</h2>"
	print "<p>Two models begin with the same weights and go through " n \
	    " stages of " steps " steps of " batch " examples, with the same " \
	    "optimiser, schedule and number of restarts. The sequential one " \
	    "learns " sequence ", each alone; the mixed one meets all of " \
	    "them in every stage, so that at the end each task has had as " \
	    "many examples in both.</p>"
	figure(dir, "stages-sequential stages-mixed", \
	    "One after another|All together", "Exact match on held-out " \
	    "items after each stage. Medians over the seeds; bars: their " \
	    "range.")
	stages()
	print "<p>Gaussian noise is then added to all weights: of one " \
	    "&sigma; for all (<b>absolute</b>), or of &sigma; times the " \
	    "deviation of each tensor&rsquo;s own values " \
	    "(<b>relative</b>), which makes models with weights of " \
	    "different size comparable. <b>Half &sigma;</b> is where exact " \
	    "match falls to half of what it is without noise (the end of " \
	    "the grid where it does not); <b>area</b> is the share of it " \
	    "that is left, a mean over log &sigma; on the grid. A " \
	    "sequential model is measured on the task that it has just " \
	    "learnt, the mixed one on each; the claim is judged at the end " \
	    "of training, on the last task, where a model with one task to " \
	    "keep meets one with all of them.</p>"
	figure(dir, "noise-relative noise-absolute", \
	    "Relative to each tensor|Absolute", "Exact match on the last " \
	    "task, " t[n] ", with noise in the weights, at the end of " \
	    "training. Medians over the seeds; bars: their range.")
	noise()
	commands(files)
}
