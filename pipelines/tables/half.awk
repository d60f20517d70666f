# half.awk: the choice accuracy at which a model has lost half of what it knew
# beyond chance; 0 where it knew nothing beyond it.  Reads the task's template
# (first), which says how many answers there are, and evaluate's table (last).
BEGIN { FS = "\t" }
FNR == 1 { file++ }
file == 1 {
	text = text $0
	next
}
FNR == 1 { header(); next }
{ accuracy = get("choice_accuracy") }
# The strings of the list `name', or 0 without one.
function strings(name,    list)
{
	if (!match(text, "\"" name "\": *\\[[^]]*\\]"))
		return 0
	list = substr(text, RSTART, RLENGTH)
	return gsub(/"[^"]*"/, "", list) - 1
}
END {
	n = strings("answers")
	if (n == 0)
		n = 1 + strings("wrong")
	if (n < 2 || accuracy == "" || accuracy == "NA")
		fail("no answers to choose from")
	printf "%.9g\n", (accuracy > 1 / n ? (accuracy + 1 / n) / 2 : 0)
}
