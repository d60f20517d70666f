/*
 * gram: products of tall stacks of f32 rows, in f64.
 *
 * The long dimension d is cut into slices and these into blocks of columns,
 * both of a width that follows from the shapes alone; a block is converted to
 * f64 in cache and handed to BLAS.  Slices run on our threads and are added in
 * order, so the bits do not depend on how many threads there are, nor on where
 * the rows are or how much memory there is: that decides only how many slices
 * are worked on at a time.
 */
#ifndef LINALG_GRAM_H
#define LINALG_GRAM_H

#include "linalg/rows.h"

/* g (n x n) = x x^T. */
int	mat_gram_f32(double *g, const struct mat_rows *x, struct err *e);
/* c (a->n x b->n) = a b^T; a and b have the same d; a->memory counts. */
int	mat_cross_f32(double *c, const struct mat_rows *a,
	    const struct mat_rows *b, struct err *e);
/* y (as many rows as it has) = c x, rounded once; c has x->n columns.  x may
 * be all rows of y. */
int	mat_back_f32(struct spool *y, const double *c,
	    const struct mat_rows *x, struct err *e);
/*
 * g (b->n x b->n) = q q^T with q = b - (b a^T) a, what is left of the rows of
 * b when those of a, orthonormal, are taken away.  Not by I - c^T c, which
 * loses all digits when little is left.
 */
int	mat_gram_residual_f32(double *g, const struct mat_rows *a,
	    const struct mat_rows *b, struct err *e);

#endif
