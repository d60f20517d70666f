/* capture: how much of a vector lies in the span of a basis. */
#include <math.h>
#include <string.h>

#include "cmd/basis.h"
#include "cmd/memory.h"
#include "linalg/vec.h"

static struct opt_strings paths;
static struct opt_sizes ranks;
static int updates;

static const struct opt options[] = {
	{ 'b', "basis", "[name=]file", OPT_INPUTS, &paths,
	    "a basis; may be given many times", NULL, 0 },
	{ 'r', "rank", "r,...", OPT_SIZES, &ranks,
	    "use the first r rows of the basis; one row for each r (all)",
	    NULL, 0 },
	{ 'u', "updates", NULL, OPT_FLAG, &updates,
	    "the records are updates; the vector is their sum", NULL, 0 },
	MEMORY_OPTION,
	OPT_END
};

static const char *const columns[] = {
	"vector", "step", "task", "basis", "rank", "rows", "norm",
	"captured_energy", "captured_norm", "residual_energy", "m", "T",
	"null_m_over_T", "chance", "remaining_energy", NULL
};

struct named_basis {
	char		*name;
	struct basis	 basis;
	double		*c;		/* coefficients of a vector */
};

/* A vector, and what its rows of the table begin with. */
struct subject {
	double		*v;
	double		 norm;
	int64_t		 record;	/* -1: the sum */
	const struct ts_labels *labels;
};

/* That the sum of the first m updates is needed; record `at' of prefix_sums,
 * when as many came. */
struct prefix {
	size_t	 m;
	size_t	 at;
};

static struct named_basis *bases;
static const struct layout *layout;	/* that all have */
static struct prefix *prefixes;
static size_t n_prefixes, n_updates;
static struct spool *prefix_sums;	/* f64, two values for one */
static size_t budget;			/* bytes for everything */

/* The name before '=', or the file's base name up to its first dot. */
static void
load_basis(struct named_basis *b, const char *arg)
{
	const char *eq = strchr(arg, '='), *path = eq ? eq + 1 : arg;
	const char *slash = strrchr(path, '/');
	const char *base = eq ? arg : slash ? slash + 1 : path;
	char why[256];

	b->name = cmd_must(mem_strndup(base, eq ? (size_t)(eq - arg) :
	    strcspn(base, ".")));
	basis_load(&b->basis, path);
	b->c = cmd_must(mem_alloc(rows_n(&b->basis.rows), sizeof *b->c));
	if (layout == NULL)
		layout = b->basis.rows.layout;
	if (!layout_equal(b->basis.rows.layout, layout)) {
		layout_difference(why, sizeof why, b->basis.rows.layout,
		    layout, "the first basis");
		die(RC_INPUT, "%s: %s", path, why);
	}
}

/* They share half of the budget; what one leaves the next may take. */
static void
load_bases(void)
{
	size_t i, left = budget / 2, used;

	for (i = 0; i < paths.n; i++) {
		struct rows *rows = &bases[i].basis.rows;

		rows_bound(rows, left / (paths.n - i));
		load_basis(&bases[i], paths.v[i]);
		used = spool_resident(rows->spool);
		left = left > used ? left - used : 0;
	}
}

/* Fraction of v's energy in the first `rows` rows; NAN for a zero vector.
 * c holds the coefficients.  f32 rows may exceed 1 by their rounding. */
static double
energy(const double *c, size_t rows, double norm)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < rows; i++)
		sum += c[i] * c[i];
	return norm > 0 ? fmin(sum / (norm * norm), 1) : NAN;
}

static size_t
min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* What the rows hold of the displacement after the first m updates. */
static double
remaining_energy(const struct named_basis *b, const double *total, size_t m,
    size_t rows)
{
	struct mat_rows u = rows_view(&b->basis.rows, 0, rows);
	size_t i, d = layout->n;
	struct err e = { .rc = RC_OK };
	double *rest, *c, norm, got;
	const float *sum;

	if (m >= n_updates)
		return NAN;
	rest = cmd_must(mem_alloc(d, sizeof *rest));
	c = cmd_must(mem_alloc(rows, sizeof *c));
	memcpy(rest, total, d * sizeof *rest);
	for (i = 0; i < n_prefixes; i++)
		if (prefixes[i].m == m) {
			sum = spool_row(prefix_sums, prefixes[i].at, &e);
			cmd_check(sum == NULL ? -1 : 0, &e);
			vec_add_f64(rest, (const double *)(const void *)sum,
			    -1, d);
		}
	cmd_check(mat_vec_f32(c, &u, rest, &e), &e);
	cmd_check(vec_norm_f64(&norm, rest, d, &e), &e);
	got = energy(c, rows, norm);
	mem_free(rest);
	mem_free(c);
	return got;
}

static void
put_row(struct table *t, const struct subject *s, const struct named_basis *b,
    size_t rank)
{
	size_t rows = min(rank, rows_n(&b->basis.rows)), m = min(rank, n_updates);
	double got = energy(b->c, rows, s->norm);

	if (s->record < 0)
		table_text(t, "sum");
	else
		table_int(t, s->record);
	table_label(t, s->labels, L_STEP);
	table_label(t, s->labels, L_TASK);
	table_text(t, b->name);
	table_int(t, (int64_t)rank);
	table_int(t, (int64_t)rows);
	table_real(t, s->norm);
	table_real(t, got);
	table_real(t, sqrt(got));
	table_real(t, 1 - got);
	if (updates) {
		table_int(t, (int64_t)m);
		table_int(t, (int64_t)n_updates);
		table_real(t, (double)m / (double)n_updates);
	} else {
		table_na(t);
		table_na(t);
		table_na(t);
	}
	table_real(t, (double)rows / (double)layout->n);
	table_real(t, updates ? remaining_energy(b, s->v, m, rows) : NAN);
	cmd_end_row(t);
}

static void
put_subject(struct table *t, struct subject *s)
{
	struct err e = { .rc = RC_OK };
	size_t i, k;

	cmd_check(vec_norm_f64(&s->norm, s->v, layout->n, &e), &e);
	for (i = 0; i < paths.n; i++) {
		struct named_basis *b = &bases[i];
		size_t n = rows_n(&b->basis.rows);
		struct mat_rows u = rows_view(&b->basis.rows, 0, n);

		cmd_check(mat_vec_f32(b->c, &u, s->v, &e), &e);
		for (k = 0; k < ranks.n; k++)
			put_row(t, s, b, ranks.v[k]);
		if (ranks.n == 0)
			put_row(t, s, b, n);
	}
}

/* A sum of the first m updates will be needed. */
static void
want_prefix(size_t m)
{
	size_t i;

	for (i = 0; i < n_prefixes; i++)
		if (prefixes[i].m == m)
			return;
	prefixes = cmd_must(mem_grow(prefixes, n_prefixes + 1,
	    sizeof *prefixes));
	prefixes[n_prefixes++] = (struct prefix){ .m = m };
}

static void
want_prefixes(void)
{
	size_t i;

	for (i = 0; i < ranks.n; i++)
		want_prefix(ranks.v[i]);
	for (i = 0; ranks.n == 0 && i < paths.n; i++)
		want_prefix(rows_n(&bases[i].basis.rows));
}

/* Keeps the sum so far, of n_updates, where it is a prefix. */
static void
keep_prefix(const double *sum)
{
	struct err e = { .rc = RC_OK };
	size_t i;
	float *x;

	for (i = 0; i < n_prefixes && prefixes[i].m != n_updates; i++)
		;
	if (i == n_prefixes)
		return;
	x = spool_room(prefix_sums, &e);
	cmd_check(x == NULL ? -1 : 0, &e);
	memcpy(x, sum, layout->n * sizeof *sum);
	prefixes[i].at = spool_rows(prefix_sums);
	spool_add(prefix_sums);
}

/* A f32 vector and n of f64 are needed beside the bases. */
static void
require_vectors(const char *name, size_t n)
{
	memory_require(layout->n * (sizeof(float) + n * sizeof(double)),
	    budget / 4, "%s: vectors of %zu values", name, layout->n);
}

static void
capture_updates(struct table *t, struct ts_reader *in)
{
	float *x = cmd_must(mem_alloc(layout->n, sizeof *x));
	struct ts_labels labels = { .set = 0 };
	struct subject s = { .record = -1, .labels = &labels };
	struct ts_record rec;

	require_vectors(ts_reader_name(in), 2);
	prefix_sums = cmd_must(spool_new(2 * layout->n, budget / 4));
	want_prefixes();
	s.v = cmd_must(mem_zalloc(layout->n, sizeof *s.v));
	while (cmd_next(in, &rec)) {
		same_tensors(in, &rec, layout, "the basis");
		share_labels(&labels, &rec.labels, n_updates == 0);
		cmd_read(in, x);
		vec_add_f32(s.v, x, 1, layout->n);
		n_updates++;
		keep_prefix(s.v);
	}
	if (n_updates == 0)
		die(RC_INPUT, "%s: holds no updates", ts_reader_name(in));
	put_subject(t, &s);
	spool_free(prefix_sums);
	mem_free(prefixes);
	mem_free(s.v);
	mem_free(x);
	labels_clear(&labels);
}

static void
capture_each(struct table *t, struct ts_reader *in)
{
	float *x = cmd_must(mem_alloc(layout->n, sizeof *x));
	struct subject s;
	struct ts_record rec;

	require_vectors(ts_reader_name(in), 1);
	s.v = cmd_must(mem_alloc(layout->n, sizeof *s.v));
	while (cmd_next(in, &rec)) {
		same_tensors(in, &rec, layout, "the basis");
		cmd_read(in, x);
		vec_from_f32(s.v, x, layout->n);
		s.record = (int64_t)rec.record;
		s.labels = &rec.labels;
		put_subject(t, &s);
	}
	mem_free(s.v);
	mem_free(x);
}

int
main(int argc, char *argv[])
{
	struct tool tool = {
		.name = "capture",
		.summary = "Tabulate how much of each vector lies in the span "
		    "of each basis.",
		.operands = "[file]", .opts = options, .max_operands = 1,
	};
	struct ts_reader *in;
	struct table *t;
	size_t i;

	cmd_begin(&tool, argc, argv);
	if (paths.n == 0)
		opts_usage("--basis is missing");
	check_ranks(&ranks);
	bases = cmd_must(mem_zalloc(paths.n, sizeof *bases));
	budget = memory_budget();
	load_bases();
	in = cmd_open(tool.operand[0]);
	cmd_check(ts_reader_start(in), ts_reader_err(in));
	t = cmd_table(columns);
	(updates ? capture_updates : capture_each)(t, in);
	for (i = 0; i < paths.n; i++) {
		basis_free(&bases[i].basis);
		mem_free(bases[i].name);
		mem_free(bases[i].c);
	}
	mem_free(bases);
	return cmd_finish();
}
