# join.awk: tables with the same header, one after the other.
BEGIN { FS = OFS = "\t" }
FNR == 1 && NR > 1 {
	if ($0 != first) {
		print FILENAME ": header differs from that of " ARGV[1] \
		    > "/dev/stderr"
		exit 3
	}
	next
}
FNR == 1 { first = $0 }
{ print }
