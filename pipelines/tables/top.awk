# top.awk: of the better scale, that with the largest gain, the records of the
# k largest gains, with commas.
# Variables: k.
BEGIN { FS = "\t" }
FNR == 1 { header(); next }
{
	record = NR - 2
	gain[record] = get("gain") + 0
	sigma[record] = get("sigma")
	if (record == 0 || gain[record] > gain[best])
		best = record
}
END {
	for (n = 0; n < k; n++) {
		top = -1
		for (i = 0; i < NR - 1; i++)
			if (sigma[i] == sigma[best] && !(i in taken) && \
			    (top < 0 || gain[i] > gain[top]))
				top = i
		if (top < 0)
			break
		taken[top] = 1
		list = list (n ? "," : "") top
	}
	print list
}
