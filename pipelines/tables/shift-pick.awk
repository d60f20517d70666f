# shift-pick.awk: of every kind of step the block and the size where its shift
# lies most along the contrast vector on the items of the first table of
# shift.awk (of controls: most along it or against it), and what it does there
# on those of the second.
#	draw		number of a random step; else 0
#	picked		the cosine that it was picked by
#	cosine		on the other items
#	contrast	cosine of two contrast vectors there, of other texts
#	median		over all blocks of that size, on the other items
# Variables: controls (blanks between).
BEGIN {
	FS = OFS = "\t"
	n_controls = split(controls, list, " ")
	for (i = 1; i <= n_controls; i++)
		is_control[list[i]]
	print "seed", "checkpoint", "reading", "texts", "step", "draw",
	    "site", "block", "size", "picked", "cosine", "contrast", "median"
}
FNR == 1 {
	file++
	split("", draws)
	split("", draw_of)
	header()
	next
}
get("cosine") == "NA" { next }
get("texts") == "other" {
	if (file == 2)
		contrast[get("site")] = get("cosine")
	next
}
# Draws of a step are numbered in the order of their deltas.
{
	z = get("step") OFS get("size")
	if (!((z, get("delta")) in draw_of))
		draw_of[z, get("delta")] = draws[z]++ + 0
	id = get("seed") OFS get("checkpoint") OFS get("reading") OFS \
	    get("texts") OFS get("step") OFS draw_of[z, get("delta")]
	c = get("cosine") + 0
}
file == 1 {
	height = get("step") in is_control && c < 0 ? -c : c
	if (!(id in at))
		order[++n] = id
	else if (height <= best[id])
		next
	best[id] = height
	at[id] = get("site") OFS get("block") OFS get("size")
	picked[id] = get("cosine")
	site[id] = get("site")
	size[id] = get("size")
	next
}
{
	if (get("site") == site[id] && get("size") == size[id])
		cosine[id] = get("cosine")
	if (get("size") != size[id])
		next
	for (k = ++n_blocks[id]; k > 1 && sorted[id, k - 1] > c; k--)
		sorted[id, k] = sorted[id, k - 1]
	sorted[id, k] = c
}
function median(id,    m)
{
	m = n_blocks[id]
	return m == 0 ? "NA" : sprintf("%.9g", (sorted[id, int((m + 1) / 2)] + \
	    sorted[id, int((m + 2) / 2)]) / 2)
}
END {
	for (i = 1; i <= n; i++) {
		id = order[i]
		print id, at[id], picked[id], or_NA(cosine[id]),
		    or_NA(contrast[site[id]]), median(id)
	}
}
