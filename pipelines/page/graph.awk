# graph.awk: the page of the experiment graph: which product is made from
# which, and how long each took.  Reads the table of tables/graph.awk.
# Variables: profile, css, drawing (files).
FNR == 1 { header(); next }
{
	i = ++n
	experiment[i] = get("experiment")
	name[i] = get("node")
	products[i] = get("products")
	seconds[i] = get("seconds")
	longest[i] = get("longest")
	if (!(experiment[i] in total))
		order[++n_experiments] = experiment[i]
	total[experiment[i]] += seconds[i]
	made[experiment[i]] += products[i]
	all += seconds[i]
	all_made += products[i]
}
function share(s)
{
	return all > 0 ? sprintf("%.1f&nbsp;%%", 100 * s / all) : "&ndash;"
}
# rank[1], ...: the nodes, the slowest first
function sort_nodes(    i, j)
{
	for (i = 1; i <= n; i++) {
		for (j = i - 1; j > 0 && seconds[rank[j]] + 0 < \
		    seconds[i] + 0; j--)
			rank[j + 1] = rank[j]
		rank[j + 1] = i
	}
}
function by_experiment(    k, e)
{
	table_open("Experiments", "Experiment|Products|Time|Of the whole")
	for (k = 1; k <= n_experiments; k++) {
		e = order[k]
		row(e "|" made[e] "|" duration(total[e]) "|" share(total[e]))
	}
	row("all|" all_made "|" duration(all) "|" share(all), "foot")
	table_close()
}
function by_node(    k, i)
{
	table_open("Nodes, the slowest first", "Node|Experiment|Products|" \
	    "Time|The longest of them|Of the whole")
	for (k = 1; k <= n; k++) {
		i = rank[k]
		row(escape(name[i]) "|" experiment[i] "|" products[i] "|" \
		    duration(seconds[i]) "|" duration(longest[i]) "|" \
		    share(seconds[i]))
	}
	table_close()
}
END {
	page_open("plumbline: the experiment graph", css)
	print "<main><p><a href=\"index.html\">The report</a></p>"
	print "<h1>The experiment graph</h1>"
	print "<p>What is made from what, as <code>make</code> has it in " \
	    "its database, for the <em>" profile "</em> profile: " all_made \
	    " products in " n " nodes. A node stands for the products whose " \
	    "names differ in the seed, task, optimiser or the like, which " \
	    "are written <code>*</code>; its second line says how many they " \
	    "are and how long they took together. Nodes with a heavy border " \
	    "took more than a twentieth of the whole. An edge that follows " \
	    "from others is left out.</p>"
	print "<p>The times are those of the clock on the wall while each " \
	    "product was last made, on the machine and beside the load of " \
	    "that hour. They are kept apart from the results, and this is " \
	    "the only page that differs from one run to the next. With " \
	    "<code>make -j</code> they overlap; of a training run that was " \
	    "killed and went on, they are the last part.</p></main>"
	print "<div class=graph role=img aria-label=\"The experiment graph\">"
	svg(drawing, "graph")
	print "</div>\n<main>"
	by_experiment()
	sort_nodes()
	by_node()
	print "</main>\n</body>\n</html>"
}
