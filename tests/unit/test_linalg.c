/*
 * linalg: products against plain loops, the SVD by a Gram matrix against
 * LAPACK's on the whole matrix, bases and angles against closed forms, and
 * the same bits for any number of threads.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "base/par.h"
#include "linalg/angles.h"
#include "linalg/basis.h"
#include "linalg/dense.h"
#include "linalg/vec.h"
#include "random/normal.h"

#define PI 3.14159265358979323846

static const double EPS64 = 0x1p-52, EPS32 = 0x1p-23;

static float *
gaussian(size_t n, size_t d, uint64_t seed)
{
	struct random_key k = { seed, random_name("test"), 0 };
	float *x = mem_alloc(n, d * sizeof *x);

	normal_fill_f32(x, &k, 0, n * d);
	return x;
}

static double
naive(const float *a, const float *b, size_t d)
{
	long double s = 0;
	size_t k;

	for (k = 0; k < d; k++)
		s += (long double)a[k] * b[k];
	return (double)s;
}

/* n rows of d values, from x unless that is NULL, in memory or in a file. */
static struct spool *
spool_of(const float *x, size_t n, size_t d, size_t memory)
{
	struct spool *s = spool_new(d, memory);
	struct err e = { .rc = RC_OK };
	size_t i;

	if (x == NULL)
		assert_int_equal(spool_fill(s, n, &e), 0);
	for (i = 0; x != NULL && i < n; i++) {
		float *row = spool_room(s, &e);

		assert_non_null(row);
		memcpy(row, x + i * d, d * sizeof *x);
		spool_add(s);
	}
	return s;
}

/* All of a spool, wherever it is. */
static float *
contents(const struct spool *s)
{
	size_t n = spool_rows(s), d = spool_columns(s);
	float *x = mem_alloc(n, d * sizeof *x);
	struct err e = { .rc = RC_OK };

	assert_int_equal(spool_read(s, x, d, 0, n, 0, d, &e), 0);
	return x;
}

/* max |V V^T - I|. */
static double
unorthonormal(const struct spool *spool)
{
	size_t i, j, r = spool_rows(spool), d = spool_columns(spool);
	float *v = contents(spool);
	double most = 0;

	for (i = 0; i < r; i++)
		for (j = 0; j < r; j++)
			most = fmax(most, fabs((i == j) -
			    naive(v + i * d, v + j * d, d)));
	mem_free(v);
	return most;
}

static const size_t shape[][2] = { { 0, 5 }, { 1, 1 }, { 3, 0 }, { 5, 17 },
    { 17, 5 }, { 20, 300 }, { 7, 70001 } };
enum { SHAPES = sizeof shape / sizeof *shape };

static void
products_agree_with_plain_loops(void **state)
{
	size_t t, i, j, n, d;
	struct err e = { .rc = RC_OK };

	(void)state;
	for (t = 0; t < SHAPES; t++) {
		n = shape[t][0], d = shape[t][1];
		float *x = gaussian(n, d, t), *y = gaussian(3, d, t + 100);
		double *g = mem_alloc(n, n * sizeof *g), c[3 * 20];
		double tol = 8 * EPS64 * (double)(d + 1);
		struct mat_rows a = { .x = x, .n = n, .d = d };
		struct mat_rows b = { .x = y, .n = 3, .d = d };

		assert_int_equal(mat_gram_f32(g, &a, &e), 0);
		assert_int_equal(mat_cross_f32(c, &b, &a, &e), 0);
		for (i = 0; i < n; i++) {
			for (j = 0; j < n; j++)
				assert_true(fabs(g[i * n + j] - naive(
				    x + i * d, x + j * d, d)) <= tol);
			for (j = 0; j < 3; j++)
				assert_true(fabs(c[j * n + i] - naive(
				    y + j * d, x + i * d, d)) <= tol);
		}
		mem_free(g);
		mem_free(x);
		mem_free(y);
	}
}

static void
vectors_agree_with_plain_loops(void **state)
{
	static const size_t size[] = { 0, 1, 15, 16, 33, 16384, 50001 };
	struct err e = { .rc = RC_OK };
	double c[3], norm, w[3] = { 0.5, -2, 3 };
	size_t t, i, d;

	(void)state;
	for (t = 0; t < sizeof size / sizeof *size; t++) {
		d = size[t];
		float *a = gaussian(3, d, t), *x = gaussian(1, d, t + 9);
		struct mat_rows rows = { .x = a, .n = 3, .d = d };
		double *y = mem_alloc(d, sizeof *y);
		double tol = 8 * EPS64 * (double)(d + 1);

		vec_from_f32(y, x, d);
		assert_int_equal(mat_vec_f32(c, &rows, y, &e), 0);
		assert_int_equal(vec_norm_f64(&norm, y, d, &e), 0);
		for (i = 0; i < 3; i++)
			assert_true(fabs(c[i] - naive(a + i * d, x, d)) <=
			    tol);
		assert_true(fabs(norm * norm - naive(x, x, d)) <= tol);
		assert_int_equal(mat_tvec_add_f32(y, &rows, w, &e), 0);
		for (i = 0; i < d; i++)
			assert_true(fabs(y[i] - x[i] - 0.5 * a[i] +
			    2.0 * a[d + i] - 3.0 * a[2 * d + i]) < 1e-13);
		mem_free(a);
		mem_free(x);
		mem_free(y);
	}
}

/* The Gram route against dgesdd of the whole (centred) matrix. */
static void
check_svd(const float *x, size_t n, size_t d, int centred)
{
	struct mat_rows m = { .x = x, .n = n, .d = d, .centred = centred };
	size_t i, k, r, both = n < d ? n : d;
	double *a = mem_alloc(n, d * sizeof *a), *s, sum = 0, mean;
	struct err e = { .rc = RC_OK };
	struct spool *rows;
	struct svd svd;
	float *v;

	for (k = 0; k < d; k++) {
		for (i = 0, mean = 0; i < n; i++)
			mean += centred ? (double)x[i * d + k] / (double)n : 0;
		for (i = 0; i < n; i++)
			a[i * d + k] = x[i * d + k] - mean;
	}
	s = mem_alloc(both, sizeof *s);
	assert_int_equal(mat_singular_values_f64(s, a, n, d, &e), 0);
	assert_int_equal(mat_svd_gram_f32(&svd, &m, &e), 0);
	for (i = 0; i < both; i++) {
		/* an error of eps s0^2 in s^2 */
		assert_true(fabs(s[i] * s[i] - svd.s[i] * svd.s[i]) <=
		    100 * EPS64 * (double)n * s[0] * s[0]);
		sum += s[i] * s[i];
	}
	assert_true(fabs(sum - svd.total) <= 1e-12 * sum);
	r = svd_rank(&svd);
	rows = spool_of(NULL, r, d, 0);
	assert_int_equal(mat_svd_rows_f32(rows, &svd, &m, &e), 0);
	assert_true(unorthonormal(rows) <= 1e-6);
	v = contents(rows);
	/* the rows hold s: norm(X v_i) = s_i, to the rounding of v_i */
	for (i = 0; i < r && !centred; i++) {
		for (k = 0, sum = 0; k < n; k++)
			sum += pow(naive(x + k * d, v + i * d, d), 2);
		assert_true(fabs(sqrt(sum) - svd.s[i]) <= 4 * EPS32 * s[0]);
	}
	svd_free(&svd);
	mem_free(a);
	mem_free(s);
	mem_free(v);
	spool_free(rows);
}

static void
svd_agrees_with_lapack(void **state)
{
	size_t t, i, n, d;

	(void)state;
	for (t = 0; t < SHAPES - 1; t++) {
		n = shape[t][0], d = shape[t][1];
		float *x = gaussian(n, d, 3 * t);

		check_svd(x, n, d, 0);
		check_svd(x, n, d, 1);
		for (i = 0; i < n * d; i++)	/* a large common mean */
			x[i] = x[i] * 0.125f + 4096;
		check_svd(x, n, d, 1);
		for (i = 0; i < n * d; i++)	/* singular values fall fast */
			x[i] = (x[i] - 4096) * powf(0.25f, (float)(i / d));
		check_svd(x, n, d, 0);
		mem_free(x);
	}
}

static void
rank_is_seen(void **state)
{
	float x[4 * 6] = { 3, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0,
	    3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, *r;
	struct spool *v = spool_of(NULL, 2, 6, 0);
	struct mat_rows m = { .x = x, .n = 4, .d = 6 };
	struct err e = { .rc = RC_OK };
	struct svd svd;

	(void)state;
	assert_int_equal(mat_svd_gram_f32(&svd, &m, &e), 0);
	assert_int_equal(svd_rank(&svd), 2);	/* s^2: 18, 4 */
	assert_true(fabs(svd.s[0] - sqrt(18)) < 1e-14);
	assert_true(fabs(svd.s[1] - 2) < 1e-14);
	assert_true(fabs(svd.total - 22) < 1e-13);
	assert_int_equal(svd_rank_energy(&svd, 0.8), 1);
	assert_int_equal(svd_rank_energy(&svd, 0.82), 2);
	assert_int_equal(mat_svd_rows_f32(v, &svd, &m, &e), 0);
	r = spool_data(v);
	assert_true(r[0] == 1 && r[7] == 1 && r[1] == 0 && r[6] == 0);
	spool_free(v);
	svd_free(&svd);
	memset(x, 0, sizeof x);
	assert_int_equal(mat_svd_gram_f32(&svd, &m, &e), 0);
	assert_int_equal(svd_rank(&svd), 0);
	assert_true(svd.total == 0);
	svd_free(&svd);
}

static void
gram_schmidt_drops_what_adds_nothing(void **state)
{
	enum { D = 1000, N = 6 };
	float *x = gaussian(N, D, 5), *first;
	struct spool *q = spool_new(D, 0), *other;
	double w[D], norm;
	struct err e = { .rc = RC_OK };
	size_t i, k, rows = 0;
	int got;

	(void)state;
	for (k = 0; k < D; k++) {
		x[2 * D + k] = 2 * x[k] - x[D + k];	/* dependent */
		/* nearly dependent */
		x[3 * D + k] = x[k] + 1e-4f * x[3 * D + k];
	}
	for (i = 0; i < N; i++) {
		vec_from_f32(w, x + i * D, D);
		got = mat_extend_gram_schmidt_f32(q, &norm, w, 0, &e);
		assert_int_equal(got, i != 2);
		if (i == 0)
			assert_true(fabs(norm - sqrt(naive(x, x, D))) <
			    1e-10);
		rows += (size_t)got;
	}
	assert_int_equal(spool_rows(q), rows);
	assert_true(unorthonormal(q) <= 1e-6);
	/* Cholesky-QR finds the same rows; where only 1e-4 of a row is new,
	 * the rounding of the rows before it, 6e-8, counts 1e4 times */
	memmove(x + 2 * D, x + 3 * D, 3 * D * sizeof *x);
	other = spool_of(x, 5, D, 0);
	assert_int_equal(mat_orthonormalise_cholesky_f32(other, 0, &e), 0);
	first = spool_data(other);
	for (i = 0; i < 5 * D; i++)
		assert_true(fabsf(first[i] - spool_data(q)[i]) < 1e-4f);
	for (i = 0; i < D; i++)
		first[4 * D + i] = first[i];
	assert_int_equal(mat_orthonormalise_cholesky_f32(other, 0, &e), -1);
	assert_int_equal(e.rc, RC_INPUT);
	spool_free(q);
	spool_free(other);
	mem_free(x);
}

/* Planes spanned by e0, e1 and cos a e0 + sin a e2, cos b e1 + sin b e3. */
static void
angles_of_rotated_planes(void **state)
{
	static const double angle[] = { 0, 1e-6, 1e-4, 0.1, PI / 4 - 1e-3,
	    PI / 4 + 1e-3, 1, PI / 2 - 1e-4, PI / 2 };
	size_t i, j, n = sizeof angle / sizeof *angle;
	float u[8] = { 1, 0, 0, 0, 0, 1, 0, 0 }, w[8] = { 0 };
	struct mat_rows mu = { .x = u, .n = 2, .d = 4 };
	struct mat_rows mw = { .x = w, .n = 2, .d = 4 };
	struct err e = { .rc = RC_OK };
	double a[2], overlap;

	(void)state;
	for (i = 0; i < n; i++)
		for (j = i; j < n; j++) {
			w[0] = (float)cos(angle[j]);
			w[2] = (float)sin(angle[j]);
			w[5] = (float)cos(angle[i]);
			w[7] = (float)sin(angle[i]);
			assert_int_equal(mat_angles_f32(a, &mu, &mw, &e), 0);
			assert_true(fabs(a[0] - angle[i]) < 2e-7);
			assert_true(fabs(a[1] - angle[j]) < 2e-7);
			assert_int_equal(mat_overlap_f32(&overlap, &mu, &mw,
			    &e), 0);
			assert_true(fabs(overlap - (pow(cos(angle[i]), 2) +
			    pow(cos(angle[j]), 2)) / 2) < 2e-7);
			mu.n = 1;	/* a line and a plane: one angle */
			assert_int_equal(mat_angles_f32(a, &mu, &mw, &e), 0);
			assert_true(fabs(a[0] - angle[j]) < 2e-7);
			assert_int_equal(mat_angles_f32(a, &mw, &mu, &e), 0);
			assert_true(fabs(a[0] - angle[j]) < 2e-7);
			mu.n = 2;
		}
}

/* Everything at once: what is compared between threads and memories. */
static void
all_of_it(double *out, struct spool *v, const struct spool *x, size_t memory)
{
	size_t n = spool_rows(x), d = spool_columns(x);
	struct mat_rows m = mat_rows_spool(x, 0, n, memory);
	struct mat_rows half = mat_rows_spool(v, 0, 2, memory);
	struct mat_rows rest = mat_rows_spool(v, 2, 2, memory);
	struct mat_rows rows = mat_rows_spool(v, 0, 4, memory);
	struct err e = { .rc = RC_OK };
	double *y = mem_alloc(d, sizeof *y);
	struct svd svd;

	assert_int_equal(mat_svd_gram_f32(&svd, &m, &e), 0);
	assert_int_equal(mat_svd_rows_f32(v, &svd, &m, &e), 0);
	memcpy(out, svd.s, n * sizeof *out);
	assert_int_equal(mat_angles_f32(out + n, &half, &rest, &e), 0);
	assert_int_equal(mat_overlap_f32(out + n + 2, &half, &rest, &e), 0);
	memset(y, 0, d * sizeof *y);
	assert_int_equal(mat_tvec_add_f32(y, &m, svd.s, &e), 0);
	assert_int_equal(mat_vec_f32(out + n + 3, &rows, y, &e), 0);
	assert_int_equal(mat_tvec_add_f32(y, &rows, out + n + 3, &e), 0);
	assert_int_equal(vec_norm_f64(out + n + 7, y, d, &e), 0);
	assert_int_equal(mat_extend_gram_schmidt_f32(v, out + n + 8, y,
	    memory, &e), 1);
	svd_free(&svd);
	mem_free(y);
}

static void
bits_depend_on_neither_threads_nor_memory(void **state)
{
	/* a row is 280 KB; room for all, for six, for two and for none */
	static const size_t memory[] = { 0, 6 * 280004, 2 * 280004, 1 };
	enum { N = 9, D = 70001, OUT = N + 9 };
	float *x = gaussian(N, D, 1), *row[2];
	double out[2][OUT];
	struct spool *s, *v;
	size_t t, k, other = 0;

	(void)state;
	for (t = 1; t <= 3; t++)
		for (k = 0; k < 4; k++, other = 1) {
			par_set_threads(t);
			s = spool_of(x, N, D, memory[k]);
			v = spool_of(k == 3 ? x : NULL, 4, D, memory[k]);
			assert_int_equal(spool_data(s) == NULL, k > 0);
			all_of_it(out[other], v, s, memory[k]);
			row[other] = contents(v);
			spool_free(s);
			spool_free(v);
			if (!other)
				continue;
			assert_memory_equal(out[0], out[1], sizeof out[0]);
			assert_memory_equal(row[0], row[1],
			    5 * D * sizeof **row);
			mem_free(row[1]);
		}
	mem_free(row[0]);
	mem_free(x);
}

static void
every_failed_allocation_is_reported(void **state)
{
	enum { N = 4, D = 40 };
	float *x = gaussian(N, D, 1);
	struct spool *v = spool_of(NULL, N, D, 0);
	struct mat_rows m = { .x = x, .n = N, .d = D };
	struct mat_rows r = mat_rows_spool(v, 0, 2, 0);
	struct mat_rows q = mat_rows_spool(v, 2, 2, 0);
	struct svd svd = { 0 };
	double a[2];
	unsigned long k;
	struct err e = { .rc = RC_SYSTEM };

	(void)state;
	for (k = 1; e.rc != RC_OK; k++) {
		e = (struct err){ .rc = RC_OK };
		mem_fail_at(k);
		if (mat_svd_gram_f32(&svd, &m, &e) == 0 &&
		    mat_svd_rows_f32(v, &svd, &m, &e) == 0 &&
		    mat_angles_f32(a, &r, &q, &e) == 0)
			assert_int_equal(e.rc, RC_OK);
		else
			assert_int_equal(e.rc, RC_SYSTEM);
		svd_free(&svd);
		assert_true(k < 100);
	}
	assert_true(k > 15);
	mem_fail_at(0);
	spool_free(v);
	mem_free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products_agree_with_plain_loops),
		cmocka_unit_test(vectors_agree_with_plain_loops),
		cmocka_unit_test(svd_agrees_with_lapack),
		cmocka_unit_test(rank_is_seen),
		cmocka_unit_test(gram_schmidt_drops_what_adds_nothing),
		cmocka_unit_test(angles_of_rotated_planes),
		cmocka_unit_test(bits_depend_on_neither_threads_nor_memory),
		cmocka_unit_test(every_failed_allocation_is_reported)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
