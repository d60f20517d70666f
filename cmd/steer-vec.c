/* steer-vec: steering vectors from labelled activations, one a site. */
#include <string.h>

#include "cmd/memory.h"
#include "cmd/sides.h"
#include "linalg/basis.h"
#include "linalg/logistic.h"
#include "linalg/vec.h"

enum method { MEAN_DIFFERENCE, PCA, LOGISTIC, SHIFT };

/* Means that differ by less are equal: what is left is their rounding. */
static const double EQUAL_RTOL = 1e-12;

static const char *const methods[] = { "mean-difference", "pca", "logistic",
	"shift", NULL };

static const char *site;
static double l2 = 0.01;
static int method, centre, pool;

static const struct opt options[] = {
	{ 'm', "method", "name", OPT_CHOICE, &method,
	    "mean-difference, pca, logistic or shift (mean-difference)",
	    methods, 0 },
	{ 'S', "site", "glob", OPT_STRING, &site,
	    "only the sites whose names match", NULL, 0 },
	{ 0, "pool", NULL, OPT_FLAG, &pool,
	    "join the tasks: one vector a site for all of them", NULL, 0 },
	{ 0, "centre", NULL, OPT_FLAG, &centre,
	    "pca: take the mean difference away first", NULL, 0 },
	{ 0, "l2", "x", OPT_REAL, &l2,
	    "logistic: weight of half the squared norm (0.01)", NULL, 0 },
	MEMORY_OPTION,
	OPT_END
};

/* A run. */
struct steer {
	struct sides	 sides;
	struct ts_reader *in;
	size_t		 work;		/* bytes for products */
	double		*v;		/* the vector in the making */
	float		*x;		/* the same */
};

/* v = the mean of a side minus that of another, which may be another
 * group's; 0 where they are equal but for rounding, and then returns 0. */
static int
mean_difference(struct steer *s, const struct sides_group *a,
    const struct sides_group *b, enum side side)
{
	double scale = 0, norm = 0, mean;
	size_t d = a->layout->n, i;

	for (i = 0; i < d; i++) {
		mean = a->sum[POSITIVE][i] / a->n[POSITIVE];
		s->v[i] = mean - b->sum[side][i] / b->n[side];
		norm += s->v[i] * s->v[i];
		scale += mean * mean;
	}
	if (norm > EQUAL_RTOL * EQUAL_RTOL * scale)
		return 1;
	memset(s->v, 0, d * sizeof *s->v);
	return 0;
}

/* v = the first right singular vector of the pairs' differences, on the side
 * of v. */
static void
principal(struct steer *s, const struct sides_group *g)
{
	size_t d = g->layout->n, n = spool_rows(g->rows), i;
	struct mat_rows rows = mat_rows_spool(g->rows, 0, n, s->work);
	struct err e = { .rc = RC_OK };
	struct svd svd = { .n = 0 };
	struct spool *vt;
	double along = 0;
	const float *u;

	memory_require(svd_bytes(n), s->work, "%s: %s: %zu pairs",
	    ts_reader_name(s->in), g->layout->t[0].name, n);
	rows.centred = centre;
	cmd_check(mat_svd_gram_f32(&svd, &rows, &e), &e);
	if (svd_rank(&svd) == 0)
		memset(s->v, 0, d * sizeof *s->v);
	else {
		vt = cmd_must(spool_new(d, 0));
		cmd_check(spool_fill(vt, 1, &e), &e);
		cmd_check(mat_svd_rows_f32(vt, &svd, &rows, &e), &e);
		u = spool_data(vt);
		for (i = 0; i < d; i++)
			along += s->v[i] * (double)u[i];
		for (i = 0; i < d; i++)
			s->v[i] = along < 0 ? -(double)u[i] : (double)u[i];
		spool_free(vt);
	}
	svd_free(&svd);
}

/* v = w / norm(w) */
static void
regress(struct steer *s, const struct sides_group *g)
{
	size_t d = g->layout->n, i;
	struct mat_rows rows = mat_rows_spool(g->rows, 0,
	    spool_rows(g->rows), s->work);
	struct err e = { .rc = RC_OK };
	double b, gradient, norm;

	if (logistic_fit_f32(s->v, &b, &gradient, &rows, g->y, l2, &e) < 0 ||
	    vec_norm_f64(&norm, s->v, d, &e) < 0) {
		err_prefix(&e, g->layout->t[0].name);
		err_prefix(&e, ts_reader_name(s->in));
		die_err(&e);
	}
	for (i = 0; i < d; i++)
		s->v[i] /= norm;
}

/* v, of a group; 0 where it is only a base. */
static int
make_vector(struct steer *s, const struct sides_group *g)
{
	if (method == SHIFT) {
		if (!labels_has(&g->labels, L_DELTA))
			return 0;
		mean_difference(s, g, sides_base(&s->sides, g, s->in),
		    POSITIVE);
		return 1;
	}
	sides_check(g, s->in);
	if (mean_difference(s, g, g, NEGATIVE) && method == LOGISTIC)
		regress(s, g);
	if (method == PCA)
		principal(s, g);
	return 1;
}

static void
put(struct steer *s, struct ts_writer *out, struct sides_group *g,
    int64_t index)
{
	struct ts_labels *l = &g->labels;
	struct err e = { .rc = RC_OK };
	size_t d = g->layout->n;
	double norm;

	labels_unset(l, L_EXAMPLE);
	labels_unset(l, L_PAIR);
	cmd_check(vec_norm_f64(&norm, s->v, d, &e), &e);
	labels_set_int(l, L_INDEX, index);
	labels_set_int(l, L_VECTORS, (int64_t)(g->n[POSITIVE] +
	    g->n[NEGATIVE]));
	labels_set_real(l, L_NORM, norm);
	if (method == PCA)
		labels_set_int(l, L_CENTRED, centre);
	if (labels_set_text(l, L_SITE, g->layout->t[0].name) != 0 ||
	    labels_set_text(l, L_METHOD, methods[method]) != 0)
		die(RC_SYSTEM, "out of memory");
	vec_to_f32(s->x, s->v, d);
	cmd_put(out, g->layout, l, s->x);
	cmd_flush(out);
}

static void
put_all(struct steer *s)
{
	struct ts_writer *out = cmd_create("steering", NULL);
	size_t i, d = 0;
	int64_t index = 0;

	for (i = 0; i < s->sides.n; i++)
		if (s->sides.group[i].layout->n > d)
			d = s->sides.group[i].layout->n;
	s->v = cmd_must(mem_alloc(d, sizeof *s->v));
	s->x = cmd_must(mem_alloc(d, sizeof *s->x));
	for (i = 0; i < s->sides.n; i++)
		if (make_vector(s, &s->sides.group[i]))
			put(s, out, &s->sides.group[i], index++);
	if (index == 0)
		die(RC_INPUT, "%s: no activations%s", ts_reader_name(s->in),
		    s->sides.n > 0 ? " at a delta" :
		    site != NULL ? " at such a site" : "");
}

int
main(int argc, char *argv[])
{
	static const enum sides_keep keep[] = {
		[MEAN_DIFFERENCE] = KEEP_SUMS, [PCA] = KEEP_PAIRS,
		[LOGISTIC] = KEEP_ROWS, [SHIFT] = KEEP_SUMS
	};
	struct tool tool = {
		.name = "steer-vec",
		.summary = "Steering vectors from labelled activations, one a "
		    "site.",
		.operands = "[file]", .opts = options, .max_operands = 1,
	};
	struct steer s = { .v = NULL };
	struct ts_record rec;

	cmd_begin(&tool, argc, argv);
	if (!(l2 > 0))
		opts_usage("--l2: %g is not positive", l2);
	if (centre && method != PCA)
		opts_usage("--centre is for --method pca");
	s.work = memory_budget() / 2;
	s.sides = (struct sides){ .keep = keep[method], .pool = pool,
	    .apart = method == SHIFT, .site = site, .memory = s.work };
	s.in = cmd_open(tool.operand[0]);
	while (cmd_next(s.in, &rec))
		sides_take(&s.sides, s.in, &rec);
	put_all(&s);
	sides_free(&s.sides);
	mem_free(s.v);
	mem_free(s.x);
	return cmd_finish();
}
