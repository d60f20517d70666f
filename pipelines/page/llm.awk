# llm.awk: the text task of each language model.  Reads llm-rank.tsv,
# llm-halves.tsv, llm-shift.tsv, llm-picks.tsv, llm-sweep.tsv,
# llm-steering.tsv, llm-search.tsv, llm-curve.tsv and llm-vote.tsv.
# Variables: dir, subjects, origins (what is said of each, bars between),
# tasks, others (subject=task), readings, rank, controls, size (of the step
# that is steered with), grads, batch (of the rank), texts, picked, searched
# (numbers of examples), of (the n of the best of n), files.
BEGIN {
	n_subjects = split(subjects, subject, " ")
	split(origins, origin, "|")
	n_readings = split(readings, reading, " ")
	words(tasks, task)
	words(others, other)
}
# a=x b=y: to[a] = x, to[b] = y
function words(list, to,    n, w, i)
{
	n = split(list, w, " ")
	for (i = 1; i <= n; i++)
		to[substr(w[i], 1, index(w[i], "=") - 1)] = \
		    substr(w[i], index(w[i], "=") + 1)
}
FNR == 1 { header(); file = file_name(); next }
{ m = get("subject") SUBSEP }
file == "llm-rank.tsv" && get("rank") == rank {
	gather("rank" SUBSEP m get("control") SUBSEP get("centred") SUBSEP, \
	    "explained_energy stable_rank entropy_rank")
}
file == "llm-halves.tsv" {
	gather("halves" SUBSEP m get("control") SUBSEP, "overlap chance")
	if (get("control") == "none")
		dimensions[get("subject")] = get("dimensions")
}
file == "llm-shift.tsv" && get("step") == "gradient" && \
    get("norm_ratio") != "NA" {
	i = listed("size" SUBSEP get("subject"), get("size"))
	gather(i, "cosine_smallest norm_ratio")
}
file == "llm-picks.tsv" {
	i = listed("pick" SUBSEP m get("reading"), get("step"))
	gather(i get("texts"), "picked cosine contrast median")
	if (get("cosine") != "NA")
		collect(i get("texts") "size", get("cosine") < 0 ? \
		    -get("cosine") : get("cosine") + 0)
	if (get("step") != "random")
		tally(i get("texts"), get("site") " at " get("size"))
}
file == "llm-sweep.tsv" && get("sign") == "-" {
	i = m get("vector") SUBSEP get("method") SUBSEP
	j = get("seed") SUBSEP get("name")
	if (!((i, j) in reversed))
		turned[i, ++n_turned[i]] = j
	if (!((i, j) in reversed) || get("gain") + 0 > reversed[i, j])
		reversed[i, j] = get("gain") + 0
}
file == "llm-steering.tsv" && get("method") == "none" {
	i = listed("known" SUBSEP get("subject"), get("task"))
	gather(i, "accuracy items same")
	next
}
file == "llm-steering.tsv" {
	i = listed("effect" SUBSEP get("subject"), get("vector") SUBSEP \
	    get("method"))
	gather(i, "target_gain side_cost target_loss_change low high")
	if (get("vector") != "random")
		tally(i, get("site") " &times; " get("strength"))
}
file == "llm-search.tsv" {
	i = listed("search" SUBSEP get("subject"), get("sigma"))
	gather(i, "draws ratio residual p mean best mean_exact best_exact " \
	    "base_exact parameters")
}
file == "llm-curve.tsv" && get("n") == of {
	gather("curve" SUBSEP m get("sigma") SUBSEP get("split"), \
	    "expected theorem")
}
file == "llm-vote.tsv" {
	i = listed("vote" SUBSEP get("subject"), get("voters"))
	gather(i, "base vote best_single mean_single sigma")
	voted = get("items")
}

# What was picked, each once, with the number of seeds where there are more.
function tally(i, what)
{
	if (!((i, what) in times))
		picks[i, ++n_picks[i]] = what
	times[i, what]++
}
function picked_of(i,    k, s)
{
	for (k = 1; k <= n_picks[i]; k++)
		s = s (k > 1 ? "<br>" : "") picks[i, k] \
		    (times[i, picks[i, k]] > 1 ? " (" times[i, picks[i, k]] \
		    ")" : "")
	return "<small>" s "</small>"
}

# Which model a figure is of stands beside every one.
function whose(    k, s)
{
	for (k = 1; k <= n_subjects; k++)
		s = s (k > 1 ? "; " : "") "<b>" subject[k] "</b>: " \
		    escape(origin[k])
	return "<br><small>" s ".</small>"
}
function step_name(s, v)
{
	return s == "gradient" ? task[v] : s == "right-wrong" ? \
	    "right minus wrong" : s == "one-sided" ? "first minus second" : \
	    s == "shuffled-labels" ? "shuffled labels" : s == "other-task" ? \
	    other[v] : s
}
function known(    k, j, v, i)
{
	table_open("What each model knows: choice accuracy on held-out " \
	    "items, and how often it gives the answer that it gives most " \
	    "(a model that always gives the same one, 1, knows nothing of " \
	    "the task): median over the seeds&rsquo; items, with the range" \
	    whose(), "Model|Task|Accuracy|Given most|Items")
	for (k = 1; k <= n_subjects; k++) {
		v = subject[k]
		for (j = 1; j <= names["known", v]; j++) {
			i = "known" SUBSEP v SUBSEP order["known", v, j] SUBSEP
			row(v "|" order["known", v, j] "|" spread(i \
			    "accuracy") "|" spread(i "same") "|" \
			    median(i "items"),
			    j == 1 ? "first" : "")
		}
	}
	table_close()
}
function ranks(    n, c, k, j, i, h, v)
{
	n = split(controls, c, " ")
	table_open("Rank measures of " grads " minibatch gradients of " batch \
	    " items each, uncentred and (second figures) with their mean " \
	    "taken away; overlap of the bases of two halves of them, at " \
	    "rank " rank ": median over the seeds, with the range" whose(), \
	    "Model|Rows|Explained energy at " rank "|Centred|Stable " \
	    "rank|Centred|Entropy rank|Overlap of halves|By chance")
	for (k = 1; k <= n_subjects; k++)
		for (j = 1; j <= n; j++) {
			v = subject[k]
			i = "rank" SUBSEP v SUBSEP c[j] SUBSEP
			h = "halves" SUBSEP v SUBSEP c[j] SUBSEP
			if (!count[i "0" SUBSEP "explained_energy"])
				continue
			row(v " (" task[v] ")|" control_name(c[j]) "|" \
			    spread(i "0" SUBSEP "explained_energy") "|" \
			    spread(i "1" SUBSEP "explained_energy") "|" \
			    spread(i "0" SUBSEP "stable_rank") "|" \
			    spread(i "1" SUBSEP "stable_rank") "|" \
			    spread(i "0" SUBSEP "entropy_rank") "|" \
			    spread(h "overlap") "|" \
			    number(median(h "chance")),
			    j == 1 ? "first" : "")
		}
	table_close()
}
# The cosines of one model and reading: own shift, and difference of sides.
function shifts(v, r,    list, j, i)
{
	list = "pick" SUBSEP v SUBSEP r
	for (j = 1; j <= names[list]; j++) {
		i = list SUBSEP order[list, j] SUBSEP
		row(v ", " r "|" step_name(order[list, j], v) "|" \
		    spread(i "owncosine") "|" spread(i "ownsize") "|" \
		    number(median(i "ownmedian")) "|" picked_of(i "own") \
		    "|" spread(i "differencecosine") "|" \
		    spread(i "differencesize") "|" picked_of(i "difference"),
		    j == 1 ? "first" : "")
	}
	i = list SUBSEP "gradient" SUBSEP "own"
	row(v ", " r "|contrast vector of other texts, there|" \
	    spread(i "contrast") "|&ndash;|&ndash;|&ndash;|&ndash;|&ndash;|" \
	    "&ndash;", "foot")
}
function all_shifts(    k, j)
{
	table_open("Cosine of the shift with the contrast vector, on " texts \
	    " test texts, at the block and step size (over the " \
	    "weights&rsquo; norm) that as many validation texts picked: " \
	    "median over the seeds (of random steps, over seeds and draws), " \
	    "with the range; the median over all blocks beside it" whose(), \
	    "Model, reading|Step|Shift of the positive side|Its " \
	    "magnitude|All blocks|Picked|Difference of the sides&rsquo; " \
	    "shifts|Its magnitude|Picked")
	for (k = 1; k <= n_subjects; k++)
		for (j = 1; j <= n_readings; j++)
			shifts(subject[k], reading[j])
	table_close()
}
function linearity(    k, j, i, v)
{
	table_open("Is the shift linear in the step? Against that of the " \
	    "smallest step, over blocks, readings and seeds" whose(), \
	    "Model|Step over the weights|Cosine|Ratio of norms over ratio " \
	    "of steps")
	for (k = 1; k <= n_subjects; k++) {
		v = subject[k]
		for (j = 1; j <= names["size", v]; j++) {
			i = "size" SUBSEP v SUBSEP order["size", v, j] SUBSEP
			row(v "|" order["size", v, j] "|" spread(i \
			    "cosine_smallest") "|" spread(i "norm_ratio"),
			    j == 1 ? "first" : "")
		}
	}
	table_close()
}
# Points, to one decimal, with the range.
function points(key)
{
	if (!count[key])
		return number("NA")
	return sprintf("%.1f <small>%.1f to %.1f</small>", median(key),
	    sorted[key, 1], sorted[key, count[key]])
}
function effect_row(v, j,    i, part, key, k)
{
	i = "effect" SUBSEP v SUBSEP order["effect", v, j] SUBSEP
	split(order["effect", v, j], part, SUBSEP)
	key = v SUBSEP part[1] SUBSEP part[2] SUBSEP
	for (k = 1; k <= n_turned[key]; k++)
		collect("reversed" SUBSEP key, reversed[key, turned[key, k]])
	row(v "|" (part[1] == "random" ? "random" : part[1] ": " part[2]) "|" \
	    points(i "target_gain") "|" sprintf("%.1f to %.1f", \
	    median(i "low"), median(i "high")) "|" points(i "side_cost") \
	    "|" spread(i "target_loss_change") "|" points("reversed" SUBSEP \
	    key) "|" picked_of(i), \
	    part[2] == "shift" || part[1] == "random" ? "first" : "")
}
function effects(    k, j)
{
	table_open("Steering: percentage points of choice accuracy on " \
	    "held-out items, median over the seeds (of random directions, " \
	    "over seeds and draws), with the range; and the middle " \
	    "95&nbsp;% when the items are resampled, median over the seeds" \
	    whose(), "Model|Vector|Target gain|Items resampled|Side " \
	    "cost|Change of the loss|Best gain against the vector|Block and " \
	    "strength")
	for (k = 1; k <= n_subjects; k++)
		for (j = 1; j <= names["effect", subject[k]]; j++)
			effect_row(subject[k], j)
	table_close()
}
# To two digits: the median.
function two(key)
{
	return count[key] ? sprintf("%.2g", median(key)) : number("NA")
}
function search_rows(v,    j, i, c)
{
	for (j = 1; j <= names["search", v]; j++) {
		i = "search" SUBSEP v SUBSEP order["search", v, j] SUBSEP
		c = "curve" SUBSEP v SUBSEP order["search", v, j] SUBSEP
		row(v "|" thousands(median(i "parameters")) "|" \
		    order["search", v, j] "|" median(i "draws") "|" \
		    spread(i "ratio") "|" spread(i "residual") "|" \
		    number(median(i "p")) "|" spread(c "chosenexpected") "|" \
		    number(median(c "chosentheorem")) "|" \
		    spread(c "reportedexpected") "|" \
		    number(median(c "reportedtheorem")) "|" two(i "best") "|" \
		    spread(i "base_exact") "|" spread(i "best_exact"),
		    j == 1 ? "first" : "")
	}
}
function searches(    k)
{
	table_open("Random draws around the weights, on " searched \
	    " items: median over the seeds, with the range. The best of " of \
	    " is in units of sigma norm(a)" whose(), "Model|Parameters|" \
	    "Sigma|Draws|Spread over the predicted|Rest over the " \
	    "predicted|Normal (p)|Best of " of ", chosen|Theorem|Reported|" \
	    "Theorem|Best gain|Accuracy of the model|Of the best draw")
	for (k = 1; k <= n_subjects; k++)
		search_rows(subject[k])
	table_close()
}
function votes(    k, j, i, v)
{
	table_open("Choice accuracy of a majority vote of the K draws with " \
	    "the largest gains, on " voted " other items: median over the " \
	    "seeds, with the range" whose(), "Model|Sigma|K|Vote|Mean of " \
	    "the K|The best draw alone|The model itself")
	for (k = 1; k <= n_subjects; k++) {
		v = subject[k]
		for (j = 1; j <= names["vote", v]; j++) {
			i = "vote" SUBSEP v SUBSEP order["vote", v, j] SUBSEP
			row(v "|" spread(i "sigma") "|" order["vote", v, j] \
			    "|" spread(i "vote") "|" spread(i "mean_single") \
			    "|" spread(i "best_single") "|" \
			    spread(i "base"), j == 1 ? "first" : "")
		}
	}
	table_close()
}
function pictures(k,    v, j, shift, gain, shift_heads, gain_heads)
{
	v = subject[k]
	for (j = 1; j <= n_readings; j++) {
		shift = shift " llm-shift-" v "-" reading[j]
		gain = gain " llm-gain-" v "-" reading[j]
		shift_heads = shift_heads "|Shift, " reading[j]
		gain_heads = gain_heads (j > 1 ? "|" : "") "Steering, " \
		    reading[j]
	}
	figure(dir, "llm-spectra-" v shift, "Spectra of the gradients" \
	    shift_heads, "<b>" v "</b> (" escape(origin[k]) "), " task[v] \
	    ". Left: fraction of the gradients&rsquo; energy in each " \
	    "component; dashed: their mean taken away. Then the cosine of " \
	    "the shift with the contrast vector at the output of each " \
	    "block, by a step of " size " of the weights&rsquo; norm " \
	    "(answer: of the positive side; label: the difference of the " \
	    "sides&rsquo;). Medians over the seeds; bars: their range.")
	figure(dir, gain " llm-best-" v, gain_heads "|The best of n draws", \
	    "<b>" v "</b> (" escape(origin[k]) "), " task[v] ". Change of " \
	    "choice accuracy (percentage points, items for picking) " \
	    "against the strength, median over blocks and seeds; right: " \
	    "the expected best of n draws over sigma&nbsp;norm(a).")
}
function prose(    k)
{
	print "<p>The same questions as above, of language models and of " \
	    "tasks in words. A task gives a prompt and two or more answers; " \
	    "the model chooses the answer with the highest log-probability. " \
	    "<b>Choice accuracy</b> is the fraction of items where that is " \
	    "the right one; the loss is that of the right answer&rsquo;s " \
	    "tokens. The models and the task that each is steered on:</p>" \
	    "\n<ul>"
	for (k = 1; k <= n_subjects; k++)
		print "<li><b>" subject[k] "</b>, " task[subject[k]] ": " \
		    escape(origin[k]) ". Gradients of " \
		    thousands(dimensions[subject[k]]) " values.</li>"
	print "</ul>\n<p>The seeds have their own examples, draws and " \
	    "held-out items; the models are the same for all of them. A claim is " \
	    "judged for each model apart.</p>"
}
function prose_shift()
{
	print "<p>A small step against the gradient of the task&rsquo;s loss " \
	    "changes the activations of its texts; the mean change after a " \
	    "block is the step&rsquo;s <b>shift</b>. It is compared with " \
	    "two contrast vectors. <b>answer</b>: the prompt and the right " \
	    "answer, minus the same prompt and a wrong one, at the last " \
	    "token. <b>label</b>: prompts whose answer is the first (True, " \
	    "for statements) minus prompts whose answer is the second, at " \
	    "the prompt&rsquo;s last token. Over all prompts the shifts of " \
	    "the two classes may cancel, so for label the difference of " \
	    "the two sides&rsquo; shifts is judged, and so is the shift by " \
	    "the one-sided step, <b>first minus second</b>, against the " \
	    "gradient of &minus;log&nbsp;p(first) + log&nbsp;p(second). " \
	    "Controls of equal norm: the gradient of shuffled labels, " \
	    "another task&rsquo;s, and random steps; each has its own pick " \
	    "of block and size, by magnitude. The paper has 0.58 " \
	    "(Qwen-0.5B, statements of BoolQ).</p>"
}
function prose_steering()
{
	print "<p>For steering, a vector is added to the output of one block " \
	    "from the prompt&rsquo;s last token on, its norm a multiple, " \
	    "the strength, of the mean norm of the activations there; " \
	    "vectors come from the training split, block and strength from " \
	    picked " validation items. <b>Target gain</b>: change of choice " \
	    "accuracy; <b>side cost</b>: mean change over the other tasks. " \
	    "The shift is that of a step of " size " of the weights&rsquo; " \
	    "norm: for answer against the task&rsquo;s gradient, for label " \
	    "the one-sided one. The prompts of label are no pairs, so there " \
	    "is no principal component of their differences. For the " \
	    "paper: target gain +1.2, side cost &minus;17 (OLMo, BoolQ).</p>"
}
function prose_search()
{
	print "<p>Random search in the manner of Y. Gan and P. Isola (arXiv " \
	    "2603.12228): Gaussian draws around the weights are scored on " \
	    searched " training items, the K best vote on held-out items. " \
	    "The gain of a draw is what it takes off the loss; with a the " \
	    "negative gradient, gains should be normal with deviation " \
	    "sigma&nbsp;norm(a). The <b>rest</b> is what the linear gain " \
	    "leaves.</p>"
}
END {
	print "<h2>Language models (C5, C10, C11, C12)</h2>"
	prose()
	known()
	for (k = 1; k <= n_subjects; k++)
		pictures(k)
	print "<h3>Rank and the noise floor (C10)</h3>"
	ranks()
	print "<h3>A gradient step and a labelled contrast (C11)</h3>"
	prose_shift()
	all_shifts()
	linearity()
	print "<h3>Steering (C12)</h3>"
	prose_steering()
	effects()
	print "<h3>Random search around the weights (C5)</h3>"
	prose_search()
	searches()
	votes()
	commands(files)
}
