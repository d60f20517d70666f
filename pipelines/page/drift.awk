# drift.awk: how far the basis turns.  Reads drift.tsv.
# Variables: dir, optimizers, at, files.
FNR == 1 { header(); next }
{
	i = get("optimizer") SUBSEP get("against")
	step = get("step_t")
	if (!((i, step) in seen))
		order[i, ++n_steps[i]] = step
	seen[i, step] = 1
	from[i, step] = get("step_s")
	rank = get("rank")
	i = i SUBSEP step SUBSEP
	collect(i "ratio", get("ratio"))
	collect(i "raw", get("overlap"))
	collect(i "ceiling_s", get("ceiling_s"))
	collect(i "ceiling_t", get("ceiling_t"))
	collect(i "low", get("angle_min"))
	collect(i "middle", get("angle_median"))
	collect(i "high", get("angle_max"))
}
function degrees(key)
{
	return count[key] ? sprintf("%.0f", median(key)) : number("NA")
}
function table(o, against,    k, i, j)
{
	i = o SUBSEP against
	table_open(long_name(o) ", against the " (against == "first" ? \
	    "basis at step 0" : "step before") \
	    ": median over the seeds, with the range", \
	    "Steps|Ratio|Overlap|Ceilings|Angles (degrees): smallest, " \
	    "median, largest")
	for (k = 1; k <= n_steps[i]; k++) {
		j = i SUBSEP order[i, k] SUBSEP
		row(from[i, order[i, k]] " &rarr; " order[i, k] "|" \
		    spread(j "ratio") "|" spread(j "raw") "|" \
		    number(median(j "ceiling_s")) ", " \
		    number(median(j "ceiling_t")) "|" degrees(j "low") \
		    ", " degrees(j "middle") ", " degrees(j "high"),
		    order[i, k] == at ? "first" : "")
	}
	table_close()
}
END {
	n = split(optimizers, o_list, " ")
	print "<h2>Drift: how far the basis turns (C3)</h2>"
	print "<p>At each step of the recovery, two bases of rank " rank \
	    " from disjoint halves of fresh minibatch gradients of the lost " \
	    "task. Overlap is across halves and steps; its ceiling is the " \
	    "overlap of the two halves of one step. The ratio of the two " \
	    "is 1 where nothing but the sample has changed.</p>"
	figures(dir, "drift", optimizers, "Overlap with the basis of step 0 " \
	    "and of the step before. Solid: over the ceiling; dashed: raw; " \
	    "dotted: the ceiling, and the claim&rsquo;s level of one half. " \
	    "Medians over the seeds; bars: their range.")
	figures(dir, "angles", optimizers, "Principal angles between the " \
	    "same bases (one half against the other). Dotted: the " \
	    "smallest; solid: the median; dashed: the largest. Medians " \
	    "over the seeds.")
	for (i = 1; i <= n; i++) {
		table(o_list[i], "first")
		table(o_list[i], "previous")
	}
	commands(files)
}
