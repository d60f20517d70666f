# head.awk: the report's beginning: what was done, and in one sentence
# what came out.  Reads recovery.tsv and training.tsv.
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
function percent(key)
{
	return count[key] ? sprintf("%.0f&nbsp;%%", 100 * median(key)) : "?"
}
function style(    line)
{
	print "<style>"
	while ((getline line < css) > 0)
		print line
	print "</style>"
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
	print "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>"
	print "<meta name=viewport content=\"width=device-width, " \
	    "initial-scale=1\">"
	print "<title>plumbline: recovery and local linear structure</title>"
	style()
	print "</head>\n<body>\n<main>"
	print "<h1>Does a fixed task plane hold the recovery direction, or " \
	    "do the first steps of the trajectory?</h1>"
	if (profile != "full")
		print "<p class=warn>This is the <em>" profile "</em> " \
		    "profile: the same graph on a smaller model, to see that " \
		    "all of it runs. Its figures mean nothing.</p>"
	n = split(optimizers, name, " ")
	text = answer(name[1])
	for (i = 2; i <= n; i++)
		text = text ".</p>\n<p>" answer(name[i])
	print "<p class=answer>" text ".</p>"
	print "<p>The claims are those of I. Piontkovskaia and S. Nikolenko, " \
	    "<cite>Recoverable but Not Stationary: Local Linear Structures " \
	    "in Weights and Activations</cite>, arXiv&nbsp;2606.10929. Only " \
	    "its abstract and an assessment were at hand, so the protocol " \
	    "is ours, and the paper&rsquo;s figures are printed for " \
	    "reference, never as thresholds.</p>"
	print "<p>Model: a decoder-only transformer of " \
	    thousands(parameters) " parameters (" config "), trained here " \
	    "from scratch on a synthetic set of tasks on sequences of " \
	    "digits (" tasks "); nothing is pretrained. Joint training " \
	    "takes " joint_steps " steps and gives &theta;<sub>0</sub>, " \
	    "whose held-out exact match over tasks and seeds is at least " \
	    number(sorted["known", 1]) ". Training on " b " alone gives " \
	    "&theta;<sub>F</sub>, which has forgotten " a " (exact match " \
	    spread("forgotten") "). " steps " steps on " a " recover it, " \
	    "by plain gradient descent (the primary reading) and by AdamW. " \
	    "Every seed (" seeds ") has its own initialisation, data and " \
	    "held-out items.</p>"
}
