# claims.awk: the table of verdicts.  Reads claims.tsv and verdicts.tsv.
# Variables: words (what stands in claims.tsv for the choices of the run: a=sort
# rank=10 ...), n_seeds, files (whose commands are shown).
FNR == 1 { header(); file++; next }
file == 1 {
	id = get("claim") SUBSEP get("key")
	statement[id] = fill(get("statement"))
	paper[id] = get("paper") == "-" ? number("NA") : get("paper")
	quantity[id] = fill(get("quantity"))
	rule[id] = fill(get("rule"))
	next
}
{
	id = get("claim") SUBSEP get("key")
	n = ++rows
	of[n] = id
	claim[n] = get("claim")
	judged[n] = get("role") == "judged"
	optimizer[n] = get("optimizer")
	ours[n] = interval(get("ours_median"), get("ours_low"),
	    get("ours_high"))
	values[n] = get("values")
	difference[n] = bounds(get("difference_low"), get("difference_high"))
	verdict[n] = get("verdict")
}
BEGIN {
	n_words = split(words, w, " ")
	for (i = 1; i <= n_words; i++)
		word[substr(w[i], 1, index(w[i], "=") - 1)] = \
		    substr(w[i], index(w[i], "=") + 1)
}
# The words of a claim, with this run's choices in them.
function fill(s,    name)
{
	while (match(s, /\{[a-z_]+\}/)) {
		name = substr(s, RSTART + 1, RLENGTH - 2)
		if (!(name in word))
			fail("nothing for {" name "}")
		s = substr(s, 1, RSTART - 1) word[name] \
		    substr(s, RSTART + RLENGTH)
	}
	return mathematics(escape(s))
}
function bounds(low, high)
{
	return low == "NA" ? "no interval" : \
	    number(low) " to " number(high)
}
function interval(middle, low, high)
{
	return "<strong>" number(middle) "</strong><br> <small>" \
	    bounds(low, high) "</small>"
}
function of_seeds(list,    n, v, i, s)
{
	n = split(list, v, ",")
	for (i = 1; i <= n; i++)
		s = s (i > 1 ? ", " : "") number(v[i])
	return "<small>" s "</small>"
}
END {
	print "<h2 id=verdicts>Verdicts</h2>"
	table_open("Median over the seeds, with the 95&nbsp;% t interval of " \
	    "the mean below it", "Claim|Variant|The paper&rsquo;s figure|" \
	    "Ours|Verdict|Seed by seed|Rule", "cards")
	for (n = 1; n <= rows; n++)
		if (judged[n])
			row("<b>" claim[n] "</b> " statement[of[n]] "|" \
			    variant(optimizer[n]) "|" paper[of[n]] "|" ours[n] \
			    "|<b class=\"" substr(verdict[n], 1, 3) "\">" \
			    verdict[n] "</b>|" of_seeds(values[n]) "|" \
			    "<small>" quantity[of[n]] " " rule[of[n]] \
			    " Difference: " difference[n] ".</small>")
	table_close()
	print "<p>The rule of every verdict was written down before the " \
	    "results: <em>supported</em> if and only if the ordering holds " \
	    "in every seed and the 95&nbsp;% t interval of the difference " \
	    "over the seeds excludes zero; <em>not supported</em> if it " \
	    "fails in every seed; else <em>inconclusive</em>. Variants, " \
	    "such as plain gradient descent (GD) and AdamW, are judged " \
	    "apart. " \
	    (n_seeds < 2 ? "One seed gives no interval, so nothing is " \
	    "supported here." : "") "</p>"
	print "<p>Beside the verdicts, by the same arithmetic but without " \
	    "one:</p>"
	table_open("Companion figures", "Claim|Variant|Ours|Seed by " \
	    "seed|What it is|Difference", "cards")
	for (n = 1; n <= rows; n++)
		if (!judged[n])
			row("<b>" claim[n] "</b> " statement[of[n]] "|" \
			    variant(optimizer[n]) "|" ours[n] "|" \
			    of_seeds(values[n]) "|<small>" quantity[of[n]] \
			    " " rule[of[n]] "</small>|<small>" \
			    difference[n] "</small>")
	table_close()
	commands(files)
}
