/*
 * linear: y = x w + b.
 *
 * Weights stay as their file has them: op MAT_N, w is in x out (GPT-2's
 * Conv1D); op MAT_T, w is out x in, and what multiplies is its transpose
 * (every other architecture).  Gradients have the shape of their weights.
 * Rows of y and dy have the stride ldy, so that several layers may fill one
 * matrix side by side.
 */
#ifndef NN_LINEAR_H
#define NN_LINEAR_H

#include <stddef.h>

#include "nn/real.h"

/* y (m x out) = x (m x in) op(w) + b (out; NULL: none). */
void	linear_forward(real *y, const real *x, const real *w, const real *b,
	    enum mat_op op, size_t m, size_t in, size_t out, size_t ldy);
/* y (m x out, rows end to end) += x op(w) + b: a projection into the residual
 * stream. */
void	linear_forward_add(real *y, const real *x, const real *w,
	    const real *b, enum mat_op op, size_t m, size_t in, size_t out);
/*
 * dx (m x in) = dy op(w)^T + beta dx; dw += the gradient of w; db += column
 * sums of dy.  What is NULL is not wanted.
 */
void	linear_backward(real *dx, real *dw, real *db, const real *dy,
	    const real *x, const real *w, enum mat_op op, real beta,
	    size_t m, size_t in, size_t out, size_t ldy);

#endif
