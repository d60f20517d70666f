# html.awk: what the parts of the report share, beside tables/columns.awk.
BEGIN { FS = "\t" }
function escape(s)
{
	gsub(/&/, "\\&amp;", s)
	gsub(/</, "\\&lt;", s)
	gsub(/>/, "\\&gt;", s)
	return s
}
# A value for reading: three decimals, or two significant digits of small
# ones.
function number(x)
{
	if (x == "" || x == "NA")
		return "&ndash;"
	x += 0
	if (x != 0 && x < 0.001 && x > -0.001)
		return sprintf("%.1e", x)
	return sprintf(x >= 100 || x <= -100 ? "%.0f" : "%.3f", x)
}
# Seconds for reading.
function duration(s)
{
	if (s == "NA")
		return "&ndash;"
	if (s >= 99.5)
		return sprintf("%d min %02d s", (s + 0.5) / 60, (s + 0.5) % 60)
	if (s < 0.95)
		return sprintf("%.0f ms", 1000 * s)
	return sprintf(s < 9.95 ? "%.1f s" : "%.0f s", s)
}
# A page up to its body; css: a file.
function page_open(title, css,    line)
{
	print "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>"
	print "<meta name=viewport content=\"width=device-width, " \
	    "initial-scale=1\">\n<title>" title "</title>\n<style>"
	while ((getline line < css) > 0)
		print line
	print "</style>\n</head>\n<body>"
}
function thousands(n,    s)
{
	for (n = sprintf("%d", n); length(n) > 3; n = substr(n, 1, length(n) - 3))
		s = "," substr(n, length(n) - 2) s
	return n s
}
# Keeps the names of a list in the order of their first rows.
function listed(list, name)
{
	if (!((list, name) in seen))
		order[list, ++names[list]] = name
	seen[list, name] = 1
	return list SUBSEP name SUBSEP
}
# Collects values under a key; spread() gives their "median (low to high)".
function collect(key, x,    j, n)
{
	if (x == "NA")
		return
	x += 0
	n = ++count[key]
	for (j = n; j > 1 && sorted[key, j - 1] > x; j--)
		sorted[key, j] = sorted[key, j - 1]
	sorted[key, j] = x
}
# Collects columns (blanks between) under a key.
function gather(i, columns,    n, c, k)
{
	n = split(columns, c, " ")
	for (k = 1; k <= n; k++)
		collect(i c[k], get(c[k]))
}
function median(key,    n)
{
	n = count[key]
	if (n == 0)
		return "NA"
	return (sorted[key, int((n + 1) / 2)] + \
	    sorted[key, int((n + 2) / 2)]) / 2
}
function spread(key,    n)
{
	n = count[key]
	if (n == 0)
		return number("NA")
	if (n == 1)
		return number(median(key))
	return number(median(key)) " <small>" number(sorted[key, 1]) \
	    (sorted[key, 1] < 0 ? " to " : "&ndash;") \
	    number(sorted[key, n]) "</small>"
}
# theta_0 and its like, as they are written in mathematics.
function mathematics(s)
{
	while (match(s, /theta_[0-9A-Za-z]+/))
		s = substr(s, 1, RSTART - 1) "&theta;<sub>" \
		    substr(s, RSTART + 6, RLENGTH - 6) "</sub>" \
		    substr(s, RSTART + RLENGTH)
	return s
}
function model_name(c)
{
	if (c ~ /^theta-/)
		return "&theta;<sub>" substr(c, 7) "</sub>"
	return c == "gd" ? "recovered, GD" : c == "adamw" ? "recovered, AdamW" : c
}
function control_name(c)
{
	return c == "none" ? "gradients" : c == "shuffled-labels" ? \
	    "shuffled labels" : c == "gaussian" ? "Gaussian" : \
	    "projections of the gradients"
}
function long_name(o)
{
	return o == "gd" ? "Plain gradient descent" : o == "adamw" ? "AdamW" : o
}
# A variant that is judged by itself; slashes are between its parts.
function variant(v,    at)
{
	at = index(v, "/")
	if (at > 0)
		return escape(substr(v, 1, at - 1)) ", " \
		    variant(substr(v, at + 1))
	return v == "gd" ? "GD" : v == "adamw" ? "AdamW" : v == "-" ? \
	    number("NA") : escape(v)
}
# A table: its caption and heads (with bars), rows by row(), then
# table_close(). With class `cards` a row becomes a card where the page is
# narrow.
function table_open(caption, heads, class,    n, h, i)
{
	print "<div class=\"table " class "\"><table>\n<caption>" caption \
	    "</caption>\n<thead><tr>"
	n = split(heads, h, "|")
	for (i = 1; i <= n; i++) {
		print "<th scope=col>" h[i] "</th>"
		head_of[i] = class == "" ? "" : " data-head=\"" h[i] "\""
	}
	print "</tr></thead>\n<tbody>"
}
# Cells with bars between; the first is the row's head.
function row(cells, class,    n, c, i)
{
	n = split(cells, c, "|")
	printf "<tr%s><th scope=row>%s</th>", class ? " class=" class : "", c[1]
	for (i = 2; i <= n; i++)
		printf "<td%s>%s</td>", head_of[i], c[i]
	print "</tr>"
}
function table_close()
{
	print "</tbody></table></div>"
}
# A table of one line and one column for each of a list (blanks between); the
# caller prints its lines, then table_close().
function matrix_open(caption, list,    n, h, i)
{
	print "<div class=table><table class=matrix>\n<caption>" caption \
	    "</caption>"
	printf "<thead><tr><th></th>"
	n = split(list, h, " ")
	for (i = 1; i <= n; i++)
		printf "<th scope=col>%s</th>", h[i]
	print "</tr></thead>\n<tbody>"
}
# Plots side by side: names with blanks, heads with bars.
function figure(dir, names, heads, caption,    n, name, head, i)
{
	n = split(names, name, " ")
	split(heads, head, "|")
	print "<figure><div class=plots>"
	for (i = 1; i <= n; i++) {
		print "<div class=plot role=img aria-label=\"" head[i] \
		    "\"><b>" head[i] "</b>"
		svg(dir "/" name[i] ".svg", name[i])
		print "</div>"
	}
	print "</div><figcaption>" caption "</figcaption></figure>"
}
# The plots WHAT-OPTIMIZER of a list of optimisers.
function figures(dir, what, optimizers, caption,    i, n, o, names, heads)
{
	n = split(optimizers, o, " ")
	for (i = 1; i <= n; i++) {
		names = names " " what "-" o[i]
		heads = heads (i > 1 ? "|" : "") long_name(o[i])
	}
	figure(dir, names, heads, caption)
}
# A file of gnuplot, from its <svg> on, its ids made its own.
function svg(file, name,    line, on, got)
{
	gsub(/-/, "_", name)
	while ((got = (getline line < file)) > 0) {
		if (line ~ /^<svg/)
			on = 1
		if (line ~ /^<(title|desc)>/)
			continue
		gsub(/id='gp/, "id='" name "_gp", line)
		gsub(/href='#gp/, "href='#" name "_gp", line)
		gsub(/gnuplot_canvas|textbox|greybox/, name "_&", line)
		if (on)
			print line
	}
	if (got < 0) {
		print file ": cannot be read" > "/dev/stderr"
		exit 4
	}
	close(file)
}
# The commands that are kept beside the files of a list (blanks between).
function commands(files,    n, f, i, line, name)
{
	n = split(files, f, " ")
	print "<details><summary>The commands (" n ")</summary><pre>"
	for (i = 1; i <= n; i++) {
		while ((getline line < f[i]) > 0)
			print escape(line)
		close(f[i])
	}
	print "</pre></details>"
}
