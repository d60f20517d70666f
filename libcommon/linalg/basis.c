#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"
#include "linalg/basis.h"
#include "linalg/dense.h"
#include "linalg/vec.h"

const double BASIS_RTOL = 1e-6;

/* Cholesky-QR stops here: f32 rows cannot be much better, and 1e-6 is
 * promised. */
static const double ORTHONORMAL_ATOL = 2e-7;
enum { CHOLESKY_PASSES = 4 };

void
svd_free(struct svd *svd)
{
	mem_free(svd->s);
	mem_free(svd->u);
	*svd = (struct svd){ 0 };
}

int
mat_svd_gram_f32(struct svd *svd, const struct mat_rows *x, struct err *e)
{
	size_t i, n = x->n;

	*svd = (struct svd){ .n = n };
	svd->s = mem_alloc(n, sizeof *svd->s);
	svd->u = mem_alloc(n, n * sizeof *svd->u);
	if (svd->s == NULL || svd->u == NULL) {
		svd_free(svd);
		return err_nomem(e);
	}
	if (mat_gram_f32(svd->u, x, e) != 0) {
		svd_free(svd);
		return -1;
	}
	for (i = 0; i < n; i++)
		svd->total += svd->u[i * n + i];
	if (mat_eigh_f64(svd->s, svd->u, n, e) != 0) {
		svd_free(svd);
		return -1;
	}
	/* a Gram matrix has no negative eigenvalues but by rounding */
	for (i = 0; i < n; i++)
		svd->s[i] = svd->s[i] > 0 ? sqrt(svd->s[i]) : 0;
	return 0;
}

size_t
svd_rank(const struct svd *svd)
{
	size_t r = 0;

	while (r < svd->n && svd->s[r] > 0 &&
	    svd->s[r] > BASIS_RTOL * svd->s[0])
		r++;
	return r;
}

size_t
svd_rank_energy(const struct svd *svd, double fraction)
{
	double sum = 0;
	size_t r = 0, most = svd_rank(svd);

	while (r < most && sum < fraction * svd->total) {
		sum += svd->s[r] * svd->s[r];
		r++;
	}
	return r;
}

struct sign_job {
	float	*v;
	size_t	 d;
};

static void
sign_row(void *arg, size_t i)
{
	const struct sign_job *j = arg;
	float *v = j->v + i * j->d, top = 0;
	size_t k, at = 0;

	for (k = 0; k < j->d; k++)
		if (fabsf(v[k]) > top) {
			top = fabsf(v[k]);
			at = k;
		}
	if (top > 0 && v[at] < 0)
		for (k = 0; k < j->d; k++)
			v[k] = 0 - v[k];	/* 0 keeps its sign */
}

int
mat_svd_rows_f32(float *vt, const struct svd *svd, const struct mat_rows *x,
    size_t r, struct err *e)
{
	struct sign_job j = { vt, x->d };
	size_t i, k, n = svd->n;
	double *c = mem_alloc(r, n * sizeof *c);
	int bad;

	if (c == NULL)
		return err_nomem(e);
	for (i = 0; i < r; i++)
		for (k = 0; k < n; k++)
			c[i * n + k] = svd->u[i * n + k] / svd->s[i];
	bad = mat_back_f32(vt, c, x, r, e);
	mem_free(c);
	if (bad || mat_orthonormalise_cholesky_f32(vt, r, x->d, e) != 0)
		return -1;
	par_for(r, sign_row, &j);
	return 0;
}

/* The largest element of |g - I|, g being n x n. */
static double
deviation(const double *g, size_t n)
{
	double most = 0;
	size_t i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k <= i; k++)
			most = fmax(most, fabs(g[i * n + k] - (i == k)));
	return most;
}

int
mat_orthonormalise_cholesky_f32(float *v, size_t r, size_t d, struct err *e)
{
	struct mat_rows x = { .x = v, .n = r, .d = d };
	double *g = mem_alloc(r, r * sizeof *g);
	int pass, status = -1;

	if (g == NULL)
		return err_nomem(e);
	for (pass = 0; ; pass++) {
		if (mat_gram_f32(g, &x, e) != 0)
			break;
		if (deviation(g, r) <= ORTHONORMAL_ATOL) {
			status = 0;
			break;
		}
		if (pass == CHOLESKY_PASSES) {
			err_set(e, RC_INPUT,
			    "%zu vectors are linearly dependent", r);
			break;
		}
		if (mat_cholesky_inverse_f64(g, r, e) != 0 ||
		    mat_back_f32(v, g, &x, r, e) != 0)
			break;
	}
	mem_free(g);
	return status;
}

int
mat_extend_gram_schmidt_f32(float *q, double *norm, double *x, size_t k,
    size_t d, struct err *e)
{
	double before, *c = mem_alloc(k, sizeof *c);
	size_t i;
	int pass;

	*norm = 0;
	if (c == NULL)
		return err_nomem(e);
	if (vec_norm_f64(&before, x, d, e) != 0)
		goto fail;
	for (pass = 0; pass < 2; pass++) {
		if (mat_vec_f32(c, q, x, k, d, e) != 0)
			goto fail;
		for (i = 0; i < k; i++)
			c[i] = -c[i];
		mat_tvec_add_f32(x, q, c, k, d);
	}
	if (vec_norm_f64(norm, x, d, e) != 0)
		goto fail;
	mem_free(c);
	if (*norm == 0 || *norm < BASIS_RTOL * before)
		return 0;
	for (i = 0; i < d; i++)
		q[k * d + i] = (float)(x[i] / *norm);
	return 1;
fail:
	mem_free(c);
	return -1;
}
