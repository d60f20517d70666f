# quantities-specialisation.awk: claim C9, from specialisation.tsv and
# noise.tsv.
# Variables: tasks (blanks between, in the order of the stages).
BEGIN { n_tasks = split(tasks, task, " ") }
file == "specialisation.tsv" {
	known_by[get("seed"), get("arm"), get("stage"), get("task")] = \
	    get("exact_match")
	next
}
{
	i = get("seed") SUBSEP get("arm") SUBSEP get("task") SUBSEP \
	    get("scale")
	# of the models on one task, the sequential one is that of its stage
	half[i] = get("half_sigma")
	area[i] = get("area")
}
function final(s, arm,    k, sum)
{
	for (k = 1; k <= n_tasks; k++)
		sum += known_by[s, arm, n_tasks, task[k]]
	return sprintf("%.9g", sum / n_tasks)
}
# the mean fall of exact match on each task but the last, from its own stage
# to the end
function forgotten(s, arm,    k, sum)
{
	for (k = 1; k < n_tasks; k++)
		sum += known_by[s, arm, k, task[k]] - \
		    known_by[s, arm, n_tasks, task[k]]
	return sprintf("%.9g", n_tasks > 1 ? sum / (n_tasks - 1) : 0)
}
# log2 of half_sigma, mixed over sequential, mean over the tasks from..n_tasks
function advantage(s, scale, from,    k, m, q, sum)
{
	for (k = from; k <= n_tasks; k++) {
		m = half[s, "mixed", task[k], scale]
		q = half[s, "sequential", task[k], scale]
		if (!known(m) || !known(q))
			return "NA"
		sum += log(m / q) / log(2)
	}
	return sprintf("%.9g", sum / (n_tasks - from + 1))
}
function put_noise(s, scale,    t)
{
	t = task[n_tasks]
	put("C9", "half", scale, s, advantage(s, scale, n_tasks), 0)
	put("C9", "half-each", scale, s, advantage(s, scale, 1), 0)
	put("C9", "area", scale, s, area[s, "mixed", t, scale],
	    area[s, "sequential", t, scale])
}
END {
	for (i = 1; i <= n_seeds; i++) {
		s = seed[i]
		put("C9", "final", "-", s, final(s, "mixed"),
		    final(s, "sequential"))
		put("C9", "forgotten", "-", s, forgotten(s, "sequential"),
		    forgotten(s, "mixed"))
		put_noise(s, "relative")
		put_noise(s, "absolute")
	}
}
