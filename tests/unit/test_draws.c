/*
 * draws: do the normal draws behave like normal draws?  Moments, tails, the
 * whole distribution, and independence between neighbours, draws, seeds and
 * tensors of equal shape; and the covariance of perturbations.  Every
 * statistic is turned into standard errors, of which a sound generator gives
 * more than BOUND once in two million statistics; there are about 240 here,
 * and the seeds are fixed, so a verdict never changes.  The re-seeding scheme
 * must fail the tests that independent tensors pass.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "random/materialise.h"
#include "random/normal.h"

enum { MANY = 1 << 22, SOME = 1 << 18 };
static const double BOUND = 5;

static float *
draws(uint64_t seed, const char *name, uint32_t draw, size_t n)
{
	const struct random_key k = { seed, random_name(name), draw };
	float *x = mem_alloc(n, sizeof *x);

	assert_non_null(x);
	normal_fill_f32(x, &k, 0, n);
	return x;
}

/* P(Z <= x) */
static double
cumulative(double x)
{
	return 0.5 * erfc(-x * sqrt(0.5));
}

static size_t
bin_of(double x, size_t bins)
{
	size_t b = (size_t)(cumulative(x) * (double)bins);

	return b < bins ? b : bins - 1;
}

/* Pearson's statistic of n observations in equally likely bins, as standard
 * errors: the cube root of Wilson and Hilferty, PNAS 17 (1931) 684. */
static double
chi_square(const size_t *count, size_t bins, size_t n)
{
	double want = (double)n / (double)bins, df = (double)bins - 1;
	double sum = 0, v = 2 / (9 * df);
	size_t i;

	for (i = 0; i < bins; i++)
		sum += ((double)count[i] - want) * ((double)count[i] - want) /
		    want;
	return (cbrt(sum / df) - (1 - v)) / sqrt(v);
}

static void
moments_are_those_of_a_normal(void **state)
{
	/* E z^k, and Var z^k = (2k-1)!! - (E z^k)^2 */
	static const double mean[] = { 1, 0, 1, 0, 3 };
	static const double variance[] = { 0, 1, 2, 15, 96 };
	uint64_t seed;
	double m[5], p;
	float *x;
	size_t i;
	int k;

	(void)state;
	for (seed = 0; seed < 4; seed++) {
		x = draws(seed, "moments", 3, MANY);
		memset(m, 0, sizeof m);
		for (i = 0; i < MANY; i++)
			for (p = x[i], k = 1; k <= 4; k++, p *= x[i])
				m[k] += p / MANY;
		for (k = 1; k <= 4; k++)
			assert_true(fabs(m[k] - mean[k]) <
			    BOUND * sqrt(variance[k] / MANY));
		mem_free(x);
	}
}

/* How many lie beyond 2, 3 and 4, on either side: binomial. */
static void
tails_are_as_heavy_as_they_should_be(void **state)
{
	size_t beyond[2][5] = { { 0 } }, i;
	float *x = draws(11, "tails", 0, MANY), most = 0;
	double p;
	int k;

	(void)state;
	for (i = 0; i < MANY; i++) {
		for (k = 2; k <= 4; k++)
			beyond[x[i] < 0][k] += fabsf(x[i]) > (float)k;
		most = fmaxf(most, fabsf(x[i]));
	}
	mem_free(x);
	for (k = 2; k <= 4; k++) {
		p = cumulative(-k);
		for (i = 0; i < 2; i++)
			assert_true(fabs((double)beyond[i][k] - MANY * p) <
			    BOUND * sqrt(MANY * p * (1 - p)));
	}
	/* the largest of so many: 4.5 to 6.3 in all but one of 1000 cases */
	assert_true(most > 4.5 && most < 6.67);
}

static void
the_distribution_is_normal(void **state)
{
	enum { BINS = 1024 };
	static const char *const name[] = { "wte.weight", "h.0.ln_1.bias" };
	size_t count[BINS], i, k;
	float *x;

	(void)state;
	for (k = 0; k < 2; k++) {
		x = draws(5, name[k], 9, MANY);
		memset(count, 0, sizeof count);
		for (i = 0; i < MANY; i++)
			count[bin_of(x[i], BINS)]++;
		assert_true(fabs(chi_square(count, BINS, MANY)) < BOUND);
		mem_free(x);
	}
}

/*
 * The worst, in standard errors, of what tells two samples apart from
 * independent ones: their correlation, that of their squares, and their joint
 * counts on a grid.
 */
static double
dependence(const float *x, const float *y, size_t n)
{
	enum { SIDE = 16 };
	size_t count[SIDE * SIDE] = { 0 }, i;
	double a, b, product = 0, squares = 0;

	for (i = 0; i < n; i++) {
		a = x[i];
		b = y[i];
		product += a * b;
		squares += (a * a - 1) * (b * b - 1) / 2;
		count[bin_of(a, SIDE) * SIDE + bin_of(b, SIDE)]++;
	}
	product = fmax(fabs(product), fabs(squares)) / sqrt((double)n);
	return fmax(product, fabs(chi_square(count, SIDE * SIDE, n)));
}

/* Within a pair of Box and Muller's, a block of Philox, a pass of blocks. */
static void
neighbours_are_independent(void **state)
{
	static const size_t lag[] = { 1, 2, 3, 4, 5, 8, 16, 255, 256, 257,
	    4096 };
	float *x = draws(2, "neighbours", 1, SOME + 4096);
	float *even = mem_alloc(SOME, sizeof *even);
	float *odd = mem_alloc(SOME, sizeof *odd);
	float *pairs = draws(3, "pairs", 1, 2 * SOME);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof lag / sizeof *lag; i++)
		assert_true(dependence(x, x + lag[i], SOME) < BOUND);
	for (i = 0; i < SOME; i++) {
		even[i] = pairs[2 * i];
		odd[i] = pairs[2 * i + 1];
	}
	assert_true(dependence(even, odd, SOME) < BOUND);
	/* and the test can tell: a draw is not independent of itself */
	assert_true(dependence(x, x, SOME) > 100 * BOUND);
	mem_free(x);
	mem_free(even);
	mem_free(odd);
	mem_free(pairs);
}

static void
draws_seeds_and_names_are_independent(void **state)
{
	static const struct {
		uint64_t	 seed;
		const char	*name;
		uint32_t	 draw;
	} other[] = {
		{ 2, "a", 0 }, { 3, "a", 0 }, { UINT64_C(1) << 32, "a", 0 },
		{ (UINT64_C(1) << 32) + 1, "a", 0 }, { 0, "a", 0 },
		{ 1, "a", 1 }, { 1, "a", 2 }, { 1, "a", 1 << 16 },
		{ 1, "a", UINT32_MAX }, { 1, "b", 0 }, { 1, "", 0 },
		{ 1, "h.0.mlp.c_fc.weight", 0 },
		{ 1, "h.1.mlp.c_fc.weight", 0 }, { 1, "basis", 0 },
		{ 0, "a", 1 },
	};
	float *x = draws(1, "a", 0, SOME), *y;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof other / sizeof *other; i++) {
		y = draws(other[i].seed, other[i].name, other[i].draw, SOME);
		assert_true(dependence(x, y, SOME) < BOUND);
		mem_free(y);
	}
	mem_free(x);
}

/* Three tensors of n values each, as a model's layers have. */
static struct layout *
equal_tensors(size_t n)
{
	static const char *const name[] = { "h.0.attn.c_attn.weight",
	    "h.1.attn.c_attn.weight", "h.2.attn.c_attn.weight" };
	struct layout *l = layout_new();
	struct err e = { .rc = RC_OK };
	size_t i;

	for (i = 0; i < 3; i++)
		assert_int_equal(layout_add(l, name[i], DT_F32, 1, &n, &e),
		    0);
	return l;
}

/* A perturbation of sigma 1. */
static void
perturbation(float *x, const struct layout *l, enum recipe_scheme scheme,
    uint32_t draw)
{
	struct recipe_term t = { .weight = 1, .seed = 8, .draw = draw,
	    .sigma = 1, .scheme = scheme };
	struct recipe r = { &t, 1 };
	struct err e = { .rc = RC_OK };

	assert_int_equal(recipe_fill_f32(x, &r, l, &e), 0);
}

/* The worst dependence between two of the tensors. */
static double
between_tensors(enum recipe_scheme scheme)
{
	struct layout *l = equal_tensors(SOME);
	float *x = mem_alloc(l->n, sizeof *x);
	double worst = 0;
	size_t i, j;

	perturbation(x, l, scheme, 0);
	for (i = 0; i < 3; i++)
		for (j = 0; j < i; j++)
			worst = fmax(worst, dependence(x + i * SOME,
			    x + j * SOME, SOME));
	mem_free(x);
	layout_free(l);
	return worst;
}

static void
tensors_of_equal_shape_are_independent(void **state)
{
	(void)state;
	assert_true(between_tensors(SCHEME_INDEPENDENT) < BOUND);
	assert_true(between_tensors(SCHEME_RESEEDED) > 100 * BOUND);
}

enum { PART = 512, D = 3 * PART, R = 8, DRAWS = 4096 };

/*
 * R orthonormal directions of D values: a constant in two tensors, with equal
 * and with opposite signs, one in all three, and others that are drawn; each
 * made orthogonal to those before it.
 */
static void
directions(double q[R][D])
{
	float *z = draws(99, "directions", 0, R * D);
	double s;
	size_t i, j, k;

	for (k = 0; k < R; k++) {
		for (i = 0; i < D; i++)
			q[k][i] = k > 2 ? (double)z[k * D + i] :
			    k == 2 ? 1 : i < PART ? 1 : i < 2 * PART ?
			    (k == 0 ? 1 : -1) : 0;
		for (j = 0; j <= k; j++) {
			for (s = 0, i = 0; i < D; i++)
				s += q[k][i] * q[j][i];
			for (i = 0; i < D; i++)
				q[k][i] = j < k ? q[k][i] - s * q[j][i] :
				    q[k][i] / sqrt(s);
		}
	}
	mem_free(z);
}

/*
 * The worst, in standard errors, of what tells the covariance of projections
 * from the identity, and that of projections of successive draws from zero.
 */
static double
anisotropy(enum recipe_scheme scheme)
{
	static double q[R][D], p[DRAWS][R];
	struct layout *l = equal_tensors(PART);
	double c, lag, worst = 0;
	size_t i, j, k;
	float x[D];

	directions(q);
	memset(p, 0, sizeof p);
	for (k = 0; k < DRAWS; k++) {
		perturbation(x, l, scheme, (uint32_t)k);
		for (j = 0; j < R; j++)
			for (i = 0; i < D; i++)
				p[k][j] += q[j][i] * (double)x[i];
	}
	for (i = 0; i < R; i++)
		for (j = 0; j < R; j++) {
			for (c = lag = 0, k = 0; k < DRAWS; k++) {
				c += p[k][i] * p[k][j] - (i == j);
				lag += p[k][i] * p[(k + 1) % DRAWS][j];
			}
			worst = fmax(worst, fabs(c) /
			    sqrt(i == j ? 2.0 * DRAWS : DRAWS));
			worst = fmax(worst, fabs(lag) / sqrt(DRAWS));
		}
	layout_free(l);
	return worst;
}

static void
perturbations_are_isotropic(void **state)
{
	(void)state;
	assert_true(anisotropy(SCHEME_INDEPENDENT) < BOUND);
	/* equal noise: variance 2 in the first direction, none in the next */
	assert_true(anisotropy(SCHEME_RESEEDED) > 8 * BOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moments_are_those_of_a_normal),
		cmocka_unit_test(tails_are_as_heavy_as_they_should_be),
		cmocka_unit_test(the_distribution_is_normal),
		cmocka_unit_test(neighbours_are_independent),
		cmocka_unit_test(draws_seeds_and_names_are_independent),
		cmocka_unit_test(tensors_of_equal_shape_are_independent),
		cmocka_unit_test(perturbations_are_isotropic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
