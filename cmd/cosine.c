/* cosine: cosines of vectors with reference vectors, or of all pairs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/basis.h"
#include "cmd/memory.h"
#include "linalg/vec.h"

static const char *reference_path;
static int all_pairs, match;

static const struct opt options[] = {
	{ 'r', "reference", "file", OPT_INPUT, &reference_path,
	    "compare with each vector of file (else with the first vector)",
	    NULL, 0 },
	{ 'a', "all-pairs", NULL, OPT_FLAG, &all_pairs,
	    "compare each vector with all before it", NULL, 0 },
	{ 'm', "match", NULL, OPT_FLAG, &match,
	    "compare with references of the same tensors only", NULL, 0 },
	MEMORY_OPTION,
	OPT_END
};

static const char *const columns[] = {
	"record", "step", "task", "name", "reference", "cosine", "norm",
	"reference_norm", "delta", "site", "side", NULL
};

/* References of the same tensors, which others are compared with. */
struct kind {
	struct rows	 rows;
	size_t		*number;	/* among all references */
	double		*norm, *dots;
};

static struct kind *kinds;		/* one without --match */
static size_t n_kinds, n_references;
static int complete;			/* no more references will come */
static size_t held;			/* bytes of references, with --match */
static double *v;			/* the current vector */
static size_t v_room;			/* values that it has room for */
static size_t budget;			/* bytes for everything */

/* The references that a vector is compared with, or will be one of; without
 * --match there is one kind, which refuses other tensors. */
static struct kind *
kind_of(struct ts_reader *in, const struct ts_record *rec)
{
	struct layout *l;
	size_t i = 0;

	if (match) {
		l = cmd_must(layout_as_f32(rec->layout));
		while (i < n_kinds && !layout_equal(kinds[i].rows.layout, l))
			i++;
		layout_free(l);
	}
	if (i == n_kinds) {
		if (complete)
			die(RC_INPUT, "%s: record %zu: no reference has its "
			    "tensors", ts_reader_name(in), rec->record);
		kinds = cmd_must(mem_grow(kinds, ++n_kinds, sizeof *kinds));
		kinds[i] = (struct kind){ .norm = NULL };
		if (!match)
			rows_bound(&kinds[i].rows, budget / 2);
	}
	rows_layout(&kinds[i].rows, in, rec, "the reference");
	return &kinds[i];
}

/* Reads a vector to v and to the room of the next reference; its norm. */
static double
take(struct kind *k, struct ts_reader *in)
{
	size_t d = k->rows.layout->n;
	struct err e = { .rc = RC_OK };
	double norm;
	float *x = rows_read(&k->rows, in);

	if (v == NULL || d > v_room) {
		memory_require(d * sizeof *v, budget / 2,
		    "%s: a vector of %zu values", ts_reader_name(in), d);
		v = cmd_must(mem_grow(v, d, sizeof *v));
		v_room = d;
	}
	vec_from_f32(v, x, d);
	cmd_check(vec_norm_f64(&norm, v, d, &e), &e);
	return norm;
}

/* The current vector is a reference, too. */
static void
add_reference(struct kind *k, double norm, const char *from)
{
	size_t n = rows_n(&k->rows) + 1;

	held += k->rows.layout->n * sizeof(float);
	if (match)
		memory_require(held, budget / 2, "%s: %zu references", from,
		    n_references + 1);
	rows_add(&k->rows);
	k->number = cmd_must(mem_grow(k->number, n, sizeof *k->number));
	k->norm = cmd_must(mem_grow(k->norm, n, sizeof *k->norm));
	k->dots = cmd_must(mem_grow(k->dots, n, sizeof *k->dots));
	k->number[n - 1] = n_references++;
	k->norm[n - 1] = norm;
}

static void
load_reference(void)
{
	struct ts_reader *in = cmd_open(reference_path);
	struct ts_record rec;
	struct kind *k;

	while (cmd_next(in, &rec)) {
		k = kind_of(in, &rec);
		add_reference(k, take(k, in), ts_reader_name(in));
	}
	if (n_references == 0)
		die(RC_INPUT, "%s: holds no vectors", ts_reader_name(in));
	complete = 1;
}

/* <v, w> / (norm(v) norm(w)); rounding must not take it past 1. */
static double
cosine(double dot, double v_norm, double w_norm)
{
	double c = dot / v_norm / w_norm;

	return v_norm > 0 && w_norm > 0 ? fmax(-1, fmin(1, c)) : NAN;
}

static void
put_rows(struct table *t, struct kind *k, const struct ts_record *rec,
    double norm)
{
	size_t i, n = rows_n(&k->rows);
	struct mat_rows rows = rows_view(&k->rows, 0, n);
	struct err e = { .rc = RC_OK };

	cmd_check(mat_vec_f32(k->dots, &rows, v, &e), &e);
	for (i = 0; i < n; i++) {
		table_int(t, (int64_t)rec->record);
		table_label(t, &rec->labels, L_STEP);
		table_label(t, &rec->labels, L_TASK);
		table_label(t, &rec->labels, L_NAME);
		table_int(t, (int64_t)k->number[i]);
		table_real(t, cosine(k->dots[i], norm, k->norm[i]));
		table_real(t, norm);
		table_real(t, k->norm[i]);
		table_label(t, &rec->labels, L_DELTA);
		table_label(t, &rec->labels, L_SITE);
		table_label(t, &rec->labels, L_SIDE);
		cmd_end_row(t);
	}
}

static void
free_kinds(void)
{
	size_t i;

	for (i = 0; i < n_kinds; i++) {
		rows_free(&kinds[i].rows);
		mem_free(kinds[i].number);
		mem_free(kinds[i].norm);
		mem_free(kinds[i].dots);
	}
	mem_free(kinds);
}

int
main(int argc, char *argv[])
{
	struct tool tool = {
		.name = "cosine",
		.summary = "Tabulate cosines of vectors with references, or "
		    "of all pairs.",
		.operands = "[file]", .opts = options, .max_operands = 1,
	};
	struct ts_reader *in;
	struct ts_record rec;
	struct table *t;
	struct kind *k;
	double norm;

	cmd_begin(&tool, argc, argv);
	if (all_pairs && reference_path != NULL)
		opts_usage("--all-pairs takes no --reference");
	budget = memory_budget();
	if (reference_path != NULL)
		load_reference();
	in = cmd_open(tool.operand[0]);
	cmd_check(ts_reader_start(in), ts_reader_err(in));
	t = cmd_table(columns);
	while (cmd_next(in, &rec)) {
		k = kind_of(in, &rec);
		norm = take(k, in);
		/* the first */
		if (rows_n(&k->rows) == 0 && !all_pairs)
			add_reference(k, norm, ts_reader_name(in));
		put_rows(t, k, &rec, norm);
		if (all_pairs)
			add_reference(k, norm, ts_reader_name(in));
	}
	free_kinds();
	mem_free(v);
	return cmd_finish();
}
