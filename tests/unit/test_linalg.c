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

/* max |V V^T - I|. */
static double
unorthonormal(const float *v, size_t r, size_t d)
{
	double most = 0;
	size_t i, j;

	for (i = 0; i < r; i++)
		for (j = 0; j < r; j++)
			most = fmax(most, fabs((i == j) -
			    naive(v + i * d, v + j * d, d)));
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
		double *y = mem_alloc(d, sizeof *y);
		double tol = 8 * EPS64 * (double)(d + 1);

		vec_from_f32(y, x, d);
		assert_int_equal(mat_vec_f32(c, a, y, 3, d, &e), 0);
		assert_int_equal(vec_norm_f64(&norm, y, d, &e), 0);
		for (i = 0; i < 3; i++)
			assert_true(fabs(c[i] - naive(a + i * d, x, d)) <=
			    tol);
		assert_true(fabs(norm * norm - naive(x, x, d)) <= tol);
		mat_tvec_add_f32(y, a, w, 3, d);
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
	v = mem_alloc(r, d * sizeof *v);
	assert_int_equal(mat_svd_rows_f32(v, &svd, &m, r, &e), 0);
	assert_true(unorthonormal(v, r, d) <= 1e-6);
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
	    3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, v[2 * 6];
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
	assert_int_equal(mat_svd_rows_f32(v, &svd, &m, 2, &e), 0);
	assert_true(v[0] == 1 && v[7] == 1 && v[1] == 0 && v[6] == 0);
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
	float *x = gaussian(N, D, 5), q[N * D];
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
		got = mat_extend_gram_schmidt_f32(q, &norm, w, rows, D, &e);
		assert_int_equal(got, i != 2);
		if (i == 0)
			assert_true(fabs(norm - sqrt(naive(x, x, D))) <
			    1e-10);
		rows += (size_t)got;
	}
	assert_true(unorthonormal(q, rows, D) <= 1e-6);
	/* Cholesky-QR finds the same rows; where only 1e-4 of a row is new,
	 * the rounding of the rows before it, 6e-8, counts 1e4 times */
	memmove(x + 2 * D, x + 3 * D, 3 * D * sizeof *x);
	assert_int_equal(mat_orthonormalise_cholesky_f32(x, 5, D, &e), 0);
	for (i = 0; i < 5 * D; i++)
		assert_true(fabsf(x[i] - q[i]) < 1e-4f);
	for (i = 0; i < D; i++)
		x[4 * D + i] = x[i];
	assert_int_equal(mat_orthonormalise_cholesky_f32(x, 5, D, &e), -1);
	assert_int_equal(e.rc, RC_INPUT);
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

/* Everything at once, over d values: what is compared between threads. */
static void
all_of_it(double *out, float *v, const float *x, size_t n, size_t d)
{
	struct mat_rows m = { .x = x, .n = n, .d = d };
	struct mat_rows half = { .x = v, .n = 2, .d = d };
	struct mat_rows rest = { .x = v + 2 * d, .n = 2, .d = d };
	struct err e = { .rc = RC_OK };
	struct svd svd;
	double *y = mem_alloc(d, sizeof *y);

	assert_int_equal(mat_svd_gram_f32(&svd, &m, &e), 0);
	assert_int_equal(mat_svd_rows_f32(v, &svd, &m, 4, &e), 0);
	memcpy(out, svd.s, n * sizeof *out);
	assert_int_equal(mat_angles_f32(out + n, &half, &rest, &e), 0);
	assert_int_equal(mat_overlap_f32(out + n + 2, &half, &rest, &e), 0);
	vec_from_f32(y, x, d);
	assert_int_equal(mat_vec_f32(out + n + 3, v, y, 4, d, &e), 0);
	mat_tvec_add_f32(y, v, out + n + 3, 4, d);
	assert_int_equal(vec_norm_f64(out + n + 7, y, d, &e), 0);
	svd_free(&svd);
	mem_free(y);
}

static void
bits_do_not_depend_on_threads(void **state)
{
	enum { N = 9, D = 70001, OUT = N + 8 };
	float *x = gaussian(N, D, 1), *v[2];
	double out[2][OUT];
	size_t t;

	(void)state;
	v[0] = mem_alloc(4, D * sizeof **v);
	v[1] = mem_alloc(4, D * sizeof **v);
	for (t = 1; t <= 3; t++) {
		par_set_threads(t);
		all_of_it(out[t > 1], v[t > 1], x, N, D);
		if (t == 1)
			continue;
		assert_memory_equal(out[0], out[1], sizeof out[0]);
		assert_memory_equal(v[0], v[1], 4 * D * sizeof **v);
	}
	mem_free(x);
	mem_free(v[0]);
	mem_free(v[1]);
}

static void
every_failed_allocation_is_reported(void **state)
{
	enum { N = 4, D = 40 };
	float *x = gaussian(N, D, 1), v[N * D];
	struct mat_rows m = { .x = x, .n = N, .d = D };
	struct mat_rows r = { .x = v, .n = 2, .d = D };
	struct mat_rows q = { .x = v + 2 * D, .n = 2, .d = D };
	struct svd svd = { 0 };
	double a[2];
	unsigned long k;
	struct err e = { .rc = RC_SYSTEM };

	(void)state;
	for (k = 1; e.rc != RC_OK; k++) {
		e = (struct err){ .rc = RC_OK };
		mem_fail_at(k);
		if (mat_svd_gram_f32(&svd, &m, &e) == 0 &&
		    mat_svd_rows_f32(v, &svd, &m, N, &e) == 0 &&
		    mat_angles_f32(a, &r, &q, &e) == 0)
			assert_int_equal(e.rc, RC_OK);
		else
			assert_int_equal(e.rc, RC_SYSTEM);
		svd_free(&svd);
		assert_true(k < 100);
	}
	assert_true(k > 15);
	mem_fail_at(0);
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
		cmocka_unit_test(bits_do_not_depend_on_threads),
		cmocka_unit_test(every_failed_allocation_is_reported)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
