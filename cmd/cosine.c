/* cosine: cosines of vectors with reference vectors, or of all pairs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/basis.h"
#include "linalg/vec.h"

static const char *reference_path;
static int all_pairs;

static const struct opt options[] = {
	{ 'r', "reference", "file", OPT_INPUT, &reference_path,
	    "compare with each vector of file (else with the first vector)",
	    NULL, 0 },
	{ 'a', "all-pairs", NULL, OPT_FLAG, &all_pairs,
	    "compare each vector with all before it", NULL, 0 },
	OPT_END
};

static const char *const columns[] = {
	"record", "step", "task", "name", "reference", "cosine", "norm",
	"reference_norm", NULL
};

/* The vectors that others are compared with. */
static struct rows reference;
static double *reference_norm, *dots;

static double
norm(const double *v)
{
	struct err e = { .rc = RC_OK };
	double n;

	cmd_check(vec_norm_f64(&n, v, reference.layout->n, &e), &e);
	return n;
}

/* Takes x, in reference's room already, in. */
static void
add_reference(double x_norm)
{
	reference.n++;
	reference_norm = cmd_must(mem_grow(reference_norm, reference.n,
	    sizeof *reference_norm));
	dots = cmd_must(mem_grow(dots, reference.n, sizeof *dots));
	reference_norm[reference.n - 1] = x_norm;
}

static void
load_reference(void)
{
	struct ts_reader *in = cmd_open(reference_path);
	struct ts_record rec;
	double *v = NULL;
	float *x;

	while (cmd_next(in, &rec)) {
		rows_layout(&reference, in, &rec, "the reference");
		x = rows_read(&reference, in);
		if (v == NULL)
			v = cmd_must(mem_alloc(reference.layout->n,
			    sizeof *v));
		vec_from_f32(v, x, reference.layout->n);
		add_reference(norm(v));
	}
	if (reference.n == 0)
		die(RC_INPUT, "%s: holds no vectors", ts_reader_name(in));
	mem_free(v);
}

/* <v, w> / (norm(v) norm(w)); rounding must not take it past 1. */
static double
cosine(double dot, double v_norm, double w_norm)
{
	double c = dot / v_norm / w_norm;

	return v_norm > 0 && w_norm > 0 ? fmax(-1, fmin(1, c)) : NAN;
}

static void
put_rows(struct table *t, const struct ts_record *rec, const double *v,
    double v_norm)
{
	struct err e = { .rc = RC_OK };
	size_t i;

	cmd_check(mat_vec_f32(dots, reference.x, v, reference.n,
	    reference.layout->n, &e), &e);
	for (i = 0; i < reference.n; i++) {
		table_int(t, (int64_t)rec->record);
		table_label(t, &rec->labels, L_STEP);
		table_label(t, &rec->labels, L_TASK);
		table_label(t, &rec->labels, L_NAME);
		table_int(t, (int64_t)i);
		table_real(t, cosine(dots[i], v_norm, reference_norm[i]));
		table_real(t, v_norm);
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
	double *v = NULL, v_norm;
	float *x;

	cmd_begin(&tool, argc, argv);
	if (all_pairs && reference_path != NULL)
		opts_usage("--all-pairs takes no --reference");
	if (reference_path != NULL)
		load_reference();
	in = cmd_open(tool.operand[0]);
	cmd_check(ts_reader_start(in), ts_reader_err(in));
	t = cmd_table(columns);
	while (cmd_next(in, &rec)) {
		rows_layout(&reference, in, &rec, "the reference");
		x = rows_read(&reference, in);
		if (v == NULL)
			v = cmd_must(mem_alloc(reference.layout->n,
			    sizeof *v));
		vec_from_f32(v, x, reference.layout->n);
		v_norm = norm(v);
		if (reference.n == 0 && !all_pairs)	/* the first vector */
			add_reference(v_norm);
		put_rows(t, &rec, v, v_norm);
		if (all_pairs)
			add_reference(v_norm);
	}
	rows_free(&reference);
	mem_free(reference_norm);
	mem_free(dots);
	mem_free(v);
	return cmd_finish();
}
