#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/basis.h"
#include "cmd/memory.h"

/* Bases are orthonormal to 1e-6; rows of gradients, say, are far from it. */
static const double ORTHONORMAL_REFUSE = 1e-3;

void
same_tensors(const struct ts_reader *in, const struct ts_record *rec,
    const struct layout *l, const char *what)
{
	struct ts_record f32 = *rec;
	struct layout *as;

	if (layout_equal(rec->layout, l))
		return;
	as = cmd_must(layout_as_f32(rec->layout));
	f32.layout = as;
	cmd_same_layout(in, &f32, l, what);
	layout_free(as);
}

void
share_labels(struct ts_labels *shared, const struct ts_labels *l, int first)
{
	int k;

	if (first) {
		if (labels_copy(shared, l) != 0)
			die(RC_SYSTEM, "out of memory");
		return;
	}
	for (k = 0; k < L_COUNT; k++)
		if (!labels_same(shared, l, (enum label_key)k))
			labels_unset(shared, (enum label_key)k);
}

void
label_option(struct ts_labels *l, const char *arg)
{
	const char *eq = strchr(arg, '=');
	enum label_key k;
	char *end;
	long long i;
	double x;

	if (eq == NULL || label_parse(&k, arg, (size_t)(eq - arg)) != 0)
		opts_usage("--label: '%s' is not label=value", arg);
	i = strtoll(eq + 1, &end, 10);
	if (label_type(k) == LABEL_TEXT) {
		if (strlen(eq + 1) > LABEL_TEXT_MAX)
			opts_usage("--label: %zu bytes of text, at most %d",
			    strlen(eq + 1), LABEL_TEXT_MAX);
		if (labels_set_text(l, k, eq + 1) != 0)
			die(RC_SYSTEM, "out of memory");
	} else if (label_type(k) == LABEL_REAL) {
		if (opts_parse_real(&x, eq + 1) != 0)
			opts_usage("--label: '%s' is not a number", arg);
		labels_set_real(l, k, x);
	} else {
		if (end == eq + 1 || *end != '\0')
			opts_usage("--label: '%s' is not a whole number", arg);
		labels_set_int(l, k, i);
	}
}

void
table_label(struct table *t, const struct ts_labels *l, enum label_key k)
{
	if (!labels_has(l, k))
		table_na(t);
	else if (label_type(k) == LABEL_INT)
		table_int(t, l->v[k].i);
	else if (label_type(k) == LABEL_REAL)
		table_real(t, l->v[k].x);
	else
		table_text(t, l->v[k].s);
}

void
rows_bound(struct rows *r, size_t bytes)
{
	r->memory = bytes / 3 * 2 + 1;	/* 0 is no bound */
	r->work = bytes / 3 + 1;
}

void
rows_layout(struct rows *r, const struct ts_reader *in,
    const struct ts_record *rec, const char *what)
{
	if (r->layout != NULL) {
		same_tensors(in, rec, r->layout, what);
		return;
	}
	r->layout = cmd_must(layout_as_f32(rec->layout));
	memory_require(r->layout->n * sizeof(float),
	    r->memory ? r->memory : SIZE_MAX, "%s: a vector of %zu values",
	    ts_reader_name(in), r->layout->n);
}

float *
rows_read(struct rows *r, struct ts_reader *in)
{
	struct err e = { .rc = RC_OK };
	float *x;

	if (r->spool == NULL) {
		r->spool = cmd_must(spool_new(r->layout->n, r->memory));
		x = cmd_read_new(in);
		spool_give(r->spool, x);
		return x;
	}
	x = spool_room(r->spool, &e);
	cmd_check(x == NULL ? -1 : 0, &e);
	cmd_read(in, x);
	return x;
}

void
rows_add(struct rows *r)
{
	spool_add(r->spool);
}

size_t
rows_n(const struct rows *r)
{
	return spool_rows(r->spool);
}

const float *
rows_row(struct rows *r, size_t i)
{
	struct err e = { .rc = RC_OK };
	const float *x = spool_row(r->spool, i, &e);

	cmd_check(x == NULL ? -1 : 0, &e);
	return x;
}

struct mat_rows
rows_view(const struct rows *r, size_t first, size_t n)
{
	return mat_rows_spool(r->spool, first, n, r->work);
}

float *
rows_take(struct rows *r)
{
	return spool_take(r->spool);
}

void
rows_free(struct rows *r)
{
	layout_free(r->layout);
	spool_free(r->spool);
	r->layout = NULL;
	r->spool = NULL;
}

void
basis_free(struct basis *b)
{
	rows_free(&b->rows);
	labels_clear(&b->labels);
}

static int64_t
component(const struct ts_record *rec)
{
	return labels_has(&rec->labels, L_COMPONENT) ?
	    rec->labels.v[L_COMPONENT].i : -1;
}

/* Does rec belong to another basis than b, whose last row was `last`? */
static int
begins_another(const struct basis *b, const struct ts_record *rec,
    int64_t last)
{
	return !labels_same(&b->labels, &rec->labels, L_BASIS) ||
	    !labels_same(&b->labels, &rec->labels, L_SIDE) ||
	    (last >= 0 && component(rec) <= last);
}

static void
add_row(struct basis_reader *r, struct basis *b)
{
	const char *content = ts_reader_content(r->in);

	if (strcmp(content, "basis") != 0)
		die(RC_INPUT, "%s: record %zu: content is %s, not basis",
		    ts_reader_name(r->in), r->rec.record, content);
	rows_layout(&b->rows, r->in, &r->rec, "its first row");
	rows_read(&b->rows, r->in);
	share_labels(&b->labels, &r->rec.labels, rows_n(&b->rows) == 0);
	rows_add(&b->rows);
	r->pending = 0;
}

static void
require_orthonormal(const struct basis_reader *r, const struct basis *b,
    size_t first)
{
	struct mat_rows u = rows_view(&b->rows, 0, rows_n(&b->rows));
	struct err e = { .rc = RC_OK };
	size_t i, j;
	double *g;

	memory_require(2 * u.n * u.n * sizeof *g,
	    u.memory ? u.memory : SIZE_MAX, "%s: the products of %zu rows",
	    ts_reader_name(r->in), u.n);
	g = cmd_must(mem_alloc(u.n, u.n * sizeof *g));
	cmd_check(mat_gram_f32(g, &u, &e), &e);
	for (i = 0; i < u.n; i++)
		for (j = 0; j <= i; j++)
			if (fabs(g[i * u.n + j] - (i == j)) >
			    ORTHONORMAL_REFUSE)
				die(RC_INPUT, "%s: records %zu and %zu: their "
				    "inner product is %.6g, an orthonormal "
				    "basis has %d", ts_reader_name(r->in),
				    first + j, first + i, g[i * u.n + j],
				    i == j);
	mem_free(g);
}

int
basis_next(struct basis_reader *r, struct basis *b)
{
	int64_t last;
	size_t first;

	if (!r->pending && !cmd_next(r->in, &r->rec))
		return 0;
	first = r->rec.record;
	do {
		last = component(&r->rec);
		add_row(r, b);
		if (labels_has(&b->labels, L_RANK) &&
		    last + 1 == b->labels.v[L_RANK].i)
			break;
		r->pending = cmd_next(r->in, &r->rec);
	} while (r->pending && !begins_another(b, &r->rec, last));
	require_orthonormal(r, b, first);
	return 1;
}

void
basis_load(struct basis *b, const char *path)
{
	struct basis_reader r = { .in = cmd_open(path) };
	struct basis other = { .rows = { .memory = b->rows.memory,
	    .work = b->rows.work } };
	size_t n = 1;

	if (!basis_next(&r, b))
		die(RC_INPUT, "%s: holds no basis", ts_reader_name(r.in));
	for (; basis_next(&r, &other); n++)
		basis_free(&other);
	if (n > 1)
		die(RC_INPUT, "%s: holds %zu bases, 1 expected",
		    ts_reader_name(r.in), n);
}

void
check_ranks(const struct opt_sizes *ranks)
{
	size_t i;

	for (i = 0; i < ranks->n; i++)
		if (ranks->v[i] == 0)
			opts_usage("--rank: 0, a rank is at least 1");
}
