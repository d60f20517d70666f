#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "stream/pieces.h"
#include "stream/spool.h"

enum { BAND_MAX = 256 };		/* rows */

struct spool {
	size_t	 d;		/* values of a row */
	size_t	 memory;	/* bytes; 0: no bound */
	size_t	 n;		/* rows */
	/*
	 * In memory: all rows.  Else the rows from `at' on: those that are
	 * not in the file yet, or a band of it that spool_row() shows.
	 */
	float	*x;
	size_t	 cap;		/* rows that x has room for */
	size_t	 at, held;	/* rows [at, at + held) are in x */
	size_t	 band;		/* rows of a band; 0: in memory */
	size_t	 stored;	/* rows in the file */
	int	 fd;		/* -1: there is no file */
};

struct spool *
spool_new(size_t d, size_t memory)
{
	struct spool *s = mem_zalloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->d = d;
	s->memory = memory;
	s->fd = -1;
	return s;
}

void
spool_free(struct spool *s)
{
	if (s == NULL)
		return;
	if (s->fd >= 0)
		close(s->fd);
	mem_free(s->x);
	mem_free(s);
}

size_t
spool_rows(const struct spool *s)
{
	return s == NULL ? 0 : s->n;
}

size_t
spool_columns(const struct spool *s)
{
	return s->d;
}

size_t
spool_band(const struct spool *s)
{
	return s->band;
}

static size_t
row_bytes(const struct spool *s)
{
	return s->d * sizeof *s->x;
}

size_t
spool_resident(const struct spool *s)
{
	return s == NULL ? 0 : (s->band ? s->cap : s->n) * row_bytes(s);
}

static size_t
min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many rows may be in memory. */
static size_t
rows_allowed(const struct spool *s)
{
	return s->memory == 0 || s->d == 0 ? SIZE_MAX :
	    s->memory / row_bytes(s);
}

/* Rows that are in the file, between it and x. */
static int
transfer(const struct spool *s, int out, float *x, size_t ld, size_t r0,
    size_t r1, size_t c0, size_t c1, struct err *e)
{
	struct pieces t = { .fd = s->fd, .out = out };
	size_t r, end, first, m, p, width, lo, hi, i;

	for (r = c0 < c1 ? r0 : r1; r < r1; r = end) {
		first = r / s->band * s->band;
		m = min(s->band, s->stored - first);
		end = min(first + m, r1);
		for (p = c0 / SPOOL_PANEL * SPOOL_PANEL; p < c1;
		    p += SPOOL_PANEL) {
			width = min(SPOOL_PANEL, s->d - p);
			lo = p < c0 ? c0 : p;
			hi = min(p + width, c1);
			for (i = r; i < end; i++)
				if (pieces_add(&t, x + (i - r0) * ld + lo -
				    c0, hi - lo, first * s->d + m * p +
				    (i - first) * width + lo - p, e) != 0)
					return -1;
		}
	}
	return pieces_move(&t, e);
}

/* Gives x room for n rows. */
static int
resize(struct spool *s, size_t n, struct err *e)
{
	float *x = mem_grow(s->x, n, row_bytes(s));

	if (x == NULL)
		return err_nomem(e);
	s->x = x;
	s->cap = n;
	return 0;
}

/* The rows of x that are not in the file go there. */
static int
store(struct spool *s, size_t rows, struct err *e)
{
	size_t from = s->stored;

	s->stored += rows;
	if (transfer(s, 1, s->x, s->d, from, s->stored, 0, s->d, e) != 0)
		return -1;
	s->at = s->stored;
	s->held = 0;
	return 0;
}

/* From now on on a file. */
static int
begin_file(struct spool *s, struct err *e)
{
	if (s->fd < 0 && (s->fd = pieces_open(e)) < 0)
		return -1;
	s->band = min(rows_allowed(s) / 2, BAND_MAX);
	if (s->band == 0)
		s->band = 1;
	return 0;
}

/* Rows in memory go to the file, but for the last, incomplete band. */
static int
spill(struct spool *s, struct err *e)
{
	size_t whole;

	if (begin_file(s, e) != 0)
		return -1;
	whole = s->n / s->band * s->band;
	if (store(s, whole, e) != 0)
		return -1;
	s->held = s->n - whole;
	if (whole > 0 && s->held > 0)
		memmove(s->x, s->x + whole * s->d, s->held * row_bytes(s));
	return resize(s, s->band, e);
}

/* The incomplete band goes to the file, too. */
static int
seal(struct spool *s, struct err *e)
{
	return s->stored == s->n ? 0 : store(s, s->n - s->stored, e);
}

float *
spool_room(struct spool *s, struct err *e)
{
	size_t cap;

	if (s->band == 0 && s->n == s->cap) {
		cap = min(s->cap + s->cap / 2 + 1, rows_allowed(s));
		if (cap > s->n ? resize(s, cap, e) != 0 : spill(s, e) != 0)
			return NULL;
	}
	if (s->band == 0)
		return s->x + s->n * s->d;
	if (s->cap == 0 && resize(s, s->band, e) != 0)
		return NULL;
	if (s->n - s->stored == s->band && store(s, s->band, e) != 0)
		return NULL;
	return s->x + (s->n - s->stored) * s->d;
}

void
spool_give(struct spool *s, float *x)
{
	mem_free(s->x);
	s->x = x;
	s->cap = 1;
}

void
spool_add(struct spool *s)
{
	s->n++;
	if (s->band > 0) {
		s->at = s->stored;
		s->held = s->n - s->stored;
	}
}

int
spool_fill(struct spool *s, size_t n, struct err *e)
{
	if (n > rows_allowed(s)) {
		if (begin_file(s, e) != 0)
			return -1;
		s->stored = n;
	} else if (n > s->cap && resize(s, n, e) != 0)
		return -1;
	s->n = n;
	return 0;
}

void
spool_clear(struct spool *s)
{
	if (s->stored > 0 && ftruncate(s->fd, 0) != 0) {
		close(s->fd);		/* that gives its space back, too */
		s->fd = -1;
	}
	s->n = s->at = s->held = s->stored = s->band = 0;
}

float *
spool_data(const struct spool *s)
{
	return s->band == 0 ? s->x : NULL;
}

const float *
spool_row(struct spool *s, size_t i, struct err *e)
{
	size_t first;

	if (s->band == 0)
		return s->x + i * s->d;
	if (seal(s, e) != 0)
		return NULL;
	if (i < s->at || i >= s->at + s->held) {
		if (s->cap < s->band && resize(s, s->band, e) != 0)
			return NULL;
		first = i / s->band * s->band;
		s->held = 0;
		if (transfer(s, 0, s->x, s->d, first,
		    min(first + s->band, s->n), 0, s->d, e) != 0)
			return NULL;
		s->at = first;
		s->held = min(s->band, s->n - first);
	}
	return s->x + (i - s->at) * s->d;
}

/* Columns of rows that are in memory, between it and x. */
static void
copy(const struct spool *s, int out, float *x, size_t ld, size_t r0,
    size_t r1, size_t c0, size_t c1)
{
	size_t i, bytes = (c1 - c0) * sizeof *x;
	float *row;

	for (i = r0; bytes > 0 && i < r1; i++) {
		row = s->x + (i - s->stored) * s->d + c0;
		if (out)
			memcpy(row, x + (i - r0) * ld, bytes);
		else
			memcpy(x + (i - r0) * ld, row, bytes);
	}
}

static int
move(const struct spool *s, int out, float *x, size_t ld, size_t r0,
    size_t r1, size_t c0, size_t c1, struct err *e)
{
	size_t here = s->stored < r0 ? r0 : min(s->stored, r1);

	if (transfer(s, out, x, ld, r0, here, c0, c1, e) != 0)
		return -1;
	copy(s, out, x + (here - r0) * ld, ld, here, r1, c0, c1);
	return 0;
}

int
spool_read(const struct spool *s, float *x, size_t ld, size_t r0, size_t r1,
    size_t c0, size_t c1, struct err *e)
{
	return move(s, 0, x, ld, r0, r1, c0, c1, e);
}

int
spool_write(struct spool *s, const float *x, size_t ld, size_t r0, size_t r1,
    size_t c0, size_t c1, struct err *e)
{
	return move(s, 1, (float *)x, ld, r0, r1, c0, c1, e);	/* only read */
}

int
spool_limit(struct spool *s, size_t memory, struct err *e)
{
	s->memory = memory;
	if (s->band == 0 && s->n <= rows_allowed(s))
		return 0;
	if ((s->band == 0 && spill(s, e) != 0) || seal(s, e) != 0)
		return -1;
	mem_free(s->x);
	s->x = NULL;
	s->cap = s->held = 0;
	return 0;
}

float *
spool_take(struct spool *s)
{
	float *x = s->band == 0 ? s->x : NULL;

	if (x != NULL)
		*s = (struct spool){ .d = s->d, .memory = s->memory,
		    .fd = s->fd };
	return x;
}
