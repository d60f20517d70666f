/*
 * vec: long vectors, and products of a few stored rows with one of them.
 *
 * Rows are stored as f32; the vector that is worked on is f64.  Every sum
 * over a vector runs in f64, in 16 lanes over slices of fixed length, added in
 * order: the bits depend on the values alone, not on the threads.
 */
#ifndef LINALG_VEC_H
#define LINALG_VEC_H

#include <stddef.h>

#include "linalg/rows.h"

/* y[d] = x[d], exactly. */
void	vec_from_f32(double *y, const float *x, size_t d);
/* y[d] = x[d], rounded to nearest. */
void	vec_to_f32(float *y, const double *x, size_t d);
/* y[d] += w x[d]. */
void	vec_add_f32(double *y, const float *x, double w, size_t d);
/* y[d] += w x[d]. */
void	vec_add_f64(double *y, const double *x, double w, size_t d);
/* *norm = sqrt(sum x[i]^2), i < d. */
int	vec_norm_f64(double *norm, const double *x, size_t d, struct err *e);
/* y[a->n] = a x; x has a->d values. */
int	mat_vec_f32(double *y, const struct mat_rows *a, const double *x,
	    struct err *e);
/* y[a->d] += a^T x; x has a->n values. */
int	mat_tvec_add_f32(double *y, const struct mat_rows *a,
	    const double *x, struct err *e);

#endif
