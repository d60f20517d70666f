# steering.awk: a gradient step against a labelled contrast.  Reads shift.tsv,
# steer-sweep.tsv and steering.tsv.
# Variables: dir, a, b, size (of the step that is judged), checkpoints,
# readings, steps, texts, picked, tested (numbers of examples), files.
FNR == 1 { header(); file++; next }

# --- cosines: at the blocks' outputs, where they are kept for the medians of
# each seed, and at every site
file == 1 && get("size") == size && get("cosine") != "NA" {
	c = get("cosine") + 0
	i = get("checkpoint") SUBSEP get("reading") SUBSEP get("texts") \
	    SUBSEP get("step")
	if (get("place") == "out") {
		draw = get("seed") SUBSEP get("delta")
		if (!((i, draw) in n_blocks))
			draw_of[i, ++n_draws[i]] = draw
		at_block[i, draw, ++n_blocks[i, draw]] = c
	}
	if (!(get("site") in known_site))
		site[++n_sites] = get("site")
	known_site[get("site")] = 1
	collect("site" SUBSEP i SUBSEP get("site"), c)
	collect("size" SUBSEP i SUBSEP get("site"), c < 0 ? -c : c)
}
file == 1 && get("step") == "gradient" && get("norm_ratio") != "NA" {
	i = get("checkpoint") SUBSEP get("size") SUBSEP
	if (!(get("size") in known_size))
		sizes[++n_sizes] = get("size")
	known_size[get("size")] = 1
	collect(i "along", get("cosine_smallest"))
	collect(i "ratio", get("norm_ratio"))
}

# --- steering
file == 2 && get("sign") == "-" {
	i = get("seed") SUBSEP get("checkpoint") SUBSEP get("name")
	if (!(i in reversed)) {
		of_reversed[++n_reversed] = i
		group[i] = get("checkpoint") SUBSEP get("vector") SUBSEP \
		    get("method")
		reversed[i] = get("gain")
	} else if (get("gain") + 0 > reversed[i] + 0)
		reversed[i] = get("gain")
}
file == 3 {
	steered[get("checkpoint")] = 1
	i = get("checkpoint") SUBSEP get("vector") SUBSEP get("method")
	j = i SUBSEP get("how") SUBSEP
	collect(j "gain", get("target_gain"))
	collect(j "loss", get("target_loss_change"))
	collect(j "side", get("side_cost"))
	if (get("how") == "add")
		picks[i] = picks[i] (picks[i] == "" ? "" : ", ") \
		    get("site") " &times; " get("strength")
}

function texts_of(r)
{
	return r == "task" ? r " (" a " minus " b ")" : r
}
function step_name(s)
{
	return s == "gradient" ? a : s == "shuffled-labels" ? \
	    "shuffled labels" : s == "other-task" ? b : s
}
# Collects, for each seed and draw, the median over the blocks.
function medians(i,    k, j, n, key)
{
	for (k = 1; k <= n_draws[i]; k++) {
		n = n_blocks[i, draw_of[i, k]]
		key = "median" SUBSEP i SUBSEP k SUBSEP
		for (j = 1; j <= n; j++) {
			c = at_block[i, draw_of[i, k], j]
			collect(key "signed", c)
			collect(key "size", c < 0 ? -c : c)
		}
		collect("signed" SUBSEP i, median(key "signed"))
		collect("magnitude" SUBSEP i, median(key "size"))
	}
}
function cosines(c,    n, r, m, s, i, j, key, cells, k)
{
	n = split(readings, r, " ")
	m = split(steps, s, " ")
	table_open("Cosine with the contrast vector at " model_name(c) \
	    ", steps of " size " of the weights&rsquo; norm: median over " \
	    "the blocks&rsquo; outputs; of that, the median over the seeds " \
	    "(of the random steps, over seeds and draws) with the range", \
	    "Reading|Step|Shift of " a "&rsquo;s texts|Its magnitude|" \
	    "Difference of the sides&rsquo; shifts|Its magnitude")
	for (i = 1; i <= n; i++)
		for (j = 1; j <= m; j++) {
			cells = texts_of(r[i]) "|" step_name(s[j])
			for (k = 1; k <= 2; k++) {
				key = c SUBSEP r[i] SUBSEP (k == 1 ? "own" : \
				    "difference") SUBSEP s[j]
				medians(key)
				cells = cells "|" spread("signed" SUBSEP key) \
				    "|" spread("magnitude" SUBSEP key)
			}
			row(cells, j == 1 ? "first" : "")
			if (j == m)
				ceiling(c, r[i])
		}
	table_close()
}
# How well the pairs fix the contrast vector itself.
function ceiling(c, r,    key)
{
	key = c SUBSEP r SUBSEP "other" SUBSEP "contrast"
	medians(key)
	row(texts_of(r) "|the contrast vector of other pairs|" \
	    spread("signed" SUBSEP key) "|" spread("magnitude" SUBSEP key) \
	    "|&ndash;|&ndash;", "foot")
}
function by_site(c,    n, r, i, j, cells, heads, key)
{
	n = split(readings, r, " ")
	heads = "Site"
	for (i = 1; i <= n; i++)
		heads = heads "|" texts_of(r[i]) "|random steps, magnitude"
	table_open("The same cosine of the shift of " a "&rsquo;s texts at " \
	    "every site: median over the seeds, with the range", heads)
	for (j = 1; j <= n_sites; j++) {
		cells = site[j]
		for (i = 1; i <= n; i++) {
			key = c SUBSEP r[i] SUBSEP "own" SUBSEP
			cells = cells "|" spread("site" SUBSEP key \
			    "gradient" SUBSEP site[j]) "|" number(median( \
			    "size" SUBSEP key "random" SUBSEP site[j]))
		}
		row(cells, site[j] ~ /\.out$/ ? "first" : "")
	}
	table_close()
}
function linearity(c,    k)
{
	table_open("Is the shift linear in the step? Against that of the " \
	    "smallest step, over sites, readings and seeds, at " \
	    model_name(c), "Step over the weights|Cosine|Ratio of norms " \
	    "over ratio of steps")
	for (k = 1; k <= n_sizes; k++)
		row(sizes[k] "|" spread(c SUBSEP sizes[k] SUBSEP "along") \
		    "|" spread(c SUBSEP sizes[k] SUBSEP "ratio"),
		    sizes[k] == size ? "first" : "")
	table_close()
}
function effect_row(c, v, m,    i)
{
	i = c SUBSEP v SUBSEP m
	if (!count[i SUBSEP "add" SUBSEP "gain"])
		return
	row((v == "random" ? "random" : texts_of(v) ": " m) "|" \
	    spread(i SUBSEP "add" SUBSEP "gain") "|" \
	    spread(i SUBSEP "add" SUBSEP "side") "|" \
	    spread(i SUBSEP "add" SUBSEP "loss") "|<small>" picks[i] \
	    "</small>|" spread("reversed" SUBSEP i) "|" \
	    spread(i SUBSEP "ablate" SUBSEP "gain") "|" \
	    spread(i SUBSEP "ablate" SUBSEP "side") "|" \
	    spread(i SUBSEP "project" SUBSEP "gain"), \
	    m == "shift" || v == "random" ? "first" : "")
}
function effects(c,    n, r, m, method, i, j)
{
	n = split(readings, r, " ")
	m = split("shift mean-difference pca logistic", method, " ")
	table_open("Steering at " model_name(c) ", percentage points of " \
	    "exact match on " tested " held-out items a task: median over " \
	    "the seeds (of random directions, over seeds and draws), with " \
	    "the range", "Vector|Target gain|Side cost|Change of the loss|" \
	    "Site and strength|Best gain against the vector|Direction taken " \
	    "away: target gain|Side cost|Only the direction kept: target " \
	    "gain")
	for (i = 1; i <= n; i++)
		for (j = 1; j <= m; j++)
			effect_row(c, r[i], method[j])
	effect_row(c, "random", "random")
	table_close()
}
function each(what,    n, r, i, s)
{
	n = split(readings, r, " ")
	for (i = 1; i <= n; i++)
		s = s (i > 1 ? " " : "") what "-" r[i]
	return s
}
function each_head(    n, r, i, s)
{
	n = split(readings, r, " ")
	for (i = 1; i <= n; i++)
		s = s (i > 1 ? "|" : "") texts_of(r[i])
	return s
}
END {
	n = split(checkpoints, c_list, " ")
	for (i = 1; i <= n_reversed; i++)
		collect("reversed" SUBSEP group[of_reversed[i]],
		    reversed[of_reversed[i]])
	print "<h2>Steering: a gradient step and a labelled contrast (C11, " \
	    "C12)</h2>"
	print "<p>A small step against the gradient of a task&rsquo;s loss " \
	    "changes the activations of its texts; the mean change at a " \
	    "site of the model is the step&rsquo;s <b>shift</b>. A " \
	    "<b>contrast vector</b> is the mean activation over positive " \
	    "texts minus that over negative ones. Does the shift point " \
	    "along it, and does adding the one to the activations act like " \
	    "adding the other? There is no True or False among the tokens " \
	    "of this model, so the contrast is read in three ways. " \
	    "<b>answer</b>: the prompt and the right first digit, minus the " \
	    "same prompt and a wrong digit, at that digit. <b>statement</b>: " \
	    "the prompt and the whole right answer, minus the prompt and " \
	    "another example&rsquo;s answer, at the last digit. <b>task</b> " \
	    "(our own): the prompt, minus the same digits under the token " \
	    "of " b ", at the &ldquo;=&rdquo;. Each is over " texts " pairs " \
	    "of " a "; the shift is that of the positive side, and the " \
	    "difference of the two sides&rsquo; shifts stands beside it.</p>"
	print "<p>Steps of equal norm: <b>" a "</b>, against the gradient " \
	    "of its loss; <b>one-sided</b>, against that of the loss on " \
	    "right answers minus the loss on other examples&rsquo; answers " \
	    "(for want of a loss on True and False); and the controls: " \
	    "<b>shuffled labels</b>, <b>" b "</b> and <b>random</b>. The " \
	    "paper has a cosine of 0.58 (Qwen-0.5B, statements of BoolQ).</p>"
	figure(dir, each("shift"), each_head(), "Cosine of the shift with the " \
	    "contrast vector at the output of each block at " \
	    model_name(c_list[1]) ", by the reading of the contrast. The " \
	    "line gradient is the step of " a ", other-task that of " b ". " \
	    "Medians over the seeds (and draws); bars: their range.")
	for (i = 1; i <= n; i++)
		cosines(c_list[i])
	by_site(c_list[1])
	linearity(c_list[1])
	print "<p>For steering, a vector is added to the output of one block " \
	    "from the &ldquo;=&rdquo; on, its norm a multiple, the " \
	    "strength, of the mean norm of the activations there. Site and " \
	    "strength are those where " a " gains most on " picked " other " \
	    "items. <b>Target gain</b>: change of the exact match of " a \
	    "; <b>side cost</b>: mean change over the other tasks. The " \
	    "vectors: the <b>shift</b>; the <b>mean-difference</b>, which " \
	    "is the contrast vector; <b>pca</b>, the first principal " \
	    "component of the pairs&rsquo; differences; <b>logistic</b>, of " \
	    "a regression; and <b>random</b> directions. For the paper: " \
	    "target gain +1.2, side cost &minus;17 (OLMo, BoolQ).</p>"
	figure(dir, each("gain"), each_head(), "Change of the exact match of " a \
	    " (percentage points, items for picking) against the strength. " \
	    "Medians over blocks and seeds; bars: their range.")
	for (i = 1; i <= n; i++)
		if (c_list[i] in steered)
			effects(c_list[i])
	commands(files)
}
