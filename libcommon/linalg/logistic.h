/*
 * logistic: the direction along which two classes of vectors are told apart.
 */
#ifndef LINALG_LOGISTIC_H
#define LINALG_LOGISTIC_H

#include "linalg/rows.h"

/* It has converged where the gradient's norm is this part of what it was at
 * w = 0, b = 0. */
extern const double	LOGISTIC_RTOL;

/*
 * w (x->d values) and b that minimise, over n vectors with y = 1 or -1,
 *	1/n sum log(1 + exp(-y (w x + b))) + l2/2 norm(w)^2,  l2 > 0,
 * by Newton's method; the steps are solved by conjugate gradients, so no
 * matrix is held.  *gradient is the norm where it stopped.  When the classes
 * have the same mean w is 0.  -1, RC_INPUT: one class is empty, or it does
 * not converge.
 */
int	logistic_fit_f32(double *w, double *b, double *gradient,
	    const struct mat_rows *x, const signed char *y, double l2,
	    struct err *e);

#endif
