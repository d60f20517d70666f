/*
 * angles: how two subspaces lie to each other.  Rows are orthonormal.
 */
#ifndef LINALG_ANGLES_H
#define LINALG_ANGLES_H

#include "linalg/gram.h"

/* *overlap = norm(u w^T)_F^2 / r; u and w have the same number r > 0 of
 * rows. */
int	mat_overlap_f32(double *overlap, const struct mat_rows *u,
	    const struct mat_rows *w, struct err *e);
/*
 * Principal angles a[min(u->n, w->n)], rising, in radians: arccos of the
 * singular values of u w^T.  Where the cosine is above 0.7 the arcsin of the
 * singular values of what u leaves of w is taken instead (A. Bjorck and G. H.
 * Golub, Math. Comp. 27, 1973), so small angles keep their digits; the floor
 * is the rounding of the f32 rows, about 1e-7.
 */
int	mat_angles_f32(double *a, const struct mat_rows *u,
	    const struct mat_rows *w, struct err *e);

#endif
