# rank.awk: the rank of the gradients.  Reads rank.tsv and overlap.tsv.
# Variables: dir, tasks, a, rank, checkpoints, controls, overlap_at, files.
FNR == 1 { header(); file++; next }
file == 1 && get("rank") == rank && get("task") == a {
	i = get("checkpoint") SUBSEP get("control") SUBSEP get("centred")
	collect(i SUBSEP "e", get("explained_energy"))
	collect(i SUBSEP "s", get("stable_rank"))
	collect(i SUBSEP "h", get("entropy_rank"))
	vectors = get("vectors")
}
file == 1 && get("rank") == rank && get("centred") == 0 {
	collect("all" SUBSEP get("checkpoint") SUBSEP get("task") SUBSEP \
	    get("control"), get("explained_energy"))
}
file == 2 {
	i = get("task_s") SUBSEP get("task_t")
	collect(i SUBSEP "ratio", get("ratio"))
	collect(i SUBSEP "raw", get("overlap"))
}
function measures(    n, m, c, k, i, j, z, key)
{
	n = split(checkpoints, c, " ")
	m = split(controls, k, " ")
	table_open("Rank measures of " vectors " minibatch gradients of " a \
	    ": median over the seeds, with the range. Explained energy is " \
	    "that of the first " rank " components", \
	    "Checkpoint|Rows|Their mean|Explained energy|" \
	    "Stable rank|Entropy rank")
	for (i = 1; i <= n; i++)
		for (j = 1; j <= m; j++)
			for (z = 0; z <= 1; z++) {
				key = c[i] SUBSEP k[j] SUBSEP z
				row(model_name(c[i]) "|" control_name(k[j]) \
				    "|" (z ? "taken away" : "kept") "|" \
				    spread(key SUBSEP "e") "|" \
				    spread(key SUBSEP "s") "|" \
				    spread(key SUBSEP "h"),
				    j == 1 && z == 0 ? "first" : "")
			}
	table_close()
}
function by_task(    n, m, c, k, t, p, i, j, l, cells, heads)
{
	n = split(checkpoints_all, c, " ")
	m = split(controls, k, " ")
	p = split(tasks, t, " ")
	heads = "Task"
	for (i = 1; i <= n; i++)
		for (j = 1; j <= m; j++)
			heads = heads "|" model_name(c[i]) ", " \
			    control_name(k[j])
	table_open("Explained energy at rank " rank ", uncentred, of every " \
	    "task: median over the seeds, with the range", heads)
	for (l = 1; l <= p; l++) {
		cells = t[l]
		for (i = 1; i <= n; i++)
			for (j = 1; j <= m; j++)
				cells = cells "|" spread("all" SUBSEP c[i] \
				    SUBSEP t[l] SUBSEP k[j])
		row(cells)
	}
	table_close()
}
function matrix(    n, t, i, j, key, r, cells, shade)
{
	n = split(tasks, t, " ")
	matrix_open("Overlap of the tasks&rsquo; gradient bases of rank " \
	    rank " at " model_name(overlap_at) ": over the split-half " \
	    "ceiling, and raw in small type (medians over the seeds)", tasks)
	for (i = 1; i <= n; i++) {
		printf "<tr><th scope=row>%s</th>", t[i]
		for (j = 1; j <= n; j++) {
			key = t[i] SUBSEP t[j] SUBSEP
			r = median(key "ratio")
			shade = r < 0 ? 0 : r > 1 ? 1 : r
			printf "<td style=\"background:rgba(0,114,178,%.2f)" \
			    "%s\">%s<br><small>%s</small></td>", shade,
			    (shade > 0.6 ? ";color:#fff" : ""), number(r),
			    number(median(key "raw"))
		}
		print "</tr>"
	}
	table_close()
}
END {
	print "<h2>Rank: how many dimensions the gradients fill (C1)</h2>"
	figure(dir, "spectra-theta-0 spectra-theta-F", \
	    "At &theta;<sub>0</sub>|At &theta;<sub>F</sub>", \
	    "Spectra of the minibatch gradients of " a " and of the two " \
	    "noise controls: fraction of the energy in each component. " \
	    "Solid: uncentred; dashed: their mean taken away. Medians over " \
	    "the seeds.")
	measures()
	by_task()
	matrix()
	commands(files)
}
