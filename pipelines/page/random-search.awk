# random-search.awk: the gains of random draws.  Reads search.tsv,
# search.curve.tsv, sizes.tsv, subspaces.tsv, rankings.tsv and vote.tsv.
# Variables: dir, at (the model), a, items, rank, sigma, norm, inside,
# of (the n of the best of n), trained, files.
FNR == 1 { header(); file = file_name(); next }
file == "search.tsv" {
	i = listed(get("mode"), get("set") "+" sprintf("%.3g", get("sigma")))
	gather(i, "draws ratio residual p mean best best_report best_cosine " \
	    "base_exact mean_exact best_exact parameters")
}
file == "search.curve.tsv" && (get("n") == of || get("n") == get("draws")) {
	i = listed("curve", get("scale") SUBSEP get("sigma") SUBSEP get("n"))
	gather(i get("split"), "expected theorem ratio")
}
file == "sizes.tsv" {
	i = listed("size", get("parameters") SUBSEP \
	    sprintf("%.3g", get("sigma")))
	gather(i, "norm sd predicted_sd ratio residual own draws")
}
file == "subspaces.tsv" {
	i = listed("subspace", get("subspace"))
	if (get("mode") == "sigma")
		gather(i, "r mass density")
	gather(i get("mode"), "ratio best best_theorem report report_theorem")
	best_n = get("n")
	draws_in = get("draws")
}
file == "rankings.tsv" {
	i = listed("ranking", get("seed") SUBSEP get("mode"))
	said[i get("measure")] = number(get("spearman")) " <small>" \
	    number(get("low")) "&ndash;" number(get("high")) "</small>"
	subspaces = get("subspaces")
}
file == "vote.tsv" {
	i = listed("vote", get("voters"))
	gather(i, "base vote best_single mean_single")
	vote_sigma[get("seed")] = get("sigma")
	vote_items = get("items")
}
# Gains, to two digits: their median and range.
function two(x)
{
	return x == "NA" ? number(x) : sprintf("%.2g", x)
}
function gains(key,    n)
{
	n = count[key]
	return two(median(key)) (n < 2 ? "" : " <small>" \
	    two(sorted[key, 1]) " to " two(sorted[key, n]) "</small>")
}
function set_rows(mode,    k, i, part)
{
	for (k = 1; k <= names[mode]; k++) {
		i = mode SUBSEP order[mode, k] SUBSEP
		split(order[mode, k], part, "+")
		row(part[2] (mode == "relative" ? ", relative" : "") "|" \
		    median(i "draws") "|" spread(i "ratio") "|" \
		    spread(i "residual") "|" number(median(i "p")) "|" \
		    gains(i "mean") "|" gains(i "best") "|" \
		    spread(i "mean_exact") "|" spread(i "best_exact"),
		    part[1] == "many" ? "first" : "")
	}
}
function scales()
{
	table_open("Draws in the full space: median over the seeds, with " \
	    "the range. Exact match of the model itself: " \
	    spread("sigma" SUBSEP order["sigma", 1] SUBSEP "base_exact") \
	    " on the " items " examples that draws are chosen by", \
	    "Sigma|Draws|Spread over the predicted|Rest over the predicted|" \
	    "Normal (p)|Mean gain|Best gain|Mean exact match|Exact match of " \
	    "the best")
	set_rows("sigma")
	set_rows("relative")
	table_close()
}
function curves(    k, i, part)
{
	table_open("The best of n, in units of sigma norm(a): median over " \
	    "the seeds, with the range", "Sigma|n|Chosen|Theorem, " \
	    "b<sub>n</sub>|Reported|Theorem")
	for (k = 1; k <= names["curve"]; k++) {
		i = "curve" SUBSEP order["curve", k] SUBSEP
		split(order["curve", k], part, SUBSEP)
		row(number(part[2]) "|" part[3] "|" \
		    spread(i "chosenexpected") "|" \
		    number(median(i "chosentheorem")) "|" \
		    spread(i "reportedexpected") "|" \
		    spread(i "reportedtheorem"))
	}
	table_close()
}
# How near the best draw of the first scale of many is to a.
function winner(    k, i, part, D, b)
{
	for (k = 1; k <= names["sigma"]; k++) {
		split(order["sigma", k], part, "+")
		if (part[1] == "many")
			break
	}
	i = "sigma" SUBSEP order["sigma", k] SUBSEP
	D = median(i "parameters")
	for (k = 1; k <= names["curve"]; k++) {
		split(order["curve", k], part, SUBSEP)
		if (part[1] == "smaller" && part[3] == median(i "draws"))
			b = median("curve" SUBSEP order["curve", k] \
			    SUBSEP "chosentheorem")
	}
	print "<p>The best of " median(i "draws") " draws at the smaller " \
	    "sigma has a cosine of " spread(i "best_cosine") " with a; " \
	    "b<sub>N</sub>/&radic;D is " number(b / sqrt(D)) ". It gains " \
	    gains(i "best") " on the examples that it was chosen by and " \
	    gains(i "best_report") " on the others.</p>"
}
function by_size(    k, i, part)
{
	table_open("Models of several sizes, " trained " steps of training " \
	    "each: median over the seeds, with the range", \
	    "Parameters|Sigma|norm(a)|Spread|Spread over sigma norm(a)|" \
	    "Rest over sigma norm(a)|Seeds where this is the largest sigma " \
	    "inside the regime")
	for (k = 1; k <= names["size"]; k++) {
		i = "size" SUBSEP order["size", k] SUBSEP
		split(order["size", k], part, SUBSEP)
		row(thousands(part[1]) "|" part[2] "|" spread(i "norm") "|" \
		    gains(i "sd") "|" spread(i "ratio") "|" \
		    spread(i "residual") "|" sum(i "own") " of " \
		    count[i "own"])
	}
	table_close()
}
function sum(key,    k, s)
{
	for (k = 1; k <= count[key]; k++)
		s += sorted[key, k]
	return s + 0
}
function by_subspace(mode, caption,    k, i)
{
	table_open(caption ": median over the seeds, with the range", \
	    "Subspace|Dimensions|Mass|Density|Spread over the " \
	    "predicted|Best of " best_n ", chosen|Theorem|Reported|Theorem")
	for (k = 1; k <= names["subspace"]; k++) {
		i = "subspace" SUBSEP order["subspace", k] SUBSEP
		row(order["subspace", k] "|" thousands(median(i "r")) "|" \
		    spread(i "mass") "|" spread(i "density") "|" \
		    spread(i mode "ratio") "|" gains(i mode "best") "|" \
		    two(median(i mode "best_theorem")) "|" \
		    gains(i mode "report") "|" \
		    two(median(i mode "report_theorem")))
	}
	table_close()
}
function scatter(mode)
{
	figure(dir, "search-" mode "-density search-" mode "-mass", \
	    "Fixed " mode ", against density|Fixed " mode ", against mass", \
	    "Reported gain of the best of " best_n " draws in every " \
	    "subspace, all seeds, at fixed " mode "; what is not above zero " \
	    "is not drawn.")
}
function rankings(    k, i, part)
{
	table_open("Spearman&rsquo;s rank correlation over the " subspaces \
	    " subspaces with the reported gain of the best of " best_n \
	    "; small: the middle 95&nbsp;% when the draws in every subspace " \
	    "are resampled", "Seed|Mode|Density|Mass|Density minus mass")
	for (k = 1; k <= names["ranking"]; k++) {
		i = "ranking" SUBSEP order["ranking", k] SUBSEP
		split(order["ranking", k], part, SUBSEP)
		row(part[1] "|fixed " part[2] "|" said[i "density"] "|" \
		    said[i "mass"] "|" said[i "difference"],
		    part[2] == "norm" ? "first" : "")
	}
	table_close()
}
function votes(    k, i, s, at_sigma)
{
	for (s in vote_sigma)
		collect("vote sigma", vote_sigma[s])
	table_open("Exact match of a majority vote of the K draws with the " \
	    "largest gains, on " vote_items " other examples (sigma " \
	    spread("vote sigma") "): median over the seeds, with the range", \
	    "K|Vote|Mean of the K|The best draw alone|The model itself")
	for (k = 1; k <= names["vote"]; k++) {
		i = "vote" SUBSEP order["vote", k] SUBSEP
		row(order["vote", k] "|" spread(i "vote") "|" \
		    spread(i "mean_single") "|" spread(i "best_single") "|" \
		    spread(i "base"))
	}
	table_close()
}
function prose()
{
	print "<p>Draws &delta; are Gaussian perturbations of " \
	    model_name(at) ". The gain of a draw is " \
	    "what it takes off the mean loss on a fixed batch of " items \
	    " examples of " a "; draws are <b>chosen</b> by a batch of the " \
	    "split train and <b>reported</b> on one of the split test. With " \
	    "a the negative gradient of that loss, the gain is " \
	    "&langle;a,&nbsp;&delta;&rangle; while the loss is linear, so " \
	    "at deviation sigma the gains are normal with deviation " \
	    "sigma&nbsp;norm(a), whatever the dimension D, and the best of " \
	    "n is expected to gain sigma&nbsp;norm(a)&nbsp;b<sub>n</sub>, " \
	    "b<sub>n</sub> the expected largest of n standard normals. The " \
	    "<b>rest</b> is the root mean square of gain minus " \
	    "&langle;a,&nbsp;&delta;&rangle;; where it is below " inside \
	    " of sigma&nbsp;norm(a), this page calls the scale inside the " \
	    "linear regime.</p>"
}
function prose_subspaces()
{
	print "<p>Within a subspace of r dimensions with projection P, the " \
	    "<b>mass</b> of the signal is M = " \
	    "norm(Pa)<sup>2</sup>/norm(a)<sup>2</sup> and its <b>density</b> " \
	    "M/r. At fixed sigma (here " sigma ") the spread of the gains is " \
	    "sigma&nbsp;norm(Pa), so mass should decide; at a fixed norm R " \
	    "of the step (here " norm ") it is R&nbsp;norm(Pa)/&radic;r, so " \
	    "density should. Subspaces: the tensors of the whole model, of " \
	    "one block, or of one kind; and bases of rank " rank ": " \
	    "<b>static</b> and <b>local</b>, the first components of the " \
	    "gradients of " a " at &theta;<sub>0</sub> and " \
	    "&theta;<sub>F</sub>; <b>prefix</b>, the first updates of a " \
	    "recovery; <b>random</b>; and the <b>complement</b> of local. " \
	    "Chance is a density of 1/D, that of the full space.</p>"
}
END {
	print "<h2>Random search: the spread of gains, and where to search " \
	    "(C5, C6)</h2>"
	prose()
	figure(dir, "search-spread search-best search-sizes", "Against " \
	    "sigma|The best of n|Models of several sizes", "Left: spread of " \
	    "the gains, and the rest, over the predicted spread (of relative " \
	    "draws: over the root mean square of " \
	    "&langle;a,&nbsp;&delta;&rangle;). Middle: the expected best of " \
	    "n over sigma&nbsp;norm(a). Right: the spread over " \
	    "sigma&nbsp;norm(a). Medians over the seeds; bars: their range.")
	scales()
	curves()
	winner()
	by_size()
	prose_subspaces()
	scatter("norm")
	scatter("sigma")
	by_subspace("norm", "Draws of norm " norm ", " draws_in " in each " \
	    "subspace")
	by_subspace("sigma", "Draws of sigma " sigma ", " draws_in " in " \
	    "each subspace")
	rankings()
	votes()
	commands(files)
}
