/*
 * norm: normalisation of rows.  Layer normalisation (Ba, Kiros and Hinton,
 * arXiv 1607.06450), and root mean square normalisation (Zhang and Sennrich,
 * arXiv 1910.07467), which is the same with the mean taken to be 0.
 */
#ifndef NN_NORM_H
#define NN_NORM_H

#include <stddef.h>

#include "nn/real.h"

enum nn_norm { NORM_LAYER, NORM_RMS };

enum { NORM_STATS = 2 };	/* kept for each row: mean, 1/deviation */

/*
 * y = (x - mean) / sqrt(variance + eps) * w + b for each of m rows of n
 * values; the variance is the mean square of x - mean.  stat is m x
 * NORM_STATS, w NULL means 1 (and b NULL then), b NULL means 0; y may be x.
 */
void	norm_forward(real *y, real *stat, const real *x, const real *w,
	    const real *b, enum nn_norm kind, real eps, size_t m, size_t n);
/*
 * dx += gradient of the rows x; dw += , db += (NULL: not wanted) over all rows.
 * With h = (x - mean) / deviation and g = dy w, the row's gradient is
 * (g - mean(g) - h mean(g h)) / deviation; NORM_RMS has no mean(g).
 */
void	norm_backward(real *dx, real *dw, real *db, const real *dy,
	    const real *x, const real *stat, const real *w,
	    enum nn_norm kind, size_t m, size_t n);

#endif
