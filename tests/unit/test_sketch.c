/*
 * sketch: linear, the same for any number of threads and any company, and
 * inner products that are unbiased and vary as the header says.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "base/par.h"
#include "random/normal.h"
#include "random/sketch.h"

enum { A = 70000, B = 333, N = A + B };

static struct layout *
layout_of(const char *first, const char *second)
{
	static const size_t a = A, b = B;
	struct layout *l = layout_new();
	struct err e = { .rc = RC_OK };

	assert_int_equal(layout_add(l, first, DT_F32, 1, first[0] == 'a' ?
	    &a : &b, &e), 0);
	if (second != NULL)
		assert_int_equal(layout_add(l, second, DT_F32, 1,
		    second[0] == 'a' ? &a : &b, &e), 0);
	return l;
}

static void
project(float *y, const struct layout *l, const float *x, size_t k,
    uint64_t seed)
{
	struct err e = { .rc = RC_OK };
	struct sketch *s = sketch_new(l, k, seed, &e);

	assert_non_null(s);
	sketch_f32(y, s, x);
	sketch_free(s);
}

static float *
normals(uint64_t seed)
{
	struct random_key key = { seed, random_name("test_sketch"), 0 };
	float *x = mem_alloc(N, sizeof *x);

	normal_fill_f32(x, &key, 0, N);
	return x;
}

/* Every unit vector has four results of 1/2, one in each quarter, that
 * Philox draws. */
static void
test_unit_vectors(void **state)
{
	static const size_t at[] = { 0, 1, 63, 64, 65535, 65536, A - 1 };
	struct layout *l = layout_of("a", "b");
	float *x = mem_zalloc(N, sizeof *x), y[20];
	struct random_key key = { 5, random_name("sketch.a"), 0 };
	size_t i, j, k, place;
	uint32_t w[4];

	(void)state;
	for (i = 0; i < sizeof at / sizeof *at; i++) {
		x[at[i]] = 1;
		project(y, l, x, 20, 5);
		x[at[i]] = 0;
		random_block(w, &key, (uint32_t)at[i]);
		for (j = 0; j < 4; j++) {
			place = (uint64_t)(w[j] & 0x7fffffff) * 5 >> 31;
			for (k = 0; k < 5; k++)
				assert_true(y[5 * j + k] == (k != place ? 0 :
				    w[j] >> 31 ? -0.5f : 0.5f));
		}
	}
	mem_free(x);
	layout_free(l);
}

/* Parts and their order do not matter, nor how many threads there are. */
static void
test_company(void **state)
{
	struct layout *l = layout_of("a", "b"), *a = layout_of("a", NULL);
	struct layout *b = layout_of("b", NULL), *r = layout_of("b", "a");
	float *x = normals(1), *other = mem_alloc(N, sizeof *other);
	float y[64], z[64], part[64];
	size_t i;

	(void)state;
	par_set_threads(1);
	project(y, l, x, 64, 0);
	par_set_threads(3);
	project(z, l, x, 64, 0);
	assert_memory_equal(y, z, sizeof y);
	project(z, a, x, 64, 0);
	project(part, b, x + A, 64, 0);
	for (i = 0; i < 64; i++)
		assert_true(fabsf(z[i] + part[i] - y[i]) < 1e-4);
	memcpy(other, x + A, B * sizeof *x);
	memcpy(other + B, x, A * sizeof *x);
	project(z, r, other, 64, 0);
	for (i = 0; i < 64; i++)
		assert_true(fabsf(z[i] - y[i]) < 1e-4);
	project(z, l, x, 64, 1);
	assert_memory_not_equal(y, z, sizeof y);
	mem_free(x), mem_free(other);
	layout_free(l), layout_free(a), layout_free(b), layout_free(r);
}

static double
dot(const float *x, const float *y, size_t n)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += (double)x[i] * (double)y[i];
	return sum;
}

/* Over seeds the mean of inner products is the true one, within 4 of its
 * standard errors, and their variance is the formula's, within 4 of its own
 * (that of a normal variable). */
static void
inner_products(const float *x, const float *y, size_t n)
{
	enum { K = 64, SEEDS = 400 };
	struct layout *l = layout_new();
	struct err e = { .rc = RC_OK };
	double want = dot(x, y, n), var = dot(x, x, n) * dot(y, y, n) +
	    want * want, sum = 0, squares = 0, d;
	float a[K], b[K];
	uint64_t seed;
	size_t i;

	assert_int_equal(layout_add(l, "a", DT_F32, 1, &n, &e), 0);
	for (i = 0; i < n; i++)
		var -= 2 * pow((double)x[i] * (double)y[i], 2);
	var /= K;
	for (seed = 0; seed < SEEDS; seed++) {
		project(a, l, x, K, seed);
		project(b, l, y, K, seed);
		d = dot(a, b, K) - want;
		sum += d;
		squares += d * d;
	}
	assert_true(fabs(sum / SEEDS) < 4 * sqrt(var / SEEDS));
	assert_true(fabs(squares / SEEDS / var - 1) < 4 * sqrt(2.0 / SEEDS) +
	    0.1);
	layout_free(l);
}

static void
test_inner_products(void **state)
{
	float *x = normals(1), *y = normals(2);
	size_t i;

	(void)state;
	inner_products(x, y, 500);
	inner_products(x, x, 500);
	for (i = 0; i < 500; i++)
		y[i] = x[i] + 0.5f * y[i];
	inner_products(x, y, 500);
	y[3] = 100, x[3] = 50, x[4] = -70, y[4] = 9;	/* a few large ones */
	inner_products(x, y, 500);
	mem_free(x), mem_free(y);
}

static void
test_refusals(void **state)
{
	static const size_t bad[] = { 0, 1, 6, SKETCH_MAX + 4 };
	struct layout *l = layout_of("a", NULL);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err e = { .rc = RC_OK };

		assert_null(sketch_new(l, bad[i], 0, &e));
		assert_int_equal(e.rc, RC_USAGE);
	}
	for (i = 1; i <= 7; i++) {
		struct err e = { .rc = RC_OK };
		struct sketch *s;

		mem_fail_at(i);
		s = sketch_new(l, 8, 0, &e);
		mem_fail_at(0);
		assert_true((s == NULL) == (e.rc == RC_SYSTEM));
		sketch_free(s);
	}
	layout_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unit_vectors),
		cmocka_unit_test(test_company),
		cmocka_unit_test(test_inner_products),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests_name("sketch", tests, NULL, NULL);
}
