/*
 * order: expected extremes of random samples.
 */
#ifndef LINALG_ORDER_H
#define LINALG_ORDER_H

#include <stddef.h>

/*
 * b_n: the expectation of the largest of n standard normals,
 *	b_n = integral of x n phi(x) Phi(x)^(n-1) dx,
 * by Simpson's rule; relative error below 1e-9 for n from 2 to 1e12.  b_1 = 0.
 */
double	order_normal_max(double n);
/*
 * sqrt(r) times the expectation of the largest of n first coordinates of
 * random unit vectors of R^r: what takes the place of b_n for perturbations
 * of fixed norm.  With u = sin t, t has a density proportional to
 * cos(t)^(r-2).  Tends to b_n as r grows; r = 1 gives 1 - 2^(1-n).
 */
double	order_sphere_max(double n, size_t r);
/*
 * w[i], i < n_total: the probability that of a random subset of size n,
 * drawn without replacement, the i-th smallest of n_total is the largest:
 * C(i, n-1) / C(n_total, n).  So the sum of w[i] x[i], x sorted, is the exact
 * expectation of the best of n (0 < n <= n_total).
 */
void	order_best_weights(double *w, size_t n_total, size_t n);
/*
 * The Kolmogorov-Smirnov distance of n values x, sorted rising, from a normal
 * distribution, and its asymptotic p-value for a distribution given in
 * advance (Stephens' correction: Numerical Recipes, 14.3).
 */
double	order_ks_normal(double *p, const double *x, size_t n, double mean,
	    double sd);

#endif
