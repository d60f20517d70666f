/* cosine: cosines of vectors with reference vectors, or of all pairs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/basis.h"
#include "cmd/memory.h"
#include "linalg/vec.h"

static const char *reference_path;
static int all_pairs;

static const struct opt options[] = {
	{ 'r', "reference", "file", OPT_INPUT, &reference_path,
	    "compare with each vector of file (else with the first vector)",
	    NULL, 0 },
	{ 'a', "all-pairs", NULL, OPT_FLAG, &all_pairs,
	    "compare each vector with all before it", NULL, 0 },
	MEMORY_OPTION,
	OPT_END
};

static const char *const columns[] = {
	"record", "step", "task", "name", "reference", "cosine", "norm",
	"reference_norm", NULL
};

/* The vectors that others are compared with. */
static struct rows reference;
static double *reference_norm, *dots;
static double *v;			/* the current vector */
static size_t budget;			/* bytes for everything */

/* Reads a vector to v and to the room of the next reference; its norm. */
static double
take(struct ts_reader *in, const struct ts_record *rec)
{
	size_t d;
	struct err e = { .rc = RC_OK };
	double norm;
	float *x;

	rows_layout(&reference, in, rec, "the reference");
	d = reference.layout->n;
	x = rows_read(&reference, in);
	if (v == NULL) {
		memory_require(d * sizeof *v, budget / 2,
		    "%s: a vector of %zu values", ts_reader_name(in), d);
		v = cmd_must(mem_alloc(d, sizeof *v));
	}
	vec_from_f32(v, x, d);
	cmd_check(vec_norm_f64(&norm, v, d, &e), &e);
	return norm;
}

/* The current vector is a reference, too. */
static void
add_reference(double x_norm)
{
	size_t n = rows_n(&reference) + 1;

	rows_add(&reference);
	reference_norm = cmd_must(mem_grow(reference_norm, n,
	    sizeof *reference_norm));
	dots = cmd_must(mem_grow(dots, n, sizeof *dots));
	reference_norm[n - 1] = x_norm;
}

static void
load_reference(void)
{
	struct ts_reader *in = cmd_open(reference_path);
	struct ts_record rec;

	while (cmd_next(in, &rec))
		add_reference(take(in, &rec));
	if (rows_n(&reference) == 0)
		die(RC_INPUT, "%s: holds no vectors", ts_reader_name(in));
}

/* <v, w> / (norm(v) norm(w)); rounding must not take it past 1. */
static double
cosine(double dot, double v_norm, double w_norm)
{
	double c = dot / v_norm / w_norm;

	return v_norm > 0 && w_norm > 0 ? fmax(-1, fmin(1, c)) : NAN;
}

static void
put_rows(struct table *t, const struct ts_record *rec, double norm)
{
	size_t i, n = rows_n(&reference);
	struct mat_rows rows = rows_view(&reference, 0, n);
	struct err e = { .rc = RC_OK };

	cmd_check(mat_vec_f32(dots, &rows, v, &e), &e);
	for (i = 0; i < n; i++) {
		table_int(t, (int64_t)rec->record);
		table_label(t, &rec->labels, L_STEP);
		table_label(t, &rec->labels, L_TASK);
		table_label(t, &rec->labels, L_NAME);
		table_int(t, (int64_t)i);
		table_real(t, cosine(dots[i], norm, reference_norm[i]));
		table_real(t, norm);
		table_real(t, reference_norm[i]);
		cmd_end_row(t);
	}
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
	double norm;

	cmd_begin(&tool, argc, argv);
	if (all_pairs && reference_path != NULL)
		opts_usage("--all-pairs takes no --reference");
	budget = memory_budget();
	rows_bound(&reference, budget / 2);
	if (reference_path != NULL)
		load_reference();
	in = cmd_open(tool.operand[0]);
	cmd_check(ts_reader_start(in), ts_reader_err(in));
	t = cmd_table(columns);
	while (cmd_next(in, &rec)) {
		norm = take(in, &rec);
		if (rows_n(&reference) == 0 && !all_pairs)	/* the first */
			add_reference(norm);
		put_rows(t, &rec, norm);
		if (all_pairs)
			add_reference(norm);
	}
	rows_free(&reference);
	mem_free(reference_norm);
	mem_free(dots);
	mem_free(v);
	return cmd_finish();
}
