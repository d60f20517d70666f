# quantities-steering.awk: claims C11 and C12, from shift.tsv,
# steer-sweep.tsv and steering.tsv (in this order).
# Variables: at (the checkpoint that is judged), second (another one, or
# empty), size (of the step that is judged), readings (with commas; the last
# one stands beside the others).
BEGIN { n_readings = split(readings, reading, ",") }

# --- shift.tsv: cosines at the blocks' outputs
file == "shift.tsv" && get("place") == "out" && get("size") == size {
	s = get("seed") SUBSEP get("checkpoint") SUBSEP get("reading") \
	    SUBSEP get("texts") SUBSEP get("step") SUBSEP get("delta")
	if (get("cosine") != "NA") {
		cosine[s, ++n_cosines[s]] = get("cosine") + 0
		size_of[s, n_cosines[s]] = get("cosine") < 0 ? \
		    -get("cosine") : get("cosine") + 0
	}
	i = get("seed") SUBSEP get("checkpoint") SUBSEP get("step")
	if (!((i, get("delta")) in known_delta))
		delta[i, ++n_deltas[i]] = get("delta")
	known_delta[i, get("delta")] = 1
	if (get("norm_ratio") != "NA" && get("step") == "gradient" && \
	    get("texts") == "own") {
		i = get("seed") SUBSEP get("checkpoint") SUBSEP get("reading")
		d = magnitude(get("norm_ratio") - 1)
		if (!(i in nonlinear) || d > nonlinear[i])
			nonlinear[i] = d
	}
}
# The median of x[i, 1] ... x[i, n].
function middle(x, i, n,    j, k, v, y)
{
	if (n == 0)
		return "NA"
	for (j = 1; j <= n; j++) {
		v = x[i, j]
		for (k = j - 1; k > 0 && y[k] > v; k--)
			y[k + 1] = y[k]
		y[k + 1] = v
	}
	return (y[int((n + 1) / 2)] + y[int((n + 2) / 2)]) / 2
}
# The median cosine of a step, or its magnitude's: the mean over the draws.
function of_step(s, c, r, texts, step, sizes,    i, k, m, sum, at)
{
	i = s SUBSEP c SUBSEP step
	for (k = 1; k <= n_deltas[i]; k++) {
		at = s SUBSEP c SUBSEP r SUBSEP texts SUBSEP step SUBSEP \
		    delta[i, k]
		m = sizes ? middle(size_of, at, n_cosines[at]) : \
		    middle(cosine, at, n_cosines[at])
		if (m == "NA")
			return "NA"
		sum += m
	}
	return n_deltas[i] ? sprintf("%.9g", sum / n_deltas[i]) : "NA"
}
function put_cosine(key, variant, s, c, r, texts, step,    control)
{
	control = larger(larger(of_step(s, c, r, texts, "random", 1), \
	    of_step(s, c, r, texts, "shuffled-labels", 1)), \
	    of_step(s, c, r, texts, "other-task", 1))
	put("C11", key, variant, s, of_step(s, c, r, texts, step, 0), control)
}
function put_shifts(s, r, judged)
{
	put_cosine(judged ? "shift" : r, judged ? r : "-", s, at, r, "own",
	    "gradient")
	put_cosine("one-sided", r, s, at, r, "own", "one-sided")
	put_cosine("difference", r, s, at, r, "difference", "gradient")
	if (second != "")
		put_cosine("theta-0", r, s, second, r, "own", "gradient")
	put("C11", "linear", r, s, nonlinear[s, at, r], 0.1, 1)
}

# --- steer-sweep.tsv: the same effect at every site and strength?
file == "steer-sweep.tsv" && get("checkpoint") == at && get("sign") == "+" {
	i = get("site") SUBSEP get("strength")
	if (!(i in known_cell))
		cell[++n_cells] = i
	known_cell[i] = 1
	v = get("name")
	if (!(v in known_vector) && get("vector") == "random")
		draw[++n_draws] = v
	known_vector[v] = 1
	gain[get("seed"), v, i] = get("gain")
}
function apart(s, v, w,    i, d, sum)
{
	for (i = 1; i <= n_cells; i++) {
		d = minus(gain[s, v, cell[i]], gain[s, w, cell[i]])
		if (d == "NA")
			return "NA"
		sum += magnitude(d)
	}
	return n_cells ? sprintf("%.9g", sum / n_cells) : "NA"
}
function mean_apart(s, v,    k, d, sum)
{
	for (k = 1; k <= n_draws; k++) {
		d = apart(s, draw[k], v)
		if (d == "NA")
			return "NA"
		sum += d
	}
	return n_draws ? sprintf("%.9g", sum / n_draws) : "NA"
}

# --- steering.tsv: what the picked ones do
file == "steering.tsv" && get("checkpoint") == at && get("how") == "add" {
	v = get("name")
	target[get("seed"), v] = get("target_gain")
	side[get("seed"), v] = get("side_cost")
}
function mean_target(s,    k, sum)
{
	for (k = 1; k <= n_draws; k++) {
		if (!known(target[s, draw[k]]))
			return "NA"
		sum += target[s, draw[k]]
	}
	return n_draws ? sprintf("%.9g", sum / n_draws) : "NA"
}
function put_effects(s, r, judged,    shift, contrast)
{
	shift = r ":shift"
	contrast = r ":mean-difference"
	put("C12", judged ? "gain" : r "-gain", judged ? r : "-", s,
	    target[s, shift], mean_target(s))
	put("C12", judged ? "like" : r "-like", judged ? r : "-", s,
	    apart(s, shift, contrast), mean_apart(s, contrast), 1)
	put("C12", "contrast", r, s, target[s, shift], target[s, contrast])
	put("C12", "contrast-random", r, s, target[s, contrast],
	    mean_target(s))
	put("C12", "pca", r, s, target[s, r ":pca"], mean_target(s))
	put("C12", "logistic", r, s, target[s, r ":logistic"], mean_target(s))
	put("C12", "side", r, s, side[s, shift], side[s, contrast])
}

END {
	for (k = 1; k <= n_seeds; k++)
		for (r = 1; r <= n_readings; r++) {
			put_shifts(seed[k], reading[r], r < n_readings)
			put_effects(seed[k], reading[r], r < n_readings)
		}
}
