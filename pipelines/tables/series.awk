# series.awk: what gnuplot draws from a table: for each column of y and each
# of `names`, in this order, a block of lines "x median low high" over the
# seeds; blocks are apart by two blank lines, as gnuplot's `index` wants them.
# Variables: where (column=value;...: only such rows), by (the column, or
# columns with +, that names the series), names (blanks between), x (column),
# y (columns, blanks between).
BEGIN {
	FS = "\t"
	n_names = split(names, name, " ")
	n_where = split(where, cond, ";")
	n_by = split(by, part, "+")
	n_ys = split(y, ycol, " ")
}
NR == 1 { header(); next }
function wanted(    i, pair)
{
	for (i = 1; i <= n_where; i++) {
		split(cond[i], pair, "=")
		if (get(pair[1]) != pair[2])
			return 0
	}
	return 1
}
# v joins the sorted values of series s at x
function add(s, at, v,    j)
{
	if (!((s, at) in n))
		xs[s, ++n_x[s]] = at
	for (j = n[s, at]++; j > 0 && sorted[s, at, j] > v; j--)
		sorted[s, at, j + 1] = sorted[s, at, j]
	sorted[s, at, j + 1] = v
}
wanted() {
	s = get(part[1])
	for (i = 2; i <= n_by; i++)
		s = s "+" get(part[i])
	for (k = 1; k <= n_ys; k++)
		if (get(ycol[k]) != "NA")
			add(ycol[k] " " s, get(x), get(ycol[k]) + 0)
}
function put(s,    i, at, m)
{
	if (blocks++)
		printf "\n\n"
	print "# " s
	if (n_x[s] == 0)
		print "NaN NaN NaN NaN"
	for (i = 1; i <= n_x[s]; i++) {
		at = xs[s, i]
		m = n[s, at]
		print at, (sorted[s, at, int((m + 1) / 2)] + \
		    sorted[s, at, int((m + 2) / 2)]) / 2, \
		    sorted[s, at, 1], sorted[s, at, m]
	}
}
END {
	for (k = 1; k <= n_ys; k++)
		for (i = 1; i <= n_names; i++)
			put(ycol[k] " " name[i])
}
