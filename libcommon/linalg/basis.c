#include <math.h>
#include <stdint.h>
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

size_t
svd_bytes(size_t n)
{
	/* dsyevd takes 1 + 6 n + 2 n^2 values and 3 + 5 n whole numbers */
	return n > SIZE_MAX / 64 / (n + 8) ? SIZE_MAX :
	    24 * n * n + 80 * n + 64;
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

/* The element of largest magnitude of a row, so far. */
struct top {
	float	 size;
	int	 negative;
};

struct sign_job {
	const struct mat_tiles *t;
	struct top *top;		/* of all rows */
	float	*x;			/* of the tile */
};

static void
find_top(void *arg, size_t i)
{
	const struct sign_job *j = arg;
	const float *v = j->t->x + i * j->t->ld;
	struct top *top = &j->top[j->t->r0 + i];
	size_t k;

	for (k = 0; k < j->t->c1 - j->t->c0; k++)
		if (fabsf(v[k]) > top->size)
			*top = (struct top){ fabsf(v[k]), v[k] < 0 };
}

static void
turn_row(void *arg, size_t i)
{
	const struct sign_job *j = arg;
	float *v = j->x + i * j->t->ld;
	size_t k;

	if (!j->top[j->t->r0 + i].negative)
		return;
	for (k = 0; k < j->t->c1 - j->t->c0; k++)
		v[k] = 0 - v[k];	/* 0 keeps its sign */
}

/* The tile's rows whose largest element is negative change their sign. */
static int
turn_tile(struct spool *v, struct sign_job *j, struct err *e)
{
	const struct mat_tiles *t = j->t;

	j->x = t->buffer != NULL ? t->buffer : spool_data(v);
	par_for(t->r1 - t->r0, turn_row, j);
	return t->buffer == NULL ? 0 : spool_write(v, t->x, t->ld, t->r0,
	    t->r1, t->c0, t->c1, e);
}

static int
sign_rows(struct spool *v, size_t memory, struct err *e)
{
	size_t n = spool_rows(v);
	struct mat_rows rows = mat_rows_spool(v, 0, n, memory);
	struct mat_tiles t;
	struct sign_job j = { &t, mem_zalloc(n, sizeof *j.top), NULL };
	int got = j.top == NULL ? err_nomem(e) : 0, turn;

	for (turn = 0; got == 0 && turn < 2; turn++) {
		got = mat_tiles_begin(&t, &rows, SPOOL_PANEL, e);
		while (got == 0 && (got = mat_tiles_next(&t, e)) == 1) {
			if (!turn)
				par_for(t.r1 - t.r0, find_top, &j);
			got = turn ? turn_tile(v, &j, e) : 0;
		}
		mat_tiles_end(&t);
	}
	mem_free(j.top);
	return got;
}

int
mat_svd_rows_f32(struct spool *vt, const struct svd *svd,
    const struct mat_rows *x, struct err *e)
{
	size_t i, k, n = svd->n, r = spool_rows(vt);
	double *c = mem_alloc(r, n * sizeof *c);
	int bad;

	if (c == NULL)
		return err_nomem(e);
	for (i = 0; i < r; i++)
		for (k = 0; k < n; k++)
			c[i * n + k] = svd->u[i * n + k] / svd->s[i];
	bad = mat_back_f32(vt, c, x, e);
	mem_free(c);
	if (bad || mat_orthonormalise_cholesky_f32(vt, x->memory, e) != 0)
		return -1;
	return sign_rows(vt, x->memory, e);
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
mat_orthonormalise_cholesky_f32(struct spool *v, size_t memory,
    struct err *e)
{
	size_t r = spool_rows(v);
	struct mat_rows x = mat_rows_spool(v, 0, r, memory);
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
		    mat_back_f32(v, g, &x, e) != 0)
			break;
	}
	mem_free(g);
	return status;
}

int
mat_extend_gram_schmidt_f32(struct spool *q, double *norm, double *x,
    size_t memory, struct err *e)
{
	size_t i, k = spool_rows(q), d = spool_columns(q);
	struct mat_rows rows = mat_rows_spool(q, 0, k, memory);
	double before, *c = mem_alloc(k, sizeof *c);
	float *row;
	int pass;

	*norm = 0;
	if (c == NULL)
		return err_nomem(e);
	if (vec_norm_f64(&before, x, d, e) != 0)
		goto fail;
	for (pass = 0; pass < 2; pass++) {
		if (mat_vec_f32(c, &rows, x, e) != 0)
			goto fail;
		for (i = 0; i < k; i++)
			c[i] = -c[i];
		if (mat_tvec_add_f32(x, &rows, c, e) != 0)
			goto fail;
	}
	if (vec_norm_f64(norm, x, d, e) != 0)
		goto fail;
	mem_free(c);
	if (*norm == 0 || *norm < BASIS_RTOL * before)
		return 0;
	if ((row = spool_room(q, e)) == NULL)
		return -1;
	for (i = 0; i < d; i++)
		row[i] = (float)(x[i] / *norm);
	spool_add(q);
	return 1;
fail:
	mem_free(c);
	return -1;
}
