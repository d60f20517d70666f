# quantities-order-defect.awk: the claim `order', from order.tsv.
# Variables: at (the checkpoint).
get("checkpoint") == "early" && get("distinct") == 1 {
	k = "early" SUBSEP get("seed")
	e = get("step_size")
	if (!(k in small) || e + 0 < small[k] + 0)
		small[k] = e
	n[k, e]++
	add("error", k SUBSEP e, get("error"))
}
get("checkpoint") == at && get("distinct") == 1 {
	s = get("seed")
	e = get("step_size")
	if (!(s in small) || e + 0 < small[s] + 0)
		small[s] = e
	if (!(s in large) || e + 0 > large[s] + 0)
		large[s] = e
	k = s SUBSEP e
	n[k]++
	add("error", k, get("error"))
	add("cosine", k, get("cosine"))
	add("other", k, get("other_pairs"))
	p = s SUBSEP get("first") SUBSEP get("second")
	if (get("floor") != "NA" && get("floor") < 0.01 && \
	    (!(p in least) || e + 0 < least[p] + 0)) {
		least[p] = e
		error[p] = get("error")
	}
}
function add(what, k, x,    j)
{
	x = x == "NA" ? 1e99 : x + 0
	for (j = n[k] - 1; j > 0 && sorted[what, k, j] > x; j--)
		sorted[what, k, j + 1] = sorted[what, k, j]
	sorted[what, k, j + 1] = x
}
function median(what, k,    x)
{
	if (n[k] == 0)
		return "NA"
	x = (sorted[what, k, int((n[k] + 1) / 2)] + \
	    sorted[what, k, int((n[k] + 2) / 2)]) / 2
	return x < 1e98 ? sprintf("%.9g", x) : "NA"
}
END {
	for (p in error) {
		split(p, part, SUBSEP)
		n[part[1]]++
		add("error", part[1], error[p])
	}
	for (i = 1; i <= n_seeds; i++) {
		s = seed[i]
		k = s SUBSEP small[s]
		put("order", "predicted", "-", s, median("error", k), 0.1, 1)
		put("order", "resolved", "-", s, median("error", s), 0.1, 1)
		k = "early" SUBSEP s
		put("order", "early", "-", s,
		    median("error", k SUBSEP small[k]), 0.1, 1)
		k = s SUBSEP small[s]
		put("order", "falls", "-", s, median("error", k),
		    median("error", s SUBSEP large[s]), 1)
		put("order", "pairs", "-", s, median("cosine", k),
		    median("other", k))
	}
}
