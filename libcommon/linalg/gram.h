/*
 * gram: products of tall stacks of f32 rows, in f64.
 *
 * The long dimension d is cut into slices and these into blocks of columns,
 * both of a width that follows from the shapes alone; a block is converted to
 * f64 in cache and handed to BLAS.  Slices run on our threads and are added in
 * order, so the bits do not depend on how many threads there are.
 */
#ifndef LINALG_GRAM_H
#define LINALG_GRAM_H

#include <stddef.h>

#include "base/err.h"

/* A stack of rows, borrowed. */
struct mat_rows {
	const float	*x;		/* n x d */
	size_t		 n, d;
	int		 centred;	/* take the mean row away, in f64 */
};

/* g (n x n) = x x^T. */
int	mat_gram_f32(double *g, const struct mat_rows *x, struct err *e);
/* c (a->n x b->n) = a b^T; a and b have the same d. */
int	mat_cross_f32(double *c, const struct mat_rows *a,
	    const struct mat_rows *b, struct err *e);
/* y (r x x->d) = c x, rounded once; c is r x x->n.  y may be x->x when r is
 * x->n. */
int	mat_back_f32(float *y, const double *c, const struct mat_rows *x,
	    size_t r, struct err *e);
/*
 * g (b->n x b->n) = q q^T with q = b - (b a^T) a, what is left of the rows of
 * b when those of a, orthonormal, are taken away.  Not by I - c^T c, which
 * loses all digits when little is left.
 */
int	mat_gram_residual_f32(double *g, const struct mat_rows *a,
	    const struct mat_rows *b, struct err *e);

#endif
