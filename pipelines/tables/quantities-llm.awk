# quantities-llm.awk: claims C10, C11, C12 and C5 on language models, from
# llm-rank.tsv, llm-halves.tsv, llm-picks.tsv, llm-sweep.tsv, llm-steering.tsv,
# llm-search.tsv, llm-curve.tsv and llm-vote.tsv.  A variant is a subject, or
# subject/reading.
# Variables: subjects, readings (with commas), rank, of (the n of the best of
# n).
BEGIN {
	n_subjects = split(subjects, subject, ",")
	n_readings = split(readings, reading, ",")
}
{ m = get("seed") SUBSEP get("subject") }

# --- rank
file == "llm-rank.tsv" && get("rank") == rank {
	i = m SUBSEP get("centred") SUBSEP get("control")
	explained[i] = get("explained_energy")
	stable[i] = get("stable_rank")
}
file == "llm-halves.tsv" {
	again[m, get("control")] = get("overlap")
}
function noise(x, i)
{
	return largest_of(x, i, "shuffled-labels gaussian")
}
# The smaller of two; NA when one is not known.
function smaller(a, b)
{
	return larger(a, b) == "NA" ? "NA" : a + 0 < b + 0 ? a : b
}
function put_rank(s, v,    i)
{
	i = s SUBSEP v SUBSEP 0
	put("C10", "llm-rank", v, s, explained[i, "none"],
	    noise(explained, i))
	put("C10", "llm-halves", v, s, again[s, v, "none"],
	    noise(again, s SUBSEP v))
	put("C10", "llm-stable", v, s, stable[i, "none"],
	    smaller(stable[i, "shuffled-labels"], stable[i, "gaussian"]), 1)
	if ((i, "sketch") in explained)
		put("C10", "llm-sketch", v, s, off(explained[i, "sketch"],
		    explained[i, "none"]), 0.1, 1)
	i = s SUBSEP v SUBSEP 1
	put("C10", "llm-centred", v, s, explained[i, "none"],
	    noise(explained, i))
}

# --- the step's shift
file == "llm-picks.tsv" {
	i = m SUBSEP get("reading") SUBSEP get("texts") SUBSEP get("step")
	cosine[i] = get("cosine")
	middle[i] = get("median")
	contrast[i] = get("contrast")
	if (get("draw") + 1 > n_draws[i])
		n_draws[i] = get("draw") + 1
	picked_at[i, get("draw")] = magnitude(get("cosine"))
	middle_at[i, get("draw")] = magnitude(get("median"))
}
# The mean over the draws of a step of what it has.
function mean(x, i,    k, sum)
{
	for (k = 0; k < n_draws[i]; k++) {
		if (!known(x[i, k]))
			return "NA"
		sum += x[i, k]
	}
	return n_draws[i] ? sprintf("%.9g", sum / n_draws[i]) : "NA"
}
function controls(x, i)
{
	return larger(larger(mean(x, i SUBSEP "random"), \
	    mean(x, i SUBSEP "shuffled-labels")), \
	    mean(x, i SUBSEP "other-task"))
}
function put_shift(key, s, v, r, texts, step,    i)
{
	i = s SUBSEP v SUBSEP r SUBSEP texts
	put("C11", key, v, s, cosine[i, step], controls(picked_at, i))
}
function put_shifts(s, v,    i)
{
	put_shift("llm-answer", s, v, "answer", "own", "gradient")
	put_shift("llm-label", s, v, "label", "difference", "gradient")
	put_shift("llm-one-sided", s, v, "label", "own", "one-sided")
	put_shift("llm-right-wrong", s, v, "answer", "own", "right-wrong")
	put_shift("llm-label-own", s, v, "label", "own", "gradient")
	i = s SUBSEP v SUBSEP "answer" SUBSEP "own"
	put("C11", "llm-median", v "/answer", s, middle[i, "gradient"],
	    controls(middle_at, i))
	put("C11", "llm-contrast", v "/answer", s, cosine[i, "gradient"],
	    contrast[i, "gradient"])
	i = s SUBSEP v SUBSEP "label" SUBSEP "difference"
	put("C11", "llm-median", v "/label", s, middle[i, "gradient"],
	    controls(middle_at, i))
	put("C11", "llm-contrast", v "/label", s, cosine[i, "gradient"],
	    contrast[i, "gradient"])
}

# --- the same effect at every site and strength?
file == "llm-sweep.tsv" && get("sign") == "+" {
	i = get("site") SUBSEP get("strength")
	if (!((get("subject"), i) in known_cell))
		cell[get("subject"), ++n_cells[get("subject")]] = i
	known_cell[get("subject"), i]
	v = get("name")
	if (get("vector") == "random" && !(v in known_draw))
		draw[++n_random] = v
	if (get("vector") == "random")
		known_draw[v]
	gain[m, v, i] = get("gain")
}
function apart(s, m, v, w,    i, d, sum)
{
	for (i = 1; i <= n_cells[m]; i++) {
		d = magnitude(minus(gain[s, m, v, cell[m, i]], \
		    gain[s, m, w, cell[m, i]]))
		if (d == "NA")
			return "NA"
		sum += d
	}
	return n_cells[m] ? sprintf("%.9g", sum / n_cells[m]) : "NA"
}
function random_apart(s, m, w,    k, d, sum)
{
	for (k = 1; k <= n_random; k++) {
		d = apart(s, m, draw[k], w)
		if (d == "NA")
			return "NA"
		sum += d
	}
	return n_random ? sprintf("%.9g", sum / n_random) : "NA"
}

# --- what the picked ones do
file == "llm-steering.tsv" {
	target[m, get("name")] = get("target_gain")
	side[m, get("name")] = get("side_cost")
}
function random_target(s, m,    k, sum)
{
	for (k = 1; k <= n_random; k++) {
		if (!known(target[s, m, draw[k]]))
			return "NA"
		sum += target[s, m, draw[k]]
	}
	return n_random ? sprintf("%.9g", sum / n_random) : "NA"
}
function put_effects(s, m, r,    v, i, shift, contrast, chance)
{
	v = m "/" r
	i = s SUBSEP m SUBSEP r ":"
	shift = target[i "shift"]
	contrast = target[i "mean-difference"]
	chance = random_target(s, m)
	put("C12", "llm-gain", v, s, shift, chance)
	put("C12", "llm-like", v, s, apart(s, m, r ":shift", r \
	    ":mean-difference"), random_apart(s, m, r ":mean-difference"), 1)
	put("C12", "llm-contrast", v, s, shift, contrast)
	put("C12", "llm-contrast-random", v, s, contrast, chance)
	if ((i "pca") in target)
		put("C12", "llm-pca", v, s, target[i "pca"], chance)
	put("C12", "llm-logistic", v, s, target[i "logistic"], chance)
	put("C12", "llm-side", v, s, side[i "shift"],
	    side[i "mean-difference"])
}

# --- random search
file == "llm-search.tsv" {
	i = m SUBSEP (get("level") == 1 ? "smaller" : "larger")
	ratio[i] = get("ratio")
	p[i] = get("p")
}
file == "llm-curve.tsv" && get("n") == of {
	best[m, get("scale"), get("split")] = get("ratio")
}
file == "llm-vote.tsv" {
	vote[m] = get("vote")
	single[m] = larger(get("best_single"), get("base"))
}
function put_search(s, v,    small, large)
{
	small = s SUBSEP v SUBSEP "smaller"
	large = s SUBSEP v SUBSEP "larger"
	put("C5", "llm-spread", v, s, off(ratio[small], 1), 0.1, 1)
	put("C5", "llm-best", v, s, off(best[small, "chosen"], 1), 0.2, 1)
	put("C5", "llm-reported", v, s, off(best[small, "reported"], 1),
	    0.2, 1)
	put("C5", "llm-normal", v, s, p[small], 0.05)
	put("C5", "llm-spread-larger", v, s, off(ratio[large], 1), 0.1, 1)
	put("C5", "llm-best-larger", v, s, off(best[large, "chosen"], 1),
	    0.2, 1)
	put("C5", "llm-vote", v, s, vote[s, v], single[s, v])
}
END {
	for (k = 1; k <= n_seeds; k++)
		for (j = 1; j <= n_subjects; j++) {
			put_rank(seed[k], subject[j])
			put_shifts(seed[k], subject[j])
			for (r = 1; r <= n_readings; r++)
				put_effects(seed[k], subject[j], reading[r])
			put_search(seed[k], subject[j])
		}
}
