/* project: the part of vectors in a subspace, or the rest, or coefficients. */
#include <string.h>

#include "cmd/basis.h"
#include "cmd/memory.h"
#include "linalg/vec.h"

enum { PROJECTION, RESIDUAL, COEFFICIENTS };

static const char *const modes[] = {
	"projection", "residual", "coefficients", NULL
};
static const char *const contents[] = {
	"projections", "residuals", "coefficients"
};
static const char *basis_path, *name;
static struct opt_sizes ranks;
static int mode;

static const struct opt options[] = {
	{ 'b', "basis", "file", OPT_INPUT, &basis_path,
	    "the basis to project on", NULL, 0 },
	{ 'm', "mode", "mode", OPT_CHOICE, &mode,
	    "projection, residual or coefficients", modes, 0 },
	{ 'r', "rank", "r,...", OPT_SIZES, &ranks,
	    "use the first r rows of the basis; one record for each r (all)",
	    NULL, 0 },
	{ 'n', "name", "text", OPT_STRING, &name,
	    "give the records this name", NULL, 0 },
	MEMORY_OPTION,
	OPT_END
};

static struct basis basis;
static float *x;		/* the vector, then what comes of it */
static double *v, *y;		/* the vector; its projection or residual */
static double *c;		/* its coefficients */

static void
prepare(void)
{
	size_t budget = memory_budget(), d, n;

	rows_bound(&basis.rows, budget / 2);
	basis_load(&basis, basis_path);
	d = basis.rows.layout->n;
	n = rows_n(&basis.rows);
	memory_require(d * (sizeof *x + sizeof *v + sizeof *y), budget / 2,
	    "%s: vectors of %zu values", basis_path, d);
	x = cmd_must(mem_alloc(d, sizeof *x));
	v = cmd_must(mem_alloc(d, sizeof *v));
	y = cmd_must(mem_alloc(d, sizeof *y));
	c = cmd_must(mem_alloc(n, sizeof *c));
	if (ranks.n == 0) {
		ranks.v = cmd_must(mem_alloc(1, sizeof *ranks.v));
		ranks.v[0] = n;
		ranks.n = 1;
	}
}

static void
put_coefficients(struct ts_writer *out, const struct ts_labels *l, size_t r)
{
	struct layout *one = cmd_must(layout_new());
	struct err e = { .rc = RC_OK };

	cmd_check(layout_add(one, "coefficients", DT_F32, 1, &r, &e), &e);
	vec_to_f32(x, c, r);
	cmd_put(out, one, l, x);
	layout_free(one);
}

/* y = U_r^T c, or v minus that. */
static void
put_part(struct ts_writer *out, const struct ts_labels *l, size_t r)
{
	struct mat_rows u = rows_view(&basis.rows, 0, r);
	struct err e = { .rc = RC_OK };
	size_t d = u.d;

	memset(y, 0, d * sizeof *y);
	cmd_check(mat_tvec_add_f32(y, &u, c, &e), &e);
	if (mode == RESIDUAL) {
		size_t i;

		for (i = 0; i < d; i++)
			y[i] = v[i] - y[i];
	}
	vec_to_f32(x, y, d);
	cmd_put(out, basis.rows.layout, l, x);
}

static void
project(struct ts_writer *out, struct ts_reader *in,
    const struct ts_record *rec)
{
	size_t i, r, n = rows_n(&basis.rows);
	struct mat_rows u = rows_view(&basis.rows, 0, n);
	struct err e = { .rc = RC_OK };
	struct ts_labels l;

	same_tensors(in, rec, basis.rows.layout, "the basis");
	labels_init(&l);
	if (labels_copy(&l, &rec->labels) != 0 ||
	    (name != NULL && labels_set_text(&l, L_NAME, name) != 0))
		die(RC_SYSTEM, "out of memory");
	cmd_read(in, x);
	vec_from_f32(v, x, u.d);
	cmd_check(mat_vec_f32(c, &u, v, &e), &e);
	for (i = 0; i < ranks.n; i++) {
		labels_set_int(&l, L_RANK, (int64_t)ranks.v[i]);
		r = ranks.v[i] < n ? ranks.v[i] : n;
		if (mode == COEFFICIENTS)
			put_coefficients(out, &l, r);
		else
			put_part(out, &l, r);
	}
	cmd_follow(out, in);
	labels_clear(&l);
}

int
main(int argc, char *argv[])
{
	struct tool tool = {
		.name = "project",
		.summary = "Write the part of vectors in the span of a basis, "
		    "or the rest, or\nthe coefficients.",
		.operands = "[file]", .opts = options, .max_operands = 1,
	};
	struct ts_reader *in;
	struct ts_writer *out;
	struct ts_record rec;

	cmd_begin(&tool, argc, argv);
	if (basis_path == NULL)
		opts_usage("--basis is missing");
	check_ranks(&ranks);
	prepare();
	in = cmd_open(tool.operand[0]);
	cmd_check(ts_reader_start(in), ts_reader_err(in));
	out = cmd_create(contents[mode],
	    mode == COEFFICIENTS ? NULL : basis.rows.layout);
	while (cmd_next(in, &rec))
		project(out, in, &rec);
	basis_free(&basis);
	mem_free(x);
	mem_free(v);
	mem_free(y);
	mem_free(c);
	return cmd_finish();
}
