# recovery.awk: capture's table (last) with the accuracies of evaluate's
# (first), joined by basis and rank.  Rows `full` and `none`: theta_F plus the
# whole displacement, and theta_F itself.
# Variables: seed, optimizer, accuracy (the column that counts, exact_match),
# evaluated (with commas: the only ranks that have an accuracy, else all).
BEGIN {
	if (accuracy == "")
		accuracy = "exact_match"
	n_evaluated = split(evaluated, list, ",")
	for (i = 1; i <= n_evaluated; i++)
		has[list[i]]
	FS = OFS = "\t"
	print "seed", "optimizer", "basis", "rank", "rows", "norm",
	    "captured_energy", "captured_norm", "residual_energy", "m", "T",
	    "null_m_over_T", "chance", "remaining_energy",
	    "functional_accuracy", "functional_loss", "functional_tokens"
}
FNR == 1 { header(); table++; next }
table == 1 {
	key = get("delta") == "NA" ? "none" : get("name")
	if (get("rank") != "NA")
		key = key OFS get("rank")
	right[key] = get(accuracy)
	tokens[key] = get("token_accuracy")
	loss[key] = get("loss")
	next
}
{
	key = get("basis") OFS get("rank")
	if (n_evaluated && !(get("rank") in has))
		right[key] = loss[key] = tokens[key] = "NA"
	if (!(key in right))
		fail("no accuracy for " get("basis") " at rank " get("rank"))
	norm = get("norm")
	T = get("T")
	print seed, optimizer, key, get("rows"), norm,
	    get("captured_energy"), get("captured_norm"),
	    get("residual_energy"), get("m"), T, get("null_m_over_T"),
	    get("chance"), get("remaining_energy"), right[key], loss[key],
	    tokens[key]
}
function whole(name, norm, energy)
{
	print seed, optimizer, name, "NA", "NA", norm, energy, energy,
	    1 - energy, "NA", T, "NA", "NA", "NA", right[name],
	    loss[name], tokens[name]
}
END {
	whole("full", norm, 1)
	whole("none", norm, 0)
}
