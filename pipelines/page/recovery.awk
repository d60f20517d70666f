# recovery.awk: which subspace holds the recovery.  Reads recovery.tsv.
# Variables: dir, optimizers, rank, files.
FNR == 1 { header(); next }
get("rank") == rank || get("rank") == "NA" {
	o = get("optimizer")
	b = get("basis")
	if (!((o, b) in seen))
		order[o, ++n_bases[o]] = b
	seen[o, b] = 1
	i = o SUBSEP b SUBSEP
	collect(i "captured", get("captured_energy"))
	collect(i "norm", get("captured_norm"))
	collect(i "remaining", get("remaining_energy"))
	collect(i "chance", get("chance"))
	collect(i "accuracy", get("functional_accuracy"))
	collect(i "loss", get("functional_loss"))
	if (b == "prefix")
		collect(o SUBSEP "null", get("null_m_over_T"))
	if (b == "full")
		collect(o SUBSEP "length", get("norm"))
	if (get("m") != "NA")
		m_T[o] = get("m") "/" get("T")
}
function table(o,    k, i)
{
	table_open(long_name(o) ", rank " rank ": median over the seeds, " \
	    "with the range. Null for a prefix, m/T: " m_T[o] " = " \
	    number(median(o SUBSEP "null")) ". Length of the displacement: " \
	    spread(o SUBSEP "length"), \
	    "Basis|Captured energy|Captured norm|Of the remaining " \
	    "displacement|Chance (rows/D)|Exact match|Loss")
	for (k = 1; k <= n_bases[o]; k++) {
		i = o SUBSEP order[o, k] SUBSEP
		row(order[o, k] "|" spread(i "captured") "|" \
		    spread(i "norm") "|" spread(i "remaining") "|" \
		    number(median(i "chance")) "|" spread(i "accuracy") "|" \
		    spread(i "loss"), order[o, k] == "prefix" ? "first" : "")
	}
	table_close()
}
END {
	n = split(optimizers, o_list, " ")
	print "<h2>Recovery: which subspace holds it (C2, C4)</h2>"
	print "<p>The displacement is &theta;<sub>T</sub> &minus; " \
	    "&theta;<sub>F</sub>. Bases: <b>static</b>, gradients of the " \
	    "lost task at &theta;<sub>0</sub>; <b>local</b>, the same at " \
	    "&theta;<sub>F</sub>; <b>other-task</b>, gradients at " \
	    "&theta;<sub>F</sub> of the task that displaced it; " \
	    "<b>task-vector</b>, &theta;<sub>0</sub> &minus; " \
	    "&theta;<sub>F</sub>, one row; <b>random</b>; <b>prefix</b>, the " \
	    "first r updates; <b>prefix-other-order</b>, the first r " \
	    "updates of a recovery on another order of the data; " \
	    "<b>oracle</b>, the singular vectors of the whole trajectory.</p>"
	figures(dir, "capture", optimizers, "Energy of the displacement " \
	    "that a basis captures, against its rank. Medians over the " \
	    "seeds; bars: their range.")
	figures(dir, "function", optimizers, "Functional recovery: exact " \
	    "match on held-out items at &theta;<sub>F</sub> plus the " \
	    "projection of the displacement. Dotted: the whole " \
	    "displacement; dash-dotted: none of it.")
	for (i = 1; i <= n; i++)
		table(o_list[i])
	commands(files)
}
