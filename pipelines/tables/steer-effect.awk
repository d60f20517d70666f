# steer-effect.awk: the lines of steer-pick.awk (first) and three tables of
# evaluate (last), of the model as it is and steered by what was picked:
# added, its direction taken away, only its direction kept.  target_gain:
# change of the task's exact match in percentage points; side_cost: mean
# change of the other tasks'.
# Variables: seed, checkpoint, task.
BEGIN {
	FS = OFS = "\t"
	split("add ablate project", how, " ")
	print "seed", "checkpoint", "name", "vector", "method", "how", "site",
	    "strength", "items", "target_gain", "target_loss_change",
	    "side_cost", "target_exact_match"
}
FNR == NR {
	site[$1] = $2
	strength[$1] = $3
	next
}
FNR == 1 || $1 == "delta" {
	put()
	header()
	table++
	next
}
# The row of the vector whose tasks are known.
function put()
{
	if (of != "" && of != "NA") {
		split(of, word, ":")
		print seed, checkpoint, of, word[1],
		    word[1] == "random" ? "random" : word[2], how[table],
		    site[of], how[table] == "add" ? strength[of] : "NA", items,
		    sprintf("%.9g", 100 * (exact - exact_of[task])),
		    sprintf("%.9g", loss - loss_of[task]), n_others ? \
		    sprintf("%.9g", 100 * others / n_others) : "NA", exact
	}
	of = ""
	others = n_others = 0
}
get("vector_name") != of {
	put()
	of = get("vector_name")
}
get("strength") == 0 {
	exact_of[get("task")] = get("exact_match")
	loss_of[get("task")] = get("loss")
	next
}
get("task") == task {
	items = get("items")
	exact = get("exact_match")
	loss = get("loss")
	next
}
{
	others += get("exact_match") - exact_of[get("task")]
	n_others++
}
END { put() }
