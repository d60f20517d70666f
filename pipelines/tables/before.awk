# before.awk: a table with columns of one value each before its own.
# Variables: columns (NAME=VALUE with blanks between).
BEGIN {
	FS = OFS = "\t"
	n = split(columns, column, " ")
	for (i = 1; i <= n; i++) {
		at = index(column[i], "=")
		names = names substr(column[i], 1, at - 1) OFS
		values = values substr(column[i], at + 1) OFS
	}
}
{ print (NR == 1 ? names : values) $0 }
