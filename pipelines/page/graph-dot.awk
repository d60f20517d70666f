# graph-dot.awk: the nodes of graph.awk for dot(1), a frame for each
# experiment; nodes of more than a twentieth of the time have a heavy border.
BEGIN {
	n_shades = split("#cfe8f7 #fde3b8 #c9ecdd #f6d9e8 #e4e0f5 #fbd9c6 " \
	    "#dbe9c4 #d9f0f2 #f4efc0 #ead9cf #e3e3e3 #d5ddf3", shade, " ")
	print "digraph experiments {"
	print "rankdir=LR ranksep=0.3 nodesep=0.07 newrank=true"
	print "fontname=\"Helvetica\" fontsize=13 bgcolor=\"transparent\""
	print "node [shape=box style=filled color=\"#888888\" " \
	    "fontname=\"Helvetica\" fontsize=11 margin=\"0.06,0.025\" " \
	    "height=0.3 penwidth=0.6]"
	print "edge [color=\"#99999999\" arrowsize=0.5 penwidth=0.8]"
}
FNR == 1 { header(); next }
{
	e = get("experiment")
	if (!(e in number_of))
		experiment[number_of[e] = ++n] = e
	total[e] += get("seconds")
	all += get("seconds")
	i = FNR - 1
	experiment_of[i] = e
	seconds[i] = get("seconds")
	name[i] = get("node")
	products[i] = get("products")
	m = split(get("needs"), p, ",")
	for (k = 1; k <= m; k++)
		if (p[k] != "-")
			edges = edges "n" p[k] " -> n" i "\n"
}
function label(s)
{
	sub(/\.tsv$/, "", s)
	if (s !~ /^<[a-z]*>$/)
		gsub(/<[a-z]*>/, "*", s)
	sub(/\//, "/\\n", s)
	return escape(s)
}
function draw(i)
{
	printf "n%d [label=\"%s\\n%s%s\"%s]\n", i, label(name[i]),
	    (products[i] > 1 ? products[i] " \303\227, " : ""),
	    duration(seconds[i]), (seconds[i] + 0 > 0.05 * all ? \
	    " penwidth=2 color=\"#333333\"" : "")
}
END {
	for (k = 1; k <= n; k++) {
		e = experiment[k]
		printf "subgraph cluster_%d {\n", k
		printf "label=\"%s, %s\" labeljust=l color=\"#bbbbbb\"\n", e,
		    duration(total[e])
		printf "node [fillcolor=\"%s\"]\n", shade[(k - 1) % n_shades + 1]
		for (i = 1; i in name; i++)
			if (experiment_of[i] == e)
				draw(i)
		print "}"
	}
	print edges "}"
}
