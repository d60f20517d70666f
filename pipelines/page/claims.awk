# claims.awk: the table of verdicts.  Reads claims.tsv and verdicts.tsv.
# Variables: a, rank, at, n_seeds, files (whose commands are shown).
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
# The words of a claim, with this run's choices in them.
function fill(s)
{
	gsub(/\{rank\}/, rank, s)
	gsub(/\{at\}/, at, s)
	gsub(/\{a\}/, a, s)
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
function opt(o)
{
	return o == "gd" ? "GD" : o == "adamw" ? "AdamW" : "&ndash;"
}
END {
	print "<h2>Verdicts</h2>"
	table_open("Median over the seeds, with the 95&nbsp;% t interval of " \
	    "the mean below it", "Claim|Optimiser|The paper&rsquo;s figure|" \
	    "Ours|Verdict|Seed by seed|Rule", "cards")
	for (n = 1; n <= rows; n++)
		if (judged[n])
			row("<b>" claim[n] "</b> " statement[of[n]] "|" \
			    opt(optimizer[n]) "|" paper[of[n]] "|" ours[n] \
			    "|<b class=\"" substr(verdict[n], 1, 3) "\">" \
			    verdict[n] "</b>|" of_seeds(values[n]) "|" \
			    "<small>" quantity[of[n]] " " rule[of[n]] \
			    " Difference: " difference[n] ".</small>")
	table_close()
	print "<p>The rule of every verdict was written down before the " \
	    "results: <em>supported</em> if and only if the ordering holds " \
	    "in every seed and the 95&nbsp;% t interval of the difference " \
	    "over the seeds excludes zero; <em>not supported</em> if it " \
	    "fails in every seed; else <em>inconclusive</em>. Plain " \
	    "gradient descent and AdamW are judged apart. " \
	    (n_seeds < 2 ? "One seed gives no interval, so nothing is " \
	    "supported here." : "") "</p>"
	print "<p>Beside the verdicts, by the same arithmetic but without " \
	    "one:</p>"
	table_open("Companion figures", "Claim|Optimiser|Ours|Seed by " \
	    "seed|What it is|Difference", "cards")
	for (n = 1; n <= rows; n++)
		if (!judged[n])
			row("<b>" claim[n] "</b> " statement[of[n]] "|" \
			    opt(optimizer[n]) "|" ours[n] "|" \
			    of_seeds(values[n]) "|<small>" quantity[of[n]] \
			    " " rule[of[n]] "</small>|<small>" \
			    difference[n] "</small>")
	table_close()
	commands(files)
}
