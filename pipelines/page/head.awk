# head.awk: the report's beginning: what was done, and in one sentence
# what came out.  Reads recovery.tsv, training.tsv and verdicts.tsv.
# Variables: profile, css (file), seeds, tasks, a, b, rank, steps, config,
# optimizers (words with blanks between).
FNR == 1 { header(); file++; next }
file == 1 && get("rank") == rank {
	o = get("optimizer")
	collect(o SUBSEP get("basis"), get("captured_energy"))
	collect(o SUBSEP "null", get("null_m_over_T"))
	parameters = sprintf("%.0f", get("rows") / get("chance"))
}
file == 2 && get("checkpoint") == "theta-0" {
	collect("known", get("exact_match"))
	joint_steps = get("steps")
}
file == 2 && get("checkpoint") == "theta-F" && get("task") == a {
	collect("forgotten", get("exact_match"))
}
file == 3 && get("role") == "judged" {
	key = get("key")
	track = track_of(key)
	c = get("claim") SUBSEP track
	if (!(c in n_judged)) {
		claim[++n_claims] = c
		name_of[c] = get("claim") "</b>" track
	}
	k = ++n_judged[c]
	verdict[c, k] = get("verdict")
	variant_of[c, k] = get("optimizer")
	sub(/^(lora|llm)-/, "", key)
	key_of[c, k] = key
	if (k > 1 && key != key_of[c, 1])
		several[c] = 1
}
# The models of a claim's key, beside those of the synthetic tasks.
function track_of(key)
{
	return key ~ /^lora-/ ? " (LoRA)" : key ~ /^llm-/ ? \
	    " (language models)" : ""
}
# Of claim c, what was judged so, where not all of it was.
function which(c, v,    k, s, rest)
{
	for (k = 1; k <= n_judged[c]; k++) {
		if (verdict[c, k] != v) {
			rest = 1
			continue
		}
		s = s (s == "" ? "" : c ~ SUBSEP "$" ? ", " : "; ") \
		    (several[c] ? model_name(key_of[c, k]) : "") \
		    (several[c] && variant_of[c, k] != "-" ? " " : "") \
		    (variant_of[c, k] == "-" ? "" : variant(variant_of[c, k]))
	}
	return rest ? " (" s ")" : ""
}
function verdicts(    i, c, v, n, list, k, s)
{
	n = split("supported|inconclusive|not supported", list, "|")
	print "<ul class=verdicts>"
	for (i = 1; i <= n_claims; i++) {
		c = claim[i]
		s = ""
		for (v = 1; v <= n; v++)
			for (k = 1; k <= n_judged[c]; k++)
				if (verdict[c, k] == list[v]) {
					s = s (s == "" ? "" : ", ") \
					    "<b class=" substr(list[v], 1, 3) \
					    ">" list[v] "</b>" which(c, list[v])
					break
				}
		print "<li><b>" name_of[c] " " s "</li>"
	}
	print "</ul>"
}
function percent(key)
{
	return count[key] ? sprintf("%.0f&nbsp;%%", 100 * median(key)) : "?"
}
function warning(    s)
{
	if (profile == "smoke")
		print "<p class=warn>This is the <em>smoke</em> profile: the " \
		    "same graph on a smaller model, to see that all of it " \
		    "runs. Its figures mean nothing.</p>"
	if (profile == "quick")
		print "<p class=warn>This is the <em>quick</em> profile: the " \
		    "full model with fewer seeds and smaller samples." \
		    (split(seeds, s, " ") > 1 ? "" : " Its figures are of " \
		    "that model, but one seed gives no interval, so nothing " \
		    "is supported here.") "</p>"
}
function answer(o)
{
	return long_name(o) " moves the model " \
	    "along a path of which the fixed task plane (" rank \
	    " directions of the gradients at &theta;<sub>0</sub>) holds " \
	    "<strong>" percent(o SUBSEP "static") \
	    "</strong> of the energy, and the span of its own first " rank \
	    " updates <strong>" percent(o SUBSEP "prefix") "</strong> (equal " \
	    "orthogonal updates would give " percent(o SUBSEP "null") \
	    "; the best " rank " dimensions in hindsight hold " \
	    percent(o SUBSEP "oracle") ")"
}
END {
	page_open("plumbline: recovery and local linear structure", css)
	print "<main>"
	print "<h1>Does a fixed task plane hold the recovery direction, or " \
	    "do the first steps of the trajectory?</h1>"
	warning()
	n = split(optimizers, name, " ")
	text = answer(name[1])
	for (i = 2; i <= n; i++)
		text = text ".</p>\n<p>" answer(name[i])
	print "<p class=answer>" text ".</p>"
	print "<p>The verdicts, whose claims and rules are <a " \
	    "href=\"#verdicts\">below</a>:</p>"
	verdicts()
	print "<p>The claims are those of I. Piontkovskaia and S. Nikolenko, " \
	    "<cite>Recoverable but Not Stationary: Local Linear Structures " \
	    "in Weights and Activations</cite>, arXiv&nbsp;2606.10929. Only " \
	    "its abstract and an assessment were at hand, so the protocol " \
	    "is ours, and the paper&rsquo;s figures are printed for " \
	    "reference, never as thresholds.</p>"
	print "<p>Model: a decoder-only transformer of " \
	    thousands(parameters) " parameters (" config "), trained here " \
	    "from scratch on a synthetic set of tasks on sequences of " \
	    "digits (" tasks "). Joint training " \
	    "takes " joint_steps " steps and gives &theta;<sub>0</sub>, " \
	    "whose held-out exact match over tasks and seeds is at least " \
	    number(sorted["known", 1]) ". Training on " b " alone gives " \
	    "&theta;<sub>F</sub>, which has forgotten " a " (exact match " \
	    spread("forgotten") "). " steps " steps on " a " recover it, " \
	    "by plain gradient descent (the primary reading) and by AdamW. " \
	    "Every seed (" seeds ") has its own initialisation, data and " \
	    "held-out items. The sections on adapters and on language models " \
	    "say at every figure which model it is of: a stand-in that was " \
	    "trained here, or a pretrained one.</p>"
	print "<p><a href=\"graph.html\">The graph of the experiments</a>, " \
	    "with the time that each part of it took.</p>"
}
