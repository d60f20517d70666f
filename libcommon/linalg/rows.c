#include "base/mem.h"
#include "linalg/rows.h"

/* Bytes of a tile where there is no bound. */
static const size_t TILE_BYTES = 64 << 20;

static size_t
min(size_t a, size_t b)
{
	return a < b ? a : b;
}

struct mat_rows
mat_rows_spool(const struct spool *s, size_t first, size_t n, size_t memory)
{
	struct mat_rows a = { .first = first, .n = n,
	    .d = spool_columns(s), .memory = memory };

	if (spool_band(s) > 0)
		a.spool = s;
	else if (n > 0)
		a.x = spool_data(s) + first * a.d;
	return a;
}

size_t
mat_window_least(size_t width)
{
	return (width + 2 * SPOOL_PANEL - 1) / SPOOL_PANEL * SPOOL_PANEL;
}

int
mat_window_show(const float **p, size_t *ld, struct mat_window *w,
    const struct mat_rows *a, size_t from, size_t width, size_t end,
    struct err *e)
{
	if (a->spool == NULL) {
		*p = a->x + from;
		*ld = a->d;
		return 0;
	}
	if (from < w->from || from + width > w->to) {
		w->from = from;
		w->to = min(from / SPOOL_PANEL * SPOOL_PANEL + w->cap, end);
		if (spool_read(a->spool, w->x, w->cap, a->first,
		    a->first + a->n, w->from, w->to, e) != 0)
			return -1;
	}
	*p = w->x + (from - w->from);
	*ld = w->cap;
	return 0;
}

int
mat_tiles_begin(struct mat_tiles *t, const struct mat_rows *a, size_t unit,
    struct err *e)
{
	size_t values = (a->memory ? a->memory : TILE_BYTES) / sizeof(float);
	size_t units = (a->d + unit - 1) / unit, m, w;

	*t = (struct mat_tiles){ .rows = a, .rows_most = a->n,
	    .columns_most = a->d };
	if (a->spool == NULL || a->n == 0 || a->d == 0)
		return 0;
	m = min(min(spool_band(a->spool), a->n), values / unit);
	m = m == 0 ? 1 : m;
	w = min(values / (m * unit), units);
	t->rows_most = m;
	t->columns_most = (w == 0 ? 1 : w) * unit;
	t->buffer = mem_alloc(m, t->columns_most * sizeof *t->buffer);
	return t->buffer == NULL ? err_nomem(e) : 0;
}

int
mat_tiles_next(struct mat_tiles *t, struct err *e)
{
	const struct mat_rows *a = t->rows;
	size_t band, in_band;

	if (t->r1 > t->r0 && t->c1 < a->d)
		t->c0 = t->c1;		/* on in these rows */
	else {
		t->r0 = t->r1;
		t->c0 = 0;
		t->r1 = min(t->r0 + t->rows_most, a->n);
		if (t->buffer != NULL) {	/* not past the band */
			band = spool_band(a->spool);
			in_band = band - (a->first + t->r0) % band;
			t->r1 = min(t->r1, t->r0 + in_band);
		}
	}
	if (t->r0 == a->n)
		return 0;
	t->c1 = min(t->c0 + t->columns_most, a->d);
	t->x = a->x;
	t->ld = a->d;
	if (t->buffer == NULL)
		return 1;
	t->x = t->buffer;
	t->ld = t->columns_most;
	return spool_read(a->spool, t->buffer, t->ld, a->first + t->r0,
	    a->first + t->r1, t->c0, t->c1, e) == 0 ? 1 : -1;
}

void
mat_tiles_end(struct mat_tiles *t)
{
	mem_free(t->buffer);
}
