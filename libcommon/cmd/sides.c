#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

#include "cmd/basis.h"
#include "cmd/sides.h"
#include "linalg/vec.h"

static const char *const side_names[SIDES] = { "positive", "negative" };

/* Records that differ in one of these become different vectors. */
static int
same_group(const struct sides *s, const struct ts_labels *a,
    const struct ts_labels *b)
{
	return (s->pool || labels_same(a, b, L_TASK)) &&
	    labels_same(a, b, L_CONTRAST) && labels_same(a, b, L_AT) &&
	    (!s->apart || labels_same(a, b, L_SIDE));
}

static struct sides_group *
add_group(struct sides *s, const struct ts_record *rec)
{
	size_t d = rec->layout->n;
	struct sides_group *g;
	int i;

	if (s->n == SIDES_GROUPS && s->keep != KEEP_SUMS)
		die(RC_INPUT, "more than %d sites of tasks; choose some with "
		    "--site", SIDES_GROUPS);
	s->group = cmd_must(mem_grow(s->group, s->n + 1, sizeof *s->group));
	g = &s->group[s->n];
	memset(g, 0, sizeof *g);
	g->layout = cmd_must(layout_as_f32(rec->layout));
	share_labels(&g->labels, &rec->labels, 1);
	for (i = 0; i < SIDES; i++)
		g->sum[i] = cmd_must(mem_zalloc(d, sizeof *g->sum[i]));
	if (s->keep != KEEP_SUMS)
		g->rows = cmd_must(spool_new(d, s->memory / SIDES_GROUPS + 1));
	s->last = s->n++;
	return g;
}

/* The group of a record; they come in the same order again and again. */
static struct sides_group *
find_group(struct sides *s, const struct ts_reader *in,
    const struct ts_record *rec)
{
	const char *name = rec->layout->t[0].name;
	struct sides_group *g;
	size_t i, k;

	for (i = 1; i <= s->n; i++) {
		k = (s->last + i) % s->n;
		g = &s->group[k];
		if (strcmp(g->layout->t[0].name, name) == 0 &&
		    labels_same(&g->labels, &rec->labels, L_DELTA) &&
		    same_group(s, &g->labels, &rec->labels)) {
			same_tensors(in, rec, g->layout, "the first one");
			s->last = k;
			return g;
		}
	}
	return NULL;
}

/* The mean of how many vectors a record is. */
static double
weight_of(const struct sides *s, const struct ts_reader *in,
    const struct ts_record *rec)
{
	int64_t n;

	if (!labels_has(&rec->labels, L_VECTORS))
		return 1;
	n = rec->labels.v[L_VECTORS].i;
	if (n < 1 || (n > 1 && s->keep != KEEP_SUMS))
		die(RC_INPUT, "%s: record %zu: a mean of %" PRId64
		    " vectors%s", ts_reader_name(in), rec->record, n,
		    n < 1 ? "" : ", where each is needed");
	return (double)n;
}

static enum side
side_of(const struct sides *s, const struct ts_reader *in,
    const struct ts_record *rec)
{
	const char *side = labels_has(&rec->labels, L_SIDE) ?
	    rec->labels.v[L_SIDE].s : "not said";

	if (s->apart || strcmp(side, side_names[POSITIVE]) == 0)
		return POSITIVE;
	if (strcmp(side, side_names[NEGATIVE]) == 0)
		return NEGATIVE;
	die(RC_INPUT, "%s: record %zu: its side is %s, positive or negative "
	    "is needed", ts_reader_name(in), rec->record, side);
}

static float *
room(struct sides_group *g)
{
	struct err e = { .rc = RC_OK };
	float *row = spool_room(g->rows, &e);

	cmd_check(row == NULL ? -1 : 0, &e);
	return row;
}

static void
keep_row(struct sides_group *g, const float *x, enum side side)
{
	size_t n = spool_rows(g->rows) + 1;

	memcpy(room(g), x, g->layout->n * sizeof *x);
	spool_add(g->rows);
	g->y = cmd_must(mem_grow(g->y, n, sizeof *g->y));
	g->y[n - 1] = side == POSITIVE ? 1 : -1;
}

/* The difference of two halves, which are then free. */
static void
keep_difference(struct sides_group *g, float *positive, float *negative)
{
	float *row = room(g);
	size_t i;

	for (i = 0; i < g->layout->n; i++)
		row[i] = positive[i] - negative[i];
	spool_add(g->rows);
	mem_free(positive);
	mem_free(negative);
}

/* Takes x over. */
static void
keep_half(struct sides_group *g, const struct ts_reader *in,
    const struct ts_record *rec, float *x, enum side side)
{
	struct sides_half *h;
	int64_t pair;
	size_t i;

	if (!labels_has(&rec->labels, L_PAIR))
		die(RC_INPUT, "%s: record %zu: no label pair",
		    ts_reader_name(in), rec->record);
	pair = rec->labels.v[L_PAIR].i;
	for (i = 0; i < g->n_halves && g->half[i].pair != pair; i++)
		;
	if (i == g->n_halves) {
		g->half = cmd_must(mem_grow(g->half, ++g->n_halves,
		    sizeof *g->half));
		g->half[i] = (struct sides_half){ pair, side, x };
		return;
	}
	h = &g->half[i];
	if (h->side == side)
		die(RC_INPUT, "%s: record %zu: %s: pair %" PRId64 " has two "
		    "%s sides", ts_reader_name(in), rec->record,
		    g->layout->t[0].name, pair, side_names[side]);
	if (side == POSITIVE)
		keep_difference(g, x, h->x);
	else
		keep_difference(g, h->x, x);
	*h = g->half[--g->n_halves];
}

static void
check_record(const struct ts_reader *in, const struct ts_record *rec)
{
	const struct layout *l = rec->layout;
	char shape[96];

	if (l->n_tensors != 1)
		die(RC_INPUT, "%s: record %zu: %zu tensors, not the "
		    "activations of one site", ts_reader_name(in),
		    rec->record, l->n_tensors);
	if (l->t[0].rank != 1)
		die(RC_INPUT, "%s: record %zu: tensor %s: shape %s, not one "
		    "token's activations", ts_reader_name(in), rec->record,
		    l->t[0].name, layout_shape_string(shape, sizeof shape,
		    &l->t[0]));
}

void
sides_take(struct sides *s, struct ts_reader *in, const struct ts_record *rec)
{
	struct sides_group *g;
	enum side side;
	double n;
	float *x;

	check_record(in, rec);
	if (s->site != NULL && fnmatch(s->site, rec->layout->t[0].name, 0))
		return;
	n = weight_of(s, in, rec);
	side = side_of(s, in, rec);
	x = cmd_read_new(in);
	if ((g = find_group(s, in, rec)) == NULL)
		g = add_group(s, rec);
	share_labels(&g->labels, &rec->labels, 0);
	vec_add_f32(g->sum[side], x, n, g->layout->n);
	g->n[side] += n;
	if (s->keep == KEEP_PAIRS) {
		keep_half(g, in, rec, x, side);
		return;
	}
	if (s->keep == KEEP_ROWS)
		keep_row(g, x, side);
	mem_free(x);
}

void
sides_check(const struct sides_group *g, const struct ts_reader *in)
{
	const char *name = g->layout->t[0].name;
	int i;

	for (i = 0; i < SIDES; i++)
		if (g->n[i] == 0)
			die(RC_INPUT, "%s: %s: no %s side",
			    ts_reader_name(in), name, side_names[i]);
	if (g->n_halves > 0)
		die(RC_INPUT, "%s: %s: pair %" PRId64 " has no %s side",
		    ts_reader_name(in), name, g->half[0].pair,
		    side_names[!g->half[0].side]);
}

const struct sides_group *
sides_base(const struct sides *s, const struct sides_group *g,
    const struct ts_reader *in)
{
	const char *name = g->layout->t[0].name;
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->group[i].layout->t[0].name, name) == 0 &&
		    !labels_has(&s->group[i].labels, L_DELTA) &&
		    same_group(s, &s->group[i].labels, &g->labels))
			return &s->group[i];
	die(RC_INPUT, "%s: %s: no activations without a delta",
	    ts_reader_name(in), name);
}

void
sides_free(struct sides *s)
{
	size_t i, j;

	for (i = 0; i < s->n; i++) {
		struct sides_group *g = &s->group[i];

		layout_free(g->layout);
		labels_clear(&g->labels);
		for (j = 0; j < SIDES; j++)
			mem_free(g->sum[j]);
		spool_free(g->rows);
		mem_free(g->y);
		mem_free(g->half);
	}
	mem_free(s->group);
}
