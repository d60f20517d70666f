/* svd-basis: an orthonormal basis of what vectors span. */
#include <stdio.h>
#include <string.h>

#include "cmd/basis.h"
#include "cmd/memory.h"
#include "linalg/basis.h"
#include "linalg/vec.h"
#include "random/normal.h"

enum { SVD, PREFIX, RANDOM };

static const char *const methods[] = { "svd", "prefix", "random", NULL };
static size_t rank = 10, first;
static double energy;
static int centre, split, method;
static uint64_t seed;
static const char *by_name;

static const struct opt options[] = {
	{ 'r', "rank", "r", OPT_SIZE, &rank,
	    "rows of a basis (10; 0: one for every vector)", NULL, 0 },
	{ 'e', "energy", "fraction", OPT_REAL, &energy,
	    "instead: the fewest rows that hold this fraction of the energy",
	    NULL, 0 },
	{ 'c', "centre", NULL, OPT_FLAG, &centre,
	    "take the mean vector away first", NULL, 0 },
	{ 'm', "method", "method", OPT_CHOICE, &method,
	    "svd, prefix (Gram-Schmidt in order) or random", methods, 0 },
	{ 's', "seed", "seed", OPT_SEED, &seed,
	    "of the random rows (0)", NULL, 0 },
	{ 'b', "by", "label", OPT_STRING, &by_name,
	    "a basis for each run of records with equal label", NULL, 0 },
	{ 'H', "split-half", NULL, OPT_FLAG, &split,
	    "two bases a run, sides a and b, of its first and second half",
	    NULL, 0 },
	{ 'n', "first", "n", OPT_SIZE, &first,
	    "use only the first n records of a run (0: all)", NULL, 0 },
	MEMORY_OPTION,
	OPT_END
};

/* What is known of the vectors that one basis is made from. */
struct source {
	size_t		 first, n;	/* of the run */
	const char	*side;		/* NULL: the whole run */
};

static struct ts_writer *out;
static const char *input;		/* its name */
static enum label_key by;
static struct rows run;			/* the vectors of the current run */
static size_t budget;			/* bytes for everything */
static size_t run_n;			/* how many there are */
static struct ts_labels shared;		/* labels that they share */
static size_t n_bases;
static uint32_t n_draws;

static void
check_options(void)
{
	if (by_name != NULL && label_parse(&by, by_name,
	    strlen(by_name)) != 0)
		opts_usage("--by: '%s' is not a label", by_name);
	if (energy < 0 || energy > 1)
		opts_usage("--energy: %g is not between 0 and 1", energy);
	if (method != SVD && (energy > 0 || centre))
		opts_usage("--%s goes with --method=svd only",
		    centre ? "centre" : "energy");
	if (method == RANDOM)
		cmd_seed(seed);
}

/* Where the vectors of s come from, for messages: "FILE: step 5: side a". */
static const char *
origin(const struct source *s)
{
	static char text[1024];
	char value[LABEL_TEXT_MAX + 1];

	snprintf(text, sizeof text, "%s%s%s%s%s%s%s", input,
	    by_name ? ": " : "", by_name ? by_name : "", by_name ? " " : "",
	    by_name ? labels_string(value, sizeof value, &shared, by) : "",
	    s->side ? ": side " : "", s->side ? s->side : "");
	return text;
}

/* Rows of a basis as asked, when there are n vectors. */
static size_t
rows_asked(const struct source *s)
{
	size_t r = rank == 0 ? s->n : rank, most = s->n;
	const char *what = "vectors";

	if (method == RANDOM) {
		most = run.layout->n;
		what = "values in a vector";
	}
	if (r > most)
		die(RC_INPUT, "%s: rank %zu, but only %zu %s", origin(s), r,
		    most, what);
	return r;
}

static size_t
rows_found(const struct source *s, size_t asked, size_t found)
{
	if (found == 0)
		die(RC_INPUT, "%s: rank %zu, but all %zu vectors are %s",
		    origin(s), asked, s->n, centre ? "equal" : "zero");
	if (found < asked && rank > 0)
		warn("%s: rank %zu, but the %zu vectors span only %zu "
		    "dimensions", origin(s), asked, s->n, found);
	return found < asked ? found : asked;
}

/* Writes the rows v; s their singular values, or NULL. */
static void
write_basis(const struct source *src, struct spool *v, const double *s,
    double total)
{
	size_t i, r = spool_rows(v);
	struct err e = { .rc = RC_OK };
	struct ts_labels l;
	const float *row;

	if (out == NULL)
		out = cmd_create("basis", run.layout);
	labels_init(&l);
	for (i = 0; i < r; i++) {
		if (labels_copy(&l, &shared) != 0 ||
		    labels_set_text(&l, L_METHOD, methods[method]) != 0 ||
		    (src->side != NULL &&
		    labels_set_text(&l, L_SIDE, src->side) != 0))
			die(RC_SYSTEM, "out of memory");
		labels_set_int(&l, L_BASIS, (int64_t)n_bases);
		labels_set_int(&l, L_COMPONENT, (int64_t)i);
		labels_set_int(&l, L_RANK, (int64_t)r);
		if (s != NULL) {
			labels_set_real(&l, L_SINGULAR_VALUE, s[i]);
			labels_set_real(&l, L_TOTAL, total);
			labels_set_int(&l, L_VECTORS, (int64_t)src->n);
			labels_set_int(&l, L_CENTRED, centre != 0);
		} else
			labels_set_int(&l, L_SEED, (int64_t)seed);
		row = spool_row(v, i, &e);
		cmd_check(row == NULL ? -1 : 0, &e);
		cmd_put(out, run.layout, &l, row);
	}
	labels_clear(&l);
	cmd_flush(out);
}

/* What is left of `most', which is not none: that would be no bound. */
static size_t
less(size_t most, size_t bytes)
{
	return most > bytes ? most - bytes : 1;
}

/* The bytes that are left beside `bytes' and the vectors in memory. */
static size_t
left(size_t bytes)
{
	return less(budget, bytes + spool_resident(run.spool));
}

/* The vectors take at most half of the budget, and leave `bytes' of it. */
static void
make_room(size_t bytes)
{
	struct err e = { .rc = RC_OK };
	size_t most = less(budget, bytes);

	if (run.spool != NULL)
		cmd_check(spool_limit(run.spool, most < budget / 2 ? most :
		    budget / 2, &e), &e);
}

static void
by_svd(const struct source *s)
{
	size_t r = energy > 0 ? s->n : rows_asked(s);
	size_t gram = s->n * s->n * sizeof(double), room;
	struct err e = { .rc = RC_OK };
	struct mat_rows x;
	struct spool *v;
	struct svd svd;

	memory_require(svd_bytes(s->n), budget,
	    "%s: the Gram matrix of %zu vectors", origin(s), s->n);
	make_room(svd_bytes(s->n));
	x = mat_rows_spool(run.spool, s->first, s->n, left(gram));
	x.centred = centre;
	cmd_check(mat_svd_gram_f32(&svd, &x, &e), &e);
	r = energy > 0 ? svd_rank_energy(&svd, energy) : r;
	r = rows_found(s, r, svd_rank(&svd));
	room = left(2 * gram);		/* the coefficients are the second */
	v = cmd_must(spool_new(x.d, room / 2));
	x.memory = room / 2;
	cmd_check(spool_fill(v, r, &e), &e);
	cmd_check(mat_svd_rows_f32(v, &svd, &x, &e), &e);
	write_basis(s, v, svd.s, svd.total);
	svd_free(&svd);
	spool_free(v);
}

static void
by_prefix(const struct source *s)
{
	size_t i, d = run.layout->n, r = rows_asked(s), k = 0, room;
	double *x = cmd_must(mem_alloc(d, sizeof *x));
	double *norm = cmd_must(mem_alloc(r, sizeof *norm));
	double whole, total = 0;
	struct source used = *s;
	struct err e = { .rc = RC_OK };
	struct spool *q;
	int got;

	make_room(d * sizeof *x);
	room = left(d * sizeof *x);
	q = cmd_must(spool_new(d, room / 2));
	for (i = 0; i < s->n && k < r; i++) {
		vec_from_f32(x, rows_row(&run, s->first + i), d);
		cmd_check(vec_norm_f64(&whole, x, d, &e), &e);
		total += whole * whole;
		got = mat_extend_gram_schmidt_f32(q, &norm[k], x, room / 4,
		    &e);
		cmd_check(got, &e);
		k += (size_t)got;
	}
	used.n = i;
	rows_found(s, r, k);
	write_basis(&used, q, norm, total);
	spool_free(q);
	mem_free(x);
	mem_free(norm);
}

static void
by_chance(const struct source *s)
{
	size_t i, t, r = rows_asked(s);
	const struct layout *l = run.layout;
	struct err e = { .rc = RC_OK };
	struct spool *v = cmd_must(spool_new(l->n, budget / 2));
	float *row;

	memory_require(2 * r * r * sizeof(double), budget / 2,
	    "%s: the Gram matrix of %zu rows", origin(s), r);
	for (i = 0; i < r; i++, n_draws++) {
		row = spool_room(v, &e);
		cmd_check(row == NULL ? -1 : 0, &e);
		for (t = 0; t < l->n_tensors; t++) {
			struct random_key key = { seed,
			    random_name(l->t[t].name), n_draws };

			normal_fill_f32(row + l->t[t].offset, &key, 0,
			    l->t[t].n);
		}
		spool_add(v);
	}
	cmd_check(mat_orthonormalise_cholesky_f32(v, budget / 2, &e), &e);
	write_basis(s, v, NULL, 0);
	spool_free(v);
}

static void
make_basis(const struct source *s)
{
	static void (*const make[])(const struct source *) = {
		[SVD] = by_svd, [PREFIX] = by_prefix, [RANDOM] = by_chance
	};

	make[method](s);
}

/* Makes the basis, or both, of the run that is over. */
static void
finish_run(void)
{
	size_t half = run_n / 2;
	struct source s = { 0, run_n, NULL };

	if (run_n == 0)
		die(RC_INPUT, "%s: holds no vectors", input);
	if (split) {
		if (half == 0)
			die(RC_INPUT, "%s: 1 vector, but halves need 2",
			    origin(&s));
		s = (struct source){ 0, half, "a" };
		make_basis(&s);
		s = (struct source){ half, half, "b" };
	}
	make_basis(&s);
	n_bases++;
	run_n = 0;
	if (run.spool != NULL)
		spool_clear(run.spool);
	make_room(0);
	labels_clear(&shared);
}

static void
add_vector(struct ts_reader *in, const struct ts_record *rec)
{
	if (first > 0 && run_n == first)
		return;
	rows_layout(&run, in, rec, "the first record");
	share_labels(&shared, &rec->labels, run_n == 0);
	run_n++;
	if (method == RANDOM)		/* the layout is enough */
		return;
	rows_read(&run, in);
	rows_add(&run);
}

int
main(int argc, char *argv[])
{
	struct tool tool = {
		.name = "svd-basis",
		.summary = "Write an orthonormal basis of what vectors span: "
		    "by singular value\ndecomposition, of a prefix, or "
		    "random.",
		.operands = "[file]", .opts = options, .max_operands = 1,
	};
	struct ts_reader *in;
	struct ts_record rec;

	cmd_begin(&tool, argc, argv);
	check_options();
	budget = memory_budget();
	run.memory = budget / 2;
	in = cmd_open(tool.operand[0]);
	input = ts_reader_name(in);
	while (cmd_next(in, &rec)) {
		if (by_name != NULL && run_n > 0 &&
		    !labels_same(&shared, &rec.labels, by))
			finish_run();
		add_vector(in, &rec);
		cmd_progress("vectors", run_n, 0);
	}
	finish_run();
	rows_free(&run);
	return cmd_finish();
}
