/* drift: how far a subspace has turned, against the split-half ceiling. */
#include <math.h>
#include <string.h>

#include "cmd/basis.h"
#include "cmd/memory.h"
#include "linalg/angles.h"
#include "linalg/basis.h"

enum { FIRST, PREVIOUS, BOTH };

static const char *const choices[] = { "first", "previous", "both", NULL };
static size_t window = 10, rank;
static int against = BOTH;

static const struct opt options[] = {
	{ 'w', "window", "n", OPT_SIZE, &window,
	    "vectors of a window, when the input is no basis (10)", NULL, 0 },
	{ 'r', "rank", "r", OPT_SIZE, &rank,
	    "compare the first r rows (0: all)", NULL, 0 },
	{ 'a', "against", "which", OPT_CHOICE, &against,
	    "the first subspace, the previous one or both", choices, 0 },
	MEMORY_OPTION,
	OPT_END
};

static const char *const columns[] = {
	"basis_s", "basis_t", "step_s", "step_t", "against", "rank",
	"overlap", "ceiling_s", "ceiling_t", "ratio", "angle_min",
	"angle_median", "angle_max", NULL
};

static size_t budget;			/* bytes for everything */
static size_t sources = 1;		/* 2: two files */

/* One subspace, estimated once (a alone) or from two halves. */
struct place {
	size_t		 at;		/* which one of its stream, from 0 */
	int		 halves;
	struct basis	 a, b;
};

/* The places of a stream, of bases or of vectors. */
struct source {
	struct basis_reader r;
	size_t		 n;		/* places so far */
	int		 vectors;	/* not bases */
	struct rows	 rows;		/* the window */
};

static void
place_free(struct place *p)
{
	basis_free(&p->a);
	basis_free(&p->b);
}

static void
source_open(struct source *s, const char *path)
{
	memset(s, 0, sizeof *s);
	s->rows.memory = budget / 4 / sources;
	s->rows.work = budget / 8;
	s->r.in = cmd_open(path);
	cmd_check(ts_reader_start(s->r.in), ts_reader_err(s->r.in));
	s->vectors = strcmp(ts_reader_content(s->r.in), "basis") != 0;
}

static int
has_side(const struct basis *b, const char *side)
{
	return labels_has(&b->labels, L_SIDE) &&
	    strcmp(b->labels.v[L_SIDE].s, side) == 0;
}

static int
next_of_bases(struct source *s, struct place *p)
{
	if (!basis_next(&s->r, &p->a))
		return 0;
	p->halves = has_side(&p->a, "a");
	if (p->halves && (!basis_next(&s->r, &p->b) || !has_side(&p->b, "b")))
		die(RC_INPUT, "%s: basis %zu: side a, but no side b after it",
		    ts_reader_name(s->r.in), s->n);
	return 1;
}

/* The basis of n rows of a window, half of it. */
static void
basis_of(struct basis *b, const struct source *s, size_t first, size_t n,
    const char *side)
{
	struct mat_rows rows = rows_view(&s->rows, first, n);
	struct err e = { .rc = RC_OK };
	struct svd svd;
	size_t r;

	memory_require(svd_bytes(n), budget / 8,
	    "%s: the Gram matrix of %zu vectors", ts_reader_name(s->r.in), n);
	cmd_check(mat_svd_gram_f32(&svd, &rows, &e), &e);
	r = svd_rank(&svd);
	if (r == 0)
		die(RC_INPUT, "%s: window %zu: all %zu vectors of side %s are "
		    "zero", ts_reader_name(s->r.in), s->n, n, side);
	if (rank > 0 && rank < r)
		r = rank;
	b->rows.layout = cmd_must(layout_copy(s->rows.layout));
	b->rows.spool = cmd_must(spool_new(rows.d, b->rows.memory));
	cmd_check(spool_fill(b->rows.spool, r, &e), &e);
	cmd_check(mat_svd_rows_f32(b->rows.spool, &svd, &rows, &e), &e);
	svd_free(&svd);
}

/* A window's step is that of its last vector. */
static int
next_of_vectors(struct source *s, struct place *p)
{
	struct ts_record *rec = &s->r.rec;
	size_t half = window / 2;

	if (s->rows.spool != NULL)
		spool_clear(s->rows.spool);
	while (rows_n(&s->rows) < window) {
		if (!cmd_next(s->r.in, rec))
			return 0;
		rows_layout(&s->rows, s->r.in, rec, "the first record");
		rows_read(&s->rows, s->r.in);
		rows_add(&s->rows);
	}
	share_labels(&p->a.labels, &rec->labels, 1);
	basis_of(&p->a, s, 0, half, "a");
	basis_of(&p->b, s, half, half, "b");
	p->halves = 1;
	return 1;
}

/* The next place: 1, or 0 at the end. */
static int
source_next(struct source *s, struct place *p)
{
	/* of one source, three places of two bases are held; of two, four */
	size_t share = budget / (sources == 1 ? 12 : 16);

	memset(p, 0, sizeof *p);
	p->a.rows.memory = p->b.rows.memory = share;
	p->a.rows.work = p->b.rows.work = budget / 8;
	p->at = s->n;
	if (!(s->vectors ? next_of_vectors : next_of_bases)(s, p))
		return 0;
	s->n++;
	return 1;
}

static struct mat_rows
leading(const struct basis *b, size_t r)
{
	return rows_view(&b->rows, 0, r);
}

static double
overlap(const struct basis *u, const struct basis *v, size_t r)
{
	struct mat_rows x = leading(u, r), y = leading(v, r);
	struct err e = { .rc = RC_OK };
	double o;

	cmd_check(mat_overlap_f32(&o, &x, &y, &e), &e);
	return o;
}

/* Rows that every basis of the two places has. */
static size_t
common_rank(const struct place *s, const struct place *t)
{
	const struct basis *all[] = { &s->a, &t->a, s->halves ? &s->b : NULL,
	    t->halves ? &t->b : NULL };
	size_t i, r = rank > 0 ? rank : SIZE_MAX;

	for (i = 0; i < 4; i++)
		if (all[i] != NULL && rows_n(&all[i]->rows) < r)
			r = rows_n(&all[i]->rows);
	return r;
}

static void
put_angles(struct table *t, const struct basis *u, const struct basis *v,
    size_t r)
{
	struct mat_rows x = leading(u, r), y = leading(v, r);
	double *a = cmd_must(mem_alloc(r, sizeof *a));
	static const double DEGREES = 57.29577951308232;
	struct err e = { .rc = RC_OK };

	cmd_check(mat_angles_f32(a, &x, &y, &e), &e);
	table_real(t, a[0] * DEGREES);
	table_real(t, (a[(r - 1) / 2] + a[r / 2]) / 2 * DEGREES);
	table_real(t, a[r - 1] * DEGREES);
	mem_free(a);
}

static void
compare(struct table *out, const struct place *s, const struct place *t,
    const char *relation)
{
	size_t r = common_rank(s, t);
	int halves = s->halves && t->halves;
	double o, cs = NAN, ct = NAN;

	/* cross products, residuals and their decompositions */
	memory_require(8 * r * r * sizeof o, budget / 8,
	    "the products of %zu rows", r);
	if (s->halves)
		cs = overlap(&s->a, &s->b, r);
	if (t->halves)
		ct = overlap(&t->a, &t->b, r);
	/* halves against halves, as the ceilings are */
	o = overlap(&s->a, halves ? &t->b : &t->a, r);
	if (halves)
		o = (o + overlap(&s->b, &t->a, r)) / 2;
	table_int(out, (int64_t)s->at);
	table_int(out, (int64_t)t->at);
	table_label(out, &s->a.labels, L_STEP);
	table_label(out, &t->a.labels, L_STEP);
	table_text(out, relation);
	table_int(out, (int64_t)r);
	table_real(out, o);
	table_real(out, cs);
	table_real(out, ct);
	table_real(out, o / sqrt(cs * ct));
	put_angles(out, &s->a, halves ? &t->b : &t->a, r);
	cmd_end_row(out);
}

static void
require_same_layout(const struct source *s, const struct place *p,
    const struct place *q, const char *what)
{
	char why[256];

	if (layout_equal(p->a.rows.layout, q->a.rows.layout))
		return;
	layout_difference(why, sizeof why, p->a.rows.layout,
	    q->a.rows.layout, what);
	die(RC_INPUT, "%s: basis %zu: %s", ts_reader_name(s->r.in), p->at,
	    why);
}

static void
along_one(struct table *t, const char *path)
{
	struct place first, previous, next;
	struct source s;

	source_open(&s, path);
	if (!source_next(&s, &first))
		return;
	previous = first;
	while (source_next(&s, &next)) {
		require_same_layout(&s, &next, &first, "the first basis");
		if (against != PREVIOUS)
			compare(t, &first, &next, "first");
		if (against != FIRST)
			compare(t, &previous, &next, "previous");
		if (previous.at > 0)
			place_free(&previous);
		previous = next;
	}
	if (previous.at > 0)
		place_free(&previous);
	place_free(&first);
	rows_free(&s.rows);
}

/*
 * The k-th of p with the k-th of q; where one has a single place, with all of
 * the other's.  At most two places of each are held.
 */
static void
between_two(struct table *t, const char *const path[2])
{
	struct source s[2];
	struct place p[2], more[2];
	int got[2], many[2], k;

	sources = 2;
	for (k = 0; k < 2; k++) {
		source_open(&s[k], path[k]);
		if (!source_next(&s[k], &p[k]))
			die(RC_INPUT, "%s: holds no basis",
			    ts_reader_name(s[k].r.in));
		many[k] = 0;
	}
	require_same_layout(&s[1], &p[1], &p[0], "the first file");
	for (;;) {
		compare(t, &p[0], &p[1], "pair");
		for (k = 0; k < 2; k++)
			got[k] = source_next(&s[k], &more[k]);
		if (!got[0] && !got[1])
			break;
		for (k = 0; k < 2; k++) {
			if (!got[k] && many[k])
				die(RC_INPUT, "%s: %zu bases, %s has more",
				    ts_reader_name(s[k].r.in), s[k].n,
				    ts_reader_name(s[!k].r.in));
			if (!got[k])
				continue;
			require_same_layout(&s[k], &more[k], &p[k],
			    "the one before");
			place_free(&p[k]);
			p[k] = more[k];
			many[k] = 1;
		}
	}
	for (k = 0; k < 2; k++) {
		place_free(&p[k]);
		rows_free(&s[k].rows);
	}
}

int
main(int argc, char *argv[])
{
	struct tool tool = {
		.name = "drift",
		.summary = "Tabulate overlap and angles of subspaces, against "
		    "the split-half ceiling.",
		.operands = "[file [file]]", .opts = options,
		.max_operands = 2,
	};
	struct table *t;

	cmd_begin(&tool, argc, argv);
	if (window < 2)
		opts_usage("--window: %zu, halves need at least 2", window);
	budget = memory_budget();
	t = cmd_table(columns);
	if (tool.n_operands == 2)
		between_two(t, tool.operand);
	else
		along_one(t, tool.operand[0]);
	return cmd_finish();
}
