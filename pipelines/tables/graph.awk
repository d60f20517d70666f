# graph.awk: the nodes of the experiment graph, from the database that `make
# -p' prints, with the wall times kept beside the products.  An experiment is
# the makefile that a recipe comes from.  A node stands for the products of an
# experiment whose names differ in nothing but a word of `collapse', for all
# of its tables, or for its section of the report.
# Variables: build, times (directories), collapse (variables of make, whose
# words are put between dots and slashes; EXPERIMENT:VARIABLE is for one
# experiment, and after hyphens too).
BEGIN {
	OFS = "\t"
	n_lists = split(collapse, list, " ")
	for (i = 1; i <= n_lists; i++) {
		where[i] = index(list[i], ":") ? list[i] : ":" list[i]
		sub(/:.*/, "", where[i])
		sub(/.*:/, "", list[i])
	}
	print "experiment", "node", "products", "seconds", "longest", "needs"
}
!files && /^[A-Za-z_]+ :?= / {
	variable = $1
	sub(/^[^=]*= */, "")
	value[variable] = $0
}
/^# Files/ {
	files = 1
	n_products = split(value["PRODUCTS"], product, " ")
	for (i = 1; i <= n_products; i++)
		wanted[product[i]]
	for (i = 1; i <= n_lists; i++)
		add_words(list[i], list[i], where[i])
}
!files { next }
/^[^#\t][^:]*:/ {
	target = substr($0, 1, index($0, ":") - 1)
	sub(/^[^:]*:/, "")
	sub(/ \|.*/, "")
	if (target in wanted && index(target " " $0, times) == 0)
		needs[target] = $0
}
/^#  recipe to execute/ {
	match($0, /[^\/]*\.mk'/)
	experiment[target] = substr($0, RSTART, RLENGTH - 4)
}
/^\t@echo 'make / {
	made_as[target] = substr($0, 14, length($0) - 14)
}
# SEEDS = 1 2: 1 and 2 are written <seed>; a word may be another variable.
function add_words(variable, called, where,    i, n, w, s)
{
	s = tolower(called)
	gsub(/^.*_|s$/, "", s)
	n = split(value[variable], w, " ")
	for (i = 1; i <= n; i++) {
		if (w[i] ~ /^\$\([A-Z_]+\)$/) {
			add_words(substr(w[i], 3, length(w[i]) - 3), called,
			    where)
			continue
		}
		word[++n_words] = w[i]
		stands[n_words] = "<" s ">"
		only[n_words] = where
	}
}
# s with its words replaced.
function collapsed(s, e,    k, i, from, t)
{
	for (k = 1; k <= n_words; k++) {
		if (only[k] != "" && only[k] != e)
			continue
		t = ""
		while ((i = index(s, word[k])) > 0) {
			from = substr(t substr(s, 1, i - 1), length(t) + i - 1)
			t = t substr(s, 1, i - 1) (bounded(from, substr(s, i + \
			    length(word[k]), 1), only[k]) ? stands[k] : word[k])
			s = substr(s, i + length(word[k]))
		}
		s = t s
	}
	return s
}
function bounded(before, after, only)
{
	return (before ~ /^[.\/]?$/ || only != "" && before == "-") && \
	    after ~ /^[.\/-]?$/
}
function name(file, e)
{
	file = substr(file, length(build) + 2)
	sub(/\/model\.safetensors$/, "", file)
	if (file ~ /^report\/[^\/]*\/(plots|parts)\//)
		return "section"
	if (file ~ /^results\//)
		return "tables"
	sub(/^(runs|report)\/[^\/]*\//, "", file)
	sub(/\.mpk\.zst$/, "", file)
	sub(/^seed-[^\/]*\//, "", file)
	return collapsed(file, e)
}
# The microseconds of one command, or "".
function time_of(file,    t)
{
	file = times substr(file, length(build) + 1)
	if ((getline t < file) <= 0)
		t = ""
	close(file)
	return t
}
function count(file, i,    t)
{
	if (file in counted)
		return
	counted[file]
	products[i]++
	t = time_of(file)
	if (t == "")
		return
	timed[i] = 1
	seconds[i] += t / 1e6
	if (t / 1e6 > longest[i])
		longest[i] = t / 1e6
}
function node_of(file,    e, i, s)
{
	e = experiment[file]
	s = name(made_as[file], e)
	if (!((e, s) in seen))
		node[seen[e, s] = ++n] = e OFS s
	return seen[e, s]
}
function link(file,    i, j, k, m, p)
{
	i = of[file]
	m = split(needs[file], p, " ")
	for (k = 1; k <= m; k++) {
		if (!(p[k] in of))
			continue
		j = of[p[k]]
		if (i == j || (i, j) in linked)
			continue
		linked[i, j]
		before[i] = before[i] (before[i] == "" ? "" : ",") j
	}
}
END {
	for (k = 1; k <= n_products; k++)
		if (product[k] in needs)
			count(made_as[product[k]], \
			    of[product[k]] = node_of(product[k]))
	for (k = 1; k <= n_products; k++)
		if (product[k] in of)
			link(product[k])
	for (i = 1; i <= n; i++)
		print node[i], products[i], \
		    timed[i] ? sprintf("%.3f", seconds[i]) : "NA", \
		    timed[i] ? sprintf("%.3f", longest[i]) : "NA", \
		    before[i] == "" ? "-" : before[i]
}
