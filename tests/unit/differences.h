/*
 * differences: f64 gradients against central differences.  Includes the
 * layers' sources, compiled for f64.
 */
#ifndef UNIT_DIFFERENCES_H
#define UNIT_DIFFERENCES_H

#ifndef NN_F64
#define NN_F64
#endif
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../../libcommon/nn/act.c"
#include "../../libcommon/nn/attention.c"
#include "../../libcommon/nn/embedding.c"
#include "../../libcommon/nn/linear.c"
#include "../../libcommon/nn/loss.c"
#include "../../libcommon/nn/mlp.c"
#include "../../libcommon/nn/norm.c"
#include "../../libcommon/nn/product.c"
#include "../../libcommon/nn/rotary.c"
#include "base/mem.h"
#include "random/philox.h"

/* Differences of step 1e-5 have an error of h^2 f''' / 6 and of
 * eps |f| / h, both near 1e-10 here. */
static const double STEP = 1e-5, RTOL = 1e-6, ATOL = 1e-8;

static uint32_t counter;

/* Uniform in [-1, 1), never the same twice. */
static inline void
fill(double *x, size_t n)
{
	struct random_key k = { 1, random_name("test_nn"), counter++ };
	size_t i;

	for (i = 0; i < n; i++)
		x[i] = (double)random_word(&k, i) * 0x1p-31 - 1;
}

static inline double *
some(size_t n)
{
	double *x = mem_alloc(n, sizeof *x);

	assert_non_null(x);
	fill(x, n);
	return x;
}

static inline double
dot(const double *x, const double *y, size_t n)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += x[i] * y[i];
	return sum;
}

static inline void
assert_close(double a, double b, const char *what, size_t i)
{
	if (!(fabs(a - b) <= ATOL + RTOL * fabs(b)))
		fail_msg("%s[%zu]: %.12g, differences give %.12g", what, i, a,
		    b);
}

/* dx against central differences of f(arg) in the n values of x. */
static inline void
check(const char *what, const double *dx, double *x, size_t n,
    double (*f)(void *), void *arg)
{
	double old, up, down;
	size_t i;

	for (i = 0; i < n; i++) {
		old = x[i];
		x[i] = old + STEP;
		up = f(arg);
		x[i] = old - STEP;
		down = f(arg);
		x[i] = old;
		assert_close(dx[i], (up - down) / (2 * STEP), what, i);
	}
}

#endif
