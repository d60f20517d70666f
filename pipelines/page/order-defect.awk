# order-defect.awk: what the order of two steps changes.  Reads order.tsv.
# Variables: dir, checkpoints, tasks, steps, h, examples, files.
FNR == 1 { header(); next }
{
	c = get("checkpoint")
	i = c SUBSEP get("step_size") SUBSEP
	j = i get("first") SUBSEP get("second") SUBSEP
	collect(j "ratio", get("ratio"))
	collect(j "cosine", get("cosine"))
	if (!get("distinct"))
		next
	collect(i "ratio", get("ratio"))
	collect(i "cosine", get("cosine"))
	collect(i "error", get("error"))
	collect(i "other", get("other_pairs"))
	collect(i "floor", get("floor"))
	collect(i "measured", get("measured"))
}
function by_step(c,    n, e, k, i)
{
	n = split(steps, e, " ")
	table_open("At " model_name(c) ": median over the distinct pairs of " \
	    "tasks and the seeds, with the range", "Step size|norm measured/" \
	    "predicted|Cosine|Relative error|Cosine with other pairs " \
	    "(magnitude)|Error by rounding alone|norm measured")
	for (k = 1; k <= n; k++) {
		i = c SUBSEP e[k] SUBSEP
		row(e[k] "|" spread(i "ratio") "|" spread(i "cosine") "|" \
		    spread(i "error") "|" spread(i "other") "|" \
		    spread(i "floor") "|" spread(i "measured"))
	}
	table_close()
}
function matrix(c, e,    n, t, i, j, key, r, shade)
{
	n = split(tasks, t, " ")
	matrix_open("At " model_name(c) ", step size " e ": norm of the " \
	    "measured defect over that of the predicted one, and their " \
	    "cosine in small type, for a step on the row&rsquo;s task then " \
	    "one on the column&rsquo;s (medians over the seeds). The other " \
	    "order is the negative vector, so half of it is new.", tasks)
	for (i = 1; i <= n; i++) {
		printf "<tr><th scope=row>%s</th>", t[i]
		for (j = 1; j <= n; j++) {
			key = c SUBSEP e SUBSEP t[i] SUBSEP t[j] SUBSEP
			if (i == j) {
				printf "<td></td>"
				continue
			}
			r = median(key "cosine")
			shade = r == "NA" || r < 0 ? 0 : r
			printf "<td style=\"background:rgba(0,114,178,%.2f)" \
			    "\">%s<br><small>%s</small></td>", 0.4 * shade,
			    number(median(key "ratio")), number(r)
		}
		print "</tr>"
	}
	table_close()
}
END {
	n = split(checkpoints, c_list, " ")
	print "<h2>Order defect: A then B against B then A</h2>"
	print "<p>Two steps of gradient descent of size &eta;, one on task A " \
	    "and one on task B, end at different weights in the two orders. " \
	    "To leading order they differ by &eta;<sup>2</sup>(H<sub>B</sub>" \
	    "g<sub>A</sub> &minus; H<sub>A</sub>g<sub>B</sub>) " \
	    "(arXiv&nbsp;2607.16821). Measured: " \
	    "from differences of gradients before and after a step, since " \
	    "weights in single precision, once subtracted, have lost " \
	    "&eta;<sup>2</sup>. Predicted: the Hessian-vector products are " \
	    "central differences at &plusmn;" h " g, a step of their own. " \
	    "Each task&rsquo;s gradient is of a fixed batch (" examples \
	    " examples). A task that the model knows well has next to no " \
	    "gradient, and the defect of two such drowns in rounding; what " \
	    "error rounding alone would make stands beside.</p>"
	for (k = 1; k <= n; k++) {
		c = c_list[k]
		figure(dir, "order-ratio-" c " order-cosine-" c, \
		    "Norm, measured over predicted|Cosine of the two", \
		    "The order defect at " model_name(c) " against the step " \
		    "size. Medians over pairs of tasks and seeds; bars: " \
		    "their range. Dashed: the cosine with the predictions " \
		    "for other pairs of tasks, in magnitude.")
		by_step(c)
		m = split(steps, e_list, " ")
		matrix(c, e_list[1])
		if (m > 1)
			matrix(c, e_list[m])
	}
	commands(files)
}
