/*
 * logistic: against a closed form, against plain gradient descent, and its
 * own gradient recomputed with plain loops.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "base/par.h"
#include "linalg/logistic.h"
#include "random/normal.h"

enum { N = 60, D = 7 };

static float x[N * 40];
static signed char y[N];

/* Two clouds about +m and -m times a direction, far from the origin. */
static void
clouds(size_t d, float m)
{
	struct random_key k = { 3, random_name("test_logistic"), 0 };
	size_t i, j;

	normal_fill_f32(x, &k, 0, N * d);
	for (i = 0; i < N; i++) {
		y[i] = i % 3 == 0 ? 1 : -1;
		for (j = 0; j < d; j++)
			x[i * d + j] += 5 + (float)y[i] * m *
			    (float)(j % 3 == 1);
	}
}

static struct mat_rows
rows_of(size_t n, size_t d)
{
	return (struct mat_rows){ .x = x, .n = n, .d = d };
}

/* The gradient at (w, b), by the book; its norm. */
static double
gradient(double *g, const double *w, double b, double l2, size_t n, size_t d)
{
	double z, p, norm = 0;
	size_t i, j;

	for (j = 0; j < d; j++)
		g[j] = l2 * w[j];
	g[d] = 0;
	for (i = 0; i < n; i++) {
		for (z = b, j = 0; j < d; j++)
			z += w[j] * (double)x[i * d + j];
		p = 1 / (1 + exp(y[i] * z));
		for (j = 0; j < d; j++)
			g[j] -= y[i] * p * (double)x[i * d + j] / (double)n;
		g[d] -= y[i] * p / (double)n;
	}
	for (j = 0; j <= d; j++)
		norm += g[j] * g[j];
	return sqrt(norm);
}

/* Points 1 and -1: by symmetry b = 0 and l2 w = 1 / (1 + e^w). */
static void
two_points(void **state)
{
	static const double l2s[] = { 1e-6, 1e-3, 0.1, 1, 100 };
	struct mat_rows rows = rows_of(2, 1);
	struct err e = { .rc = RC_OK };
	double w, b, norm;
	size_t i;

	(void)state;
	x[0] = 1, x[1] = -1, y[0] = 1, y[1] = -1;
	for (i = 0; i < sizeof l2s / sizeof *l2s; i++) {
		assert_int_equal(logistic_fit_f32(&w, &b, &norm, &rows, y,
		    l2s[i], &e), 0);
		assert_true(fabs(l2s[i] * w - 1 / (1 + exp(w))) < 1e-9);
		assert_true(fabs(b) < 1e-9);
	}
	/* and mirrored, the other way */
	y[0] = -1, y[1] = 1;
	logistic_fit_f32(&w, &b, &norm, &rows, y, 0.1, &e);
	assert_true(w < -0.5);
}

/* The gradient vanishes, also where classes can be parted and where there are
 * more dimensions than vectors. */
static void
gradient_vanishes(void **state)
{
	static const struct { size_t d; float m; double l2; } at[] = {
		{ D, 0.3f, 0.01 }, { D, 4, 0.01 }, { D, 4, 1e-6 },
		{ 40, 0.5f, 1e-4 }, { 1, 0, 1e-3 }
	};
	double w[40], g[41], b, norm, start;
	struct err e = { .rc = RC_OK };
	struct mat_rows rows;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof at / sizeof *at; i++) {
		clouds(at[i].d, at[i].m);
		rows = rows_of(N, at[i].d);
		memset(w, 0, sizeof w);
		start = gradient(g, w, 0, at[i].l2, N, at[i].d);
		assert_int_equal(logistic_fit_f32(w, &b, &norm, &rows, y,
		    at[i].l2, &e), 0);
		assert_true(norm <= LOGISTIC_RTOL * start);
		assert_true(gradient(g, w, b, at[i].l2, N, at[i].d) <
		    1e-8 * start);
	}
}

/* Another algorithm, plain descent, comes to the same point. */
static void
descent_agrees(void **state)
{
	double w[D], v[D + 1] = { 0 }, g[D + 1], b, norm;
	struct mat_rows rows = rows_of(N, D);
	struct err e = { .rc = RC_OK };
	size_t i, j;

	(void)state;
	clouds(D, 0.5f);
	for (i = 0; i < N * D; i++)
		x[i] -= 5;
	assert_int_equal(logistic_fit_f32(w, &b, &norm, &rows, y, 0.05, &e),
	    0);
	for (i = 0; i < 4000; i++) {
		gradient(g, v, v[D], 0.05, N, D);
		for (j = 0; j <= D; j++)
			v[j] -= 0.5 * g[j];
	}
	for (j = 0; j < D; j++)
		assert_true(fabs(w[j] - v[j]) < 1e-7);
	assert_true(fabs(b - v[D]) < 1e-7);
}

static void
one_class_is_refused(void **state)
{
	double w[D], b, norm;
	struct mat_rows rows = rows_of(N, D);
	struct err e = { .rc = RC_OK };

	(void)state;
	clouds(D, 1);
	memset(y, -1, sizeof y);
	assert_int_equal(logistic_fit_f32(w, &b, &norm, &rows, y, 1, &e), -1);
	assert_int_equal(e.rc, RC_INPUT);
	assert_string_equal(e.msg, "0 vectors are positive, 60 negative; "
	    "both must be there");
}

static void
any_threads_give_the_same_bits(void **state)
{
	double w[2][D], b[2], norm;
	struct mat_rows rows = rows_of(N, D);
	struct err e = { .rc = RC_OK };
	size_t i;

	(void)state;
	clouds(D, 1);
	for (i = 0; i < 2; i++) {
		par_set_threads(i + 1);
		assert_int_equal(logistic_fit_f32(w[i], &b[i], &norm, &rows,
		    y, 0.01, &e), 0);
	}
	assert_memory_equal(w[0], w[1], sizeof w[0]);
}

static void
failed_allocations_are_reported(void **state)
{
	double w[D], b, norm;
	struct mat_rows rows = rows_of(N, D);
	unsigned long k;
	int r;

	(void)state;
	clouds(D, 1);
	for (k = 1;; k++) {
		struct err e = { .rc = RC_OK };

		mem_fail_at(k);
		r = logistic_fit_f32(w, &b, &norm, &rows, y, 0.01, &e);
		mem_fail_at(0);
		if (r == 0)
			break;
		assert_int_equal(e.rc, RC_SYSTEM);
	}
	assert_true(k > 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_points),
		cmocka_unit_test(gradient_vanishes),
		cmocka_unit_test(descent_agrees),
		cmocka_unit_test(one_class_is_refused),
		cmocka_unit_test(any_threads_give_the_same_bits),
		cmocka_unit_test(failed_allocations_are_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
