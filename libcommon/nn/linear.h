/*
 * linear: y = x w + b.
 */
#ifndef NN_LINEAR_H
#define NN_LINEAR_H

#include <stddef.h>

#include "nn/real.h"

/* y (m x out) = x (m x in) w (in x out) + b (out; NULL: none). */
void	linear_forward(real *y, const real *x, const real *w, const real *b,
	    size_t m, size_t in, size_t out);
/* y += x w + b: a projection into the residual stream. */
void	linear_forward_add(real *y, const real *x, const real *w,
	    const real *b, size_t m, size_t in, size_t out);
/*
 * dx (m x in) = dy w^T; dw += x^T dy; db += column sums of dy.
 * db NULL: no bias.
 */
void	linear_backward(real *dx, real *dw, real *db, const real *dy,
	    const real *x, const real *w, size_t m, size_t in, size_t out);

#endif
