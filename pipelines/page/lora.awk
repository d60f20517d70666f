# lora.awk: the recovery of adapters.  Reads lora-training.tsv, lora-rank.tsv,
# lora-recovery.tsv and lora-drift.tsv.
# Variables: dir, subjects, origins (what is said of each, bars between), pairs,
# optimizers, coordinates, checkpoints, controls, r, alpha, lr, rank, at, files.
BEGIN {
	n_subjects = split(subjects, subject, " ")
	split(origins, origin, "|")
	n_pairs = split(pairs, pair, " ")
	n_optimizers = split(optimizers, optimizer, " ")
	n_coordinates = split(coordinates, coordinate, " ")
	n_checkpoints = split(checkpoints, checkpoint, " ")
	n_controls = split(controls, control, " ")
}
FNR == 1 { header(); file = file_name(); next }
{ cell = get("subject") SUBSEP get("pair") SUBSEP }
file == "lora-training.tsv" {
	i = "trained" SUBSEP cell get("checkpoint") SUBSEP get("task")
	collect(i, get("choice_accuracy"))
	collect(i SUBSEP "loss", get("loss"))
	collect("steps" SUBSEP cell get("checkpoint"), get("steps"))
	items = get("items")
}
file == "lora-rank.tsv" && get("rank") == rank {
	i = "rank" SUBSEP cell get("coordinates") SUBSEP get("checkpoint") \
	    SUBSEP get("task") SUBSEP get("control") SUBSEP get("centred") \
	    SUBSEP
	collect(i "e", get("explained_energy"))
	collect(i "s", get("stable_rank"))
	collect(i "h", get("entropy_rank"))
	vectors = get("vectors")
}
file == "lora-recovery.tsv" && (get("rank") == rank || get("rank") == "NA") {
	b = get("basis")
	if (!(b in seen))
		basis[++n_bases] = b
	seen[b]
	i = cell get("optimizer") SUBSEP get("coordinates") SUBSEP
	if (b == "prefix")
		collect(i "null", get("null_m_over_T"))
	if (b == "full")
		collect(i "length", get("norm"))
	if (get("m") != "NA")
		m_T = get("m") "/" get("T")
	if (b == "random" && get("chance") > 0)
		dimension[cell get("coordinates")] = get("rows") / get("chance")
	i = i b SUBSEP
	collect(i "captured", get("captured_energy"))
	collect(i "remaining", get("remaining_energy"))
	collect(i "chance", get("chance"))
	collect(i "accuracy", get("functional_accuracy"))
	collect(i "loss", get("functional_loss"))
}
file == "lora-drift.tsv" && get("step_t") == at {
	i = "drift" SUBSEP cell get("optimizer") SUBSEP get("coordinates") \
	    SUBSEP get("against") SUBSEP
	collect(i "ratio", get("ratio"))
	collect(i "raw", get("overlap"))
	collect(i "ceiling_s", get("ceiling_s"))
	collect(i "ceiling_t", get("ceiling_t"))
	drift_rank = get("rank")
	before = get("against") == "previous" ? get("step_s") : before
}
# What every caption ends with.
function of(m)
{
	return " <em>" escape(subject[m]) ": " escape(origin[m]) ".</em>"
}
function lost(p)
{
	sub(/-.*/, "", p)
	return p
}
function displacing(p)
{
	sub(/.*-/, "", p)
	return p
}
# The column heads of the tasks or optimisers of all coordinates.
function of_coordinates(head,    k, s)
{
	for (k = 1; k <= n_coordinates; k++)
		s = s "|" head ", " coordinate[k]
	return s
}
function trained(m,    c, p, t, cells, heads, key)
{
	heads = "Pair: task"
	for (c = 1; c <= n_checkpoints; c++)
		heads = heads "|" (checkpoint[c] == "base" ? "no adapter" : \
		    model_name(checkpoint[c]))
	table_open("Choice accuracy on " items " held-out items of each " \
	    "task, and steps of training: median over the seeds, with the " \
	    "range." of(m), heads)
	for (p = 1; p <= n_pairs; p++) {
		for (t = 1; t <= 2; t++) {
			cells = pair[p] ": " name_of(p, t)
			for (c = 1; c <= n_checkpoints; c++) {
				key = "trained" SUBSEP subject[m] SUBSEP \
				    pair[p] SUBSEP checkpoint[c] SUBSEP \
				    name_of(p, t)
				cells = cells "|" spread(key)
			}
			row(cells, t == 1 ? "first" : "")
		}
		cells = pair[p] ": steps"
		for (c = 1; c <= n_checkpoints; c++)
			cells = cells "|" steps("steps" SUBSEP subject[m] \
			    SUBSEP pair[p] SUBSEP checkpoint[c])
		row(cells, "foot")
	}
	table_close()
}
function name_of(p, t)
{
	return t == 1 ? lost(pair[p]) : displacing(pair[p])
}
function steps(key,    low, high)
{
	if (!count[key])
		return number("NA")
	low = sorted[key, 1]
	high = sorted[key, count[key]]
	return low == high ? low : low "&ndash;" high
}
function rank_row(m, p, k, c, t, z, x, what,    key)
{
	key = "rank" SUBSEP subject[m] SUBSEP pair[p] SUBSEP k SUBSEP c \
	    SUBSEP t SUBSEP x SUBSEP z SUBSEP
	if (!count[key "e"])
		return
	row(k "|" model_name(c) "|" t "|" what "|" (z ? "taken away" : "kept") \
	    "|" spread(key "e") "|" spread(key "s") "|" spread(key "h"),
	    x == "none" && z == 0 ? "first" : "")
}
function ranks(m, p,    k, c, t, z, x)
{
	table_open("Rank measures of " vectors " minibatch gradients, " \
	    pair[p] ": explained energy of the first " rank " components; " \
	    "median over the seeds, with the range." of(m), "Coordinates|" \
	    "Adapter|Task|Rows|Their mean|Explained energy|Stable rank|" \
	    "Entropy rank")
	for (k = 1; k <= n_coordinates; k++)
		for (c = 2; c <= 3; c++)
			for (t = 1; t <= 2; t++)
				for (x = 1; x <= n_controls; x++)
					for (z = 0; z <= 1; z++)
						rank_row(m, p, coordinate[k],
						    checkpoint[c],
						    name_of(p, t), z,
						    control[x],
						    control_name(control[x]))
	table_close()
}
function recovered(m, p, o,    k, b, i, cells, caption)
{
	i = subject[m] SUBSEP pair[p] SUBSEP o SUBSEP
	caption = long_name(o) ", " pair[p] ", rank " rank ": median over " \
	    "the seeds, with the range. Null for a prefix, m/T: " m_T " = " \
	    number(median(i coordinate[1] SUBSEP "null")) ". Length of the " \
	    "displacement:"
	for (k = 1; k <= n_coordinates; k++)
		caption = caption (k > 1 ? ", " : " ") spread(i coordinate[k] \
		    SUBSEP "length") " (" coordinate[k] ")"
	table_open(caption "." of(m), "Basis" \
	    of_coordinates("Captured energy") \
	    of_coordinates("Of the remaining displacement") \
	    of_coordinates("Chance (rows/D)") "|Choice accuracy, " \
	    coordinate[1] "|Loss, " coordinate[1])
	for (b = 1; b <= n_bases; b++) {
		cells = basis[b] across(i, basis[b], "captured") \
		    across(i, basis[b], "remaining") \
		    across(i, basis[b], "chance") "|" \
		    spread(i coordinate[1] SUBSEP basis[b] SUBSEP "accuracy") \
		    "|" spread(i coordinate[1] SUBSEP basis[b] SUBSEP "loss")
		row(cells, basis[b] == "prefix" ? "first" : "")
	}
	table_close()
}
# One cell of each coordinates.
function across(i, b, what,    k, s)
{
	for (k = 1; k <= n_coordinates; k++)
		s = s "|" (what == "chance" ? number(median(i coordinate[k] \
		    SUBSEP b SUBSEP what)) : spread(i coordinate[k] SUBSEP b \
		    SUBSEP what))
	return s
}
function drifted(m,    p, o, k, a, i, against)
{
	split("first previous", against, " ")
	table_open("Bases of rank " drift_rank " at step " at " of the " \
	    "recovery against those of step 0 and of step " before ": median " \
	    "over the seeds, with the range." of(m), \
	    "Pair|Optimiser|Coordinates|Against step|Ratio|Overlap|Ceilings")
	for (p = 1; p <= n_pairs; p++)
		for (o = 1; o <= n_optimizers; o++)
			for (k = 1; k <= n_coordinates; k++)
				for (a = 1; a <= 2; a++) {
					i = "drift" SUBSEP subject[m] SUBSEP \
					    pair[p] SUBSEP optimizer[o] \
					    SUBSEP coordinate[k] SUBSEP \
					    against[a] SUBSEP
					row(pair[p] "|" \
					    variant(optimizer[o]) "|" \
					    coordinate[k] "|" (a == 1 ? 0 : \
					    before) "|" spread(i "ratio") "|" \
					    spread(i "raw") "|" \
					    number(median(i "ceiling_s")) \
					    ", " number(median(i \
					    "ceiling_t")), k == 1 && a == 1 ? \
					    "first" : "")
				}
	table_close()
}
# The plots lora-WHAT-SUBJECT-PAIR-* of a pair.
function plots(m, p, what, caption)
{
	figures(dir, "lora-" what "-" subject[m] "-" pair[p], optimizers,
	    pair[p] ": " caption of(m))
}
function intro(    i, s, d)
{
	print "<h2>Adapters: the recovery in LoRA (C1 to C4)</h2>"
	print "<p>An adapter changes chosen linear layers of a language " \
	    "model from W to W + (&alpha;/r) B A, where A has r rows and B " \
	    "r columns, and only A and B are trained (E. Hu et al., 2021): " \
	    "here r = " r ", &alpha; = " alpha ". Measured in coordinates " \
	    "of the <b>factors</b>, that is of what is trained, and of " \
	    "their <b>product</b>, the change of W itself: many factors " \
	    "have one product. A pair names two tasks, A-B, on texts about " \
	    "a small closed world, each answered by one of a few words; " \
	    "<b>choice accuracy</b> is the fraction of held-out items " \
	    "whose right answer is the likeliest of them.</p>"
	print "<p>An adapter trained on A and B together (AdamW, " lr \
	    ") is &theta;<sub>0</sub>; training it on B alone, until half " \
	    "of what it knew of A beyond chance is lost, gives " \
	    "&theta;<sub>F</sub>; from there A is recovered by plain " \
	    "gradient descent and by AdamW. The bases and measures are " \
	    "those of the sections on rank, recovery and drift.</p>"
	print "<ul>"
	for (i = 1; i <= n_subjects; i++) {
		s = ""
		for (k = 1; k <= n_coordinates; k++) {
			d = dimension[subject[i] SUBSEP pair[1] SUBSEP \
			    coordinate[k]]
			s = s (k > 1 ? ", " : "") thousands(d + 0.5) " (" \
			    coordinate[k] ")"
		}
		print "<li><b>" escape(subject[i]) "</b>: " \
		    escape(origin[i]) "; parameters: " s "</li>"
	}
	print "</ul>"
}
function of_pair(m, p,    o)
{
	figure(dir, "lora-spectra-" subject[m] "-" pair[p] "-theta-0 " \
	    "lora-spectra-" subject[m] "-" pair[p] "-theta-F", \
	    "At &theta;<sub>0</sub>|At &theta;<sub>F</sub>", pair[p] \
	    ": spectra of the minibatch gradients of " lost(pair[p]) \
	    " and of the two noise controls, factors. Solid: uncentred; " \
	    "dashed: their mean taken away. Medians over the seeds." of(m))
	ranks(m, p)
	plots(m, p, "capture", "energy of the displacement that a basis " \
	    "captures, against its rank, factors. Medians over the seeds; " \
	    "bars: their range.")
	plots(m, p, "function", "functional recovery: choice accuracy of " \
	    lost(pair[p]) " at &theta;<sub>F</sub> plus the projection of " \
	    "the displacement. Dotted: the whole displacement; dash-dotted: " \
	    "none of it.")
	for (o = 1; o <= n_optimizers; o++)
		recovered(m, p, optimizer[o])
	plots(m, p, "drift", "overlap of the gradient basis with that of " \
	    "step 0 and of the step before, factors. Solid: over the " \
	    "ceiling; dashed: raw; dotted: the ceiling, and the " \
	    "claim&rsquo;s level of one half.")
}
END {
	intro()
	for (m = 1; m <= n_subjects; m++) {
		print "<h3>" escape(subject[m]) " (" escape(origin[m]) ")</h3>"
		trained(m)
		for (p = 1; p <= n_pairs; p++)
			of_pair(m, p)
		drifted(m)
	}
	commands(files)
}
