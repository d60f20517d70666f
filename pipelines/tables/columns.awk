# columns.awk: what programs share that read tables by the names of their
# columns: awk -f columns.awk -f PROGRAM ...

# The columns of the table whose header line is $0.
function header(    i)
{
	split("", column)
	for (i = 1; i <= NF; i++)
		column[$i] = i
}
# $0 by the name of a column.
function get(name)
{
	if (!(name in column))
		fail("no column " name)
	return $column[name]
}
# The name of the file that is read, without its directories.
function file_name(    s)
{
	s = FILENAME
	sub(/.*\//, "", s)
	return s
}
# Bad input ends a program before its own END.
function fail(what)
{
	print (FILENAME == "" || FILENAME == "-" ? "<stdin>" : FILENAME) \
	    ": " what > "/dev/stderr"
	failed = 1
	exit 3
}
END {
	if (failed)
		exit 3
}
# A number as tables have it, or NA.
function real(x)
{
	return x == "NA" ? x : sprintf("%.9g", x)
}
# A value, or NA where there is none.
function or_NA(x)
{
	return x == "" ? "NA" : x
}
