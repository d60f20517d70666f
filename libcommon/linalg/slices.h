/*
 * slices: how the long dimension of a product is cut, who works on which
 * piece, and with how much memory.  Private to this room.
 */
#ifndef LINALG_SLICES_H
#define LINALG_SLICES_H

#include "linalg/rows.h"

enum { BLOCK_WIDTH_MAX = 4096 };	/* columns of a block */

/* What works on one slice at a time. */
struct worker {
	size_t		 from, to;	/* columns of the slice */
	double		*sum;		/* over them */
	double		*block;
	struct mat_window a, b;		/* where rows are in a file */
	struct mat_window y;		/* the same for the result */
	struct err	 err;
};

/*
 * A product.  Its maker sets what stands first; the rest starts zeroed.
 * product() works on one slice: it adds to w->sum, or makes columns of y; -1
 * after w->err was set.
 */
struct job {
	const struct mat_rows *a, *b;	/* b may be NULL */
	const double	*c;		/* coefficients */
	struct spool	*y;
	int		(*product)(const struct job *j, struct worker *w);

	size_t		 width;		/* columns of a block */
	size_t		 slice;		/* columns of a slice */
	size_t		 n_slices;
	size_t		 n_sum;		/* values of a slice's sum */
	size_t		 n_block;	/* values of all blocks at hand */
	size_t		 n_spooled;	/* rows in files, of all */
	size_t		 window;	/* columns of a window */
	size_t		 n_workers;
	size_t		 first;		/* slice of the first worker */
	struct worker	*worker;
	double		*values;
	float		*windows;
};

/*
 * Runs the product with sums of n_sum values, which are added to out in the
 * slices' order, in blocks of `rows' rows in all.
 */
int	job_run(double *out, struct job *j, size_t rows, size_t n_sum,
	    struct err *e);

#endif
