# steer-items.awk: the lines of steer-pick.awk (first) and tables of evaluate
# with a row for each item (last), a task in each: of the model as it is and
# steered by what was picked.
#	target_gain	change of the task's choice accuracy, in percentage
#			points; low, high: the middle 95 % when the items are
#			resampled with replacement
#	side_cost	mean change of the other tasks'
#	accuracy	of the task, and base of the model as it is
# Then the accuracies of the model as it is: a row for each task, method none.
#	same		how often it gives the answer that it gives most
# Variables: seed, checkpoint, task, resamples.
BEGIN {
	FS = OFS = "\t"
	print "seed", "checkpoint", "task", "name", "vector", "method",
	    "site", "strength", "items", "target_gain", "low", "high",
	    "target_loss_change", "side_cost", "accuracy", "base", "same"
	state = 20261123
}
FNR == NR {
	name[++n] = $1
	site[$1] = $2
	strength[$1] = $3
	next
}
FNR == 1 || $1 == "delta" { header(); next }
{
	t = get("task")
	v = get("strength") == 0 ? "" : get("vector_name")
	if (!(t in n_items))
		tasks[++n_tasks] = t
	if (v == "") {
		n_items[t]++
		k = ++given[t, get("answer")]
		most[t] = k > most[t] ? k : most[t]
	}
	right[t, v] += get("chosen")
	loss[t, v] += get("loss")
	if (t == task)
		chosen[v, get("item")] = get("chosen")
}
# A whole number from 0 to n - 1: the generator of Park and Miller.
function draw(n)
{
	state = state * 16807 % 2147483647
	return int(state / 2147483647 * n)
}
# Sets low and high.
function interval(v,    m, k, j, i, sum, x)
{
	m = n_items[task]
	low = high = "NA"
	if (resamples < 40)
		return
	for (k = 1; k <= resamples; k++) {
		sum = 0
		for (j = 0; j < m; j++) {
			i = draw(m)
			sum += chosen[v, i] - chosen["", i]
		}
		for (j = k; j > 1 && x[j - 1] > sum; j--)
			x[j] = x[j - 1]
		x[j] = sum
	}
	low = points(x[int(resamples * 0.025) + 1] / m)
	high = points(x[resamples - int(resamples * 0.025)] / m)
}
function points(x)
{
	return sprintf("%.9g", 100 * x)
}
function share(t, v)
{
	return right[t, v] / n_items[t]
}
function side_cost(v,    k, sum)
{
	for (k = 1; k <= n_tasks; k++)
		if (tasks[k] != task)
			sum += share(tasks[k], v) - share(tasks[k], "")
	return n_tasks > 1 ? points(sum / (n_tasks - 1)) : "NA"
}
function put(v,    m, word)
{
	m = n_items[task]
	split(v, word, ":")
	interval(v)
	print seed, checkpoint, task, v, word[1],
	    word[1] == "random" ? "random" : word[2], site[v], strength[v], m,
	    points(share(task, v) - share(task, "")), low, high,
	    sprintf("%.9g", (loss[task, v] - loss[task, ""]) / m),
	    side_cost(v), sprintf("%.9g", share(task, v)),
	    sprintf("%.9g", share(task, "")), "NA"
}
END {
	for (i = 1; i <= n; i++)
		put(name[i])
	for (k = 1; k <= n_tasks; k++)
		print seed, checkpoint, tasks[k], "none", "none", "none", "NA",
		    "NA", n_items[tasks[k]], 0, "NA", "NA", 0, 0,
		    sprintf("%.9g", share(tasks[k], "")), \
		    sprintf("%.9g", share(tasks[k], "")), \
		    sprintf("%.9g", most[tasks[k]] / n_items[tasks[k]])
}
