# steer-pick.awk: the site and the strength, above 0, of every vector of a
# sweep where the task gains most; where that is equal, where its loss falls
# most.  Lines of name, site, strength, for a loop of the shell.
BEGIN { FS = OFS = "\t" }
NR == 1 { header(); next }
get("strength") > 0 {
	v = get("name")
	gain = get("gain") + 0
	loss = get("loss_change") + 0
	if (!(v in best))
		name[++n] = v
	else if (gain < best[v] || gain == best[v] && loss >= least[v])
		next
	best[v] = gain
	least[v] = loss
	at[v] = get("site") OFS get("strength")
}
END {
	for (i = 1; i <= n; i++)
		print name[i], at[name[i]]
}
