/*
 * The only file that sees cblas.h and lapacke.h.  LAPACK is called as if the
 * matrices were column-major: a row-major lower triangle is a column-major
 * upper one, and its eigenvectors, columns there, are rows here.
 */
#include <cblas.h>
#include <lapacke.h>
#include <limits.h>
#include <stdlib.h>

#include "base/mem.h"
#include "linalg/dense.h"
#include "linalg/gemm.h"

/* BLAS must not thread by itself: its threading changes bits on some
 * kernels, and ours is outside. */
__attribute__((constructor)) static void
one_thread(void)
{
	openblas_set_num_threads(1);
}

/* A dimension as BLAS takes it; our callers block long before this. */
static blasint
dim(size_t n)
{
	if (n > INT_MAX)
		abort();
	return (blasint)n;
}

static enum CBLAS_TRANSPOSE
op(enum mat_op t)
{
	return t == MAT_T ? CblasTrans : CblasNoTrans;
}

void
mat_gemm_f32(float *c, const float *a, const float *b, enum mat_op ta,
    enum mat_op tb, size_t m, size_t n, size_t k, float alpha, size_t lda,
    size_t ldb, float beta, size_t ldc)
{
	if (m == 0 || n == 0)
		return;
	cblas_sgemm(CblasRowMajor, op(ta), op(tb), dim(m), dim(n), dim(k),
	    alpha, a, dim(lda), b, dim(ldb), beta, c, dim(ldc));
}

void
mat_gemm_f64(double *c, const double *a, const double *b, enum mat_op ta,
    enum mat_op tb, size_t m, size_t n, size_t k, double alpha, size_t lda,
    size_t ldb, double beta, size_t ldc)
{
	if (m == 0 || n == 0)
		return;
	cblas_dgemm(CblasRowMajor, op(ta), op(tb), dim(m), dim(n), dim(k),
	    alpha, a, dim(lda), b, dim(ldb), beta, c, dim(ldc));
}

void
mat_syrk_f64(double *c, const double *a, size_t n, size_t k, size_t lda,
    double beta, size_t ldc)
{
	if (n == 0)
		return;
	cblas_dsyrk(CblasRowMajor, CblasLower, CblasNoTrans, dim(n), dim(k),
	    1, a, dim(lda), beta, c, dim(ldc));
}

void
mat_mirror_f64(double *c, size_t n)
{
	size_t i, j;

	for (i = 0; i < n; i++)
		for (j = 0; j < i; j++)
			c[j * n + i] = c[i * n + j];
}

/* LAPACK gives eigenvalues rising; ours fall. */
static void
reverse_rows(double *w, double *a, size_t n)
{
	size_t i, j, k;

	for (i = 0, j = n; i + 1 < j--; i++) {
		double t = w[i];

		w[i] = w[j];
		w[j] = t;
		for (k = 0; k < n; k++) {
			t = a[i * n + k];
			a[i * n + k] = a[j * n + k];
			a[j * n + k] = t;
		}
	}
}

int
mat_eigh_f64(double *w, double *a, size_t n, struct err *e)
{
	double size, *work;
	lapack_int isize, *iwork, info;

	if (n == 0)
		return 0;
	info = LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, 'V', 'U', dim(n), a,
	    dim(n), w, &size, -1, &isize, -1);
	if (info != 0)
		return err_set(e, RC_SYSTEM, "dsyevd: %d", (int)info);
	work = mem_alloc((size_t)size, sizeof *work);
	iwork = mem_alloc((size_t)isize, sizeof *iwork);
	if (work == NULL || iwork == NULL) {
		mem_free(work);
		mem_free(iwork);
		return err_nomem(e);
	}
	info = LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, 'V', 'U', dim(n), a,
	    dim(n), w, work, (lapack_int)size, iwork, isize);
	mem_free(work);
	mem_free(iwork);
	if (info != 0)
		return err_set(e, RC_SYSTEM,
		    "eigenvalues of a %zu x %zu matrix do not converge", n, n);
	reverse_rows(w, a, n);
	return 0;
}

int
mat_singular_values_f64(double *s, double *a, size_t m, size_t n,
    struct err *e)
{
	size_t k = m < n ? m : n;
	double size, none, *work;
	lapack_int *iwork, info;

	if (k == 0)
		return 0;
	if ((iwork = mem_alloc(8 * k, sizeof *iwork)) == NULL)
		return err_nomem(e);
	/* a row-major m x n is a column-major n x m: the same values */
	info = LAPACKE_dgesdd_work(LAPACK_COL_MAJOR, 'N', dim(n), dim(m), a,
	    dim(n), s, &none, 1, &none, 1, &size, -1, iwork);
	work = info != 0 ? NULL : mem_alloc((size_t)size, sizeof *work);
	if (work == NULL) {
		mem_free(iwork);
		return info == 0 ? err_nomem(e) :
		    err_set(e, RC_SYSTEM, "dgesdd: %d", (int)info);
	}
	info = LAPACKE_dgesdd_work(LAPACK_COL_MAJOR, 'N', dim(n), dim(m), a,
	    dim(n), s, &none, 1, &none, 1, work, (lapack_int)size, iwork);
	mem_free(work);
	mem_free(iwork);
	return info == 0 ? 0 : err_set(e, RC_SYSTEM,
	    "singular values of a %zu x %zu matrix do not converge", m, n);
}

int
mat_cholesky_inverse_f64(double *a, size_t n, struct err *e)
{
	size_t i, j;

	if (n == 0)
		return 0;
	if (LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', dim(n), a,
	    dim(n)) != 0 || LAPACKE_dtrtri_work(LAPACK_COL_MAJOR, 'U', 'N',
	    dim(n), a, dim(n)) != 0)
		return err_set(e, RC_INPUT,
		    "%zu vectors are linearly dependent", n);
	for (i = 0; i < n; i++)
		for (j = i + 1; j < n; j++)
			a[i * n + j] = 0;
	return 0;
}
