/*
 * dense: small dense f64 matrices, by BLAS and LAPACK on the calling thread.
 * Row-major.  Workspace comes from base/mem.h.
 */
#ifndef LINALG_DENSE_H
#define LINALG_DENSE_H

#include <stddef.h>

#include "base/err.h"

/*
 * Lower triangle of c (n x n, row stride ldc) := a a^T + beta c; a is n x k
 * with row stride lda.  The upper triangle is left alone.
 */
void	mat_syrk_f64(double *c, const double *a, size_t n, size_t k,
	    size_t lda, double beta, size_t ldc);
/* Copies the lower triangle of c (n x n) to the upper. */
void	mat_mirror_f64(double *c, size_t n);
/*
 * Eigenvalues w[n], falling, of the symmetric a (n x n), of which the lower
 * triangle is read; row i of a becomes the unit eigenvector of w[i].
 */
int	mat_eigh_f64(double *w, double *a, size_t n, struct err *e);
/* Singular values s[min(m, n)], falling, of a (m x n), which is destroyed. */
int	mat_singular_values_f64(double *s, double *a, size_t m, size_t n,
	    struct err *e);
/*
 * a (n x n, lower triangle read) becomes the inverse of its lower Cholesky
 * factor L, a = L L^T; zeros above the diagonal.  -1, RC_INPUT: a is not
 * positive definite.
 */
int	mat_cholesky_inverse_f64(double *a, size_t n, struct err *e);

#endif
