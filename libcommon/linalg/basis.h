/*
 * basis: orthonormal rows that span what a stack of vectors spans.
 *
 * The rows are f32; after these functions norm(V V^T - I) is at most 1e-6 in
 * every element.
 */
#ifndef LINALG_BASIS_H
#define LINALG_BASIS_H

#include "linalg/gram.h"

/*
 * A direction that holds less than this, relative to the largest singular
 * value (of SVD) or to its vector's norm (of a prefix), is no direction: what
 * is left there is the rounding of f32 storage, 6e-8, and of the Gram
 * matrix, sqrt(eps n).
 */
extern const double	BASIS_RTOL;

/* The spectrum of a stack of n vectors. */
struct svd {
	size_t	 n;
	double	*s;	/* n singular values, falling, >= 0 */
	double	*u;	/* n x n: row i, the left singular vector of s[i] */
	double	 total;	/* sum of all s^2: the trace of the Gram matrix */
};

/* By the eigendecomposition of x x^T.  Free with svd_free(). */
int	mat_svd_gram_f32(struct svd *svd, const struct mat_rows *x,
	    struct err *e);
/* The most bytes that this takes for n vectors, beside them: their Gram
 * matrix and twice as much again for the decomposition. */
size_t	svd_bytes(size_t n);
void	svd_free(struct svd *svd);
/* How many s[i] exceed BASIS_RTOL s[0]. */
size_t	svd_rank(const struct svd *svd);
/* The smallest r with sum s[0..r)^2 >= fraction * total. */
size_t	svd_rank_energy(const struct svd *svd, double fraction);
/*
 * vt: filled with r rows, r <= svd_rank(), becomes the right singular vectors
 * of s[0..r); row i is u_i^T x / s_i, orthonormalised again and signed so that
 * its element of largest magnitude (the first of equals) is positive.
 */
int	mat_svd_rows_f32(struct spool *vt, const struct svd *svd,
	    const struct mat_rows *x, struct err *e);

/*
 * Makes the rows of v orthonormal by Cholesky-QR, repeated until they are:
 * row i becomes what it adds to the rows before it.  memory: as in struct
 * mat_rows.  -1, RC_INPUT: they are linearly dependent.
 */
int	mat_orthonormalise_cholesky_f32(struct spool *v, size_t memory,
	    struct err *e);
/*
 * Gram-Schmidt, twice: takes from x (as long as a row of q, destroyed) its
 * part along the orthonormal rows of q; *norm is the norm of what is left.
 * 1: it is the last row of q now, with norm 1.  0: it is less than BASIS_RTOL
 * of the norm of x, and was dropped.
 */
int	mat_extend_gram_schmidt_f32(struct spool *q, double *norm, double *x,
	    size_t memory, struct err *e);

#endif
