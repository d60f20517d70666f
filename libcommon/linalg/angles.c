#include <math.h>

#include "base/mem.h"
#include "linalg/angles.h"
#include "linalg/dense.h"

/* About cos of 45 degrees: each formula is used where its slope is gentle. */
static const double COSINE_SWITCH = 0.7;

int
mat_overlap_f32(double *overlap, const struct mat_rows *u,
    const struct mat_rows *w, struct err *e)
{
	size_t i, r = u->n;
	double sum = 0, *c = mem_alloc(r, r * sizeof *c);

	if (c == NULL)
		return err_nomem(e);
	if (mat_cross_f32(c, u, w, e) != 0) {
		mem_free(c);
		return -1;
	}
	for (i = 0; i < r * r; i++)
		sum += c[i] * c[i];
	*overlap = sum / (double)r;
	mem_free(c);
	return 0;
}

/* sine[n], rising: of w (n rows, not more than u) with u. */
static int
sines(double *sine, double *g, const struct mat_rows *u,
    const struct mat_rows *w, struct err *e)
{
	size_t i, n = w->n;

	if (mat_gram_residual_f32(g, u, w, e) != 0 ||
	    mat_eigh_f64(sine, g, n, e) != 0)
		return -1;
	for (i = 0; i < n / 2; i++) {
		double t = sine[i];

		sine[i] = sine[n - 1 - i];
		sine[n - 1 - i] = t;
	}
	for (i = 0; i < n; i++)
		sine[i] = sine[i] > 0 ? fmin(sqrt(sine[i]), 1) : 0;
	return 0;
}

int
mat_angles_f32(double *a, const struct mat_rows *u, const struct mat_rows *w,
    struct err *e)
{
	const struct mat_rows *large = u->n < w->n ? w : u;
	const struct mat_rows *small = u->n < w->n ? u : w;
	size_t i, n = small->n;
	double *c = mem_alloc(large->n * n, sizeof *c);
	double *cosine = mem_alloc(n, sizeof *cosine);
	int status = -1;

	if (c == NULL || cosine == NULL)
		err_nomem(e);
	else if (mat_cross_f32(c, large, small, e) == 0 &&
	    mat_singular_values_f64(cosine, c, large->n, n, e) == 0 &&
	    sines(a, c, large, small, e) == 0) {
		for (i = 0; i < n; i++)
			a[i] = cosine[i] > COSINE_SWITCH ? asin(a[i]) :
			    acos(cosine[i]);
		status = 0;
	}
	mem_free(c);
	mem_free(cosine);
	return status;
}
