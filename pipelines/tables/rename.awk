# rename.awk: a table whose column `from' is called `to'.
# Variables: from, to.
BEGIN { FS = OFS = "\t" }
NR == 1 {
	for (i = 1; i <= NF; i++)
		if ($i == from) {
			$i = to
			renamed = 1
		}
	if (!renamed) {
		print FILENAME ": no column " from > "/dev/stderr"
		exit 3
	}
}
{ print }
