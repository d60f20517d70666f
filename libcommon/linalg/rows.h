/*
 * rows: a stack of f32 rows as the products see it, in memory or in a spool.
 *
 * A window shows blocks of columns of all rows, from left to right; tiles show
 * all columns of a few rows after the other.  Both are pointers into the
 * stack where it is in memory, and buffers of bounded size where it is not.
 */
#ifndef LINALG_ROWS_H
#define LINALG_ROWS_H

#include "stream/spool.h"

/* Borrowed. */
struct mat_rows {
	const float	*x;		/* n x d; NULL: rows of the spool */
	const struct spool *spool;
	size_t		 first;		/* the first of them */
	size_t		 n, d;
	int		 centred;	/* take the mean row away, in f64 */
	size_t		 memory;	/* bytes that a product may take beside
					   rows and result; 0: no bound */
};

/* Rows first .. first + n of a spool. */
struct mat_rows	mat_rows_spool(const struct spool *s, size_t first, size_t n,
		    size_t memory);

struct mat_window {
	float		*x;		/* n x cap, given by the user */
	size_t		 cap;		/* columns */
	size_t		 from, to;	/* those that are in x */
};
/* Columns that a window needs to show blocks of `width'; a whole number of
 * panels. */
size_t	mat_window_least(size_t width);
/*
 * *p: columns [from, from + width) of the rows, row stride *ld.  No column
 * from `end' on is looked at.
 */
int	mat_window_show(const float **p, size_t *ld, struct mat_window *w,
	    const struct mat_rows *a, size_t from, size_t width, size_t end,
	    struct err *e);

struct mat_tiles {
	const struct mat_rows *rows;
	float		*buffer;	/* NULL: in memory */
	size_t		 rows_most, columns_most;
	/* the current tile: */
	const float	*x;
	size_t		 ld;		/* its row stride */
	size_t		 r0, r1, c0, c1;
};
/* Every c0 is a multiple of unit, itself one of SPOOL_PANEL. */
int	mat_tiles_begin(struct mat_tiles *t, const struct mat_rows *a,
	    size_t unit, struct err *e);
/* The next tile: 1, or 0 at the end. */
int	mat_tiles_next(struct mat_tiles *t, struct err *e);
void	mat_tiles_end(struct mat_tiles *t);

#endif
