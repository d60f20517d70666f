#include <string.h>

#include "base/cpu.h"
#include "nn/act.h"
#include "nn/math.h"

static const char *const names[ACT_COUNT] = {
	[ACT_GELU_TANH] = "gelu_new", [ACT_GELU] = "gelu",
	[ACT_SILU] = "silu",
};

const char *
act_name(enum nn_act a)
{
	return names[a];
}

int
act_parse(enum nn_act *a, const char *name)
{
	int i;

	for (i = 0; i < ACT_COUNT; i++)
		if (strcmp(names[i], name) == 0) {
			*a = (enum nn_act)i;
			return 0;
		}
	return -1;
}

/* (1 + tanh u) / 2 = 1 / (1 + exp(-2u)): with z = 2u, gelu_new is x s(z). */
static const real z1 = (real)1.5957691216057308;	/* 2 sqrt(2/pi) */
static const real z3 = (real)0.07135481282636562;	/* z1 * 0.044715 */

static const real root_half = (real)0.70710678118654752;
static const real density0 = (real)0.39894228040143268;	/* 1/sqrt(2 pi) */

CPU_CLONES static void
gelu_tanh(real *y, const real *x, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		real v = x[i], z = v * (z1 + z3 * v * v);

		y[i] = v / (1 + real_exp(-z));
	}
}

CPU_CLONES static void
gelu_tanh_slope(real *restrict y, real *restrict x, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		real v = x[i], vv = v * v, z = v * (z1 + z3 * vv);
		real s = 1 / (1 + real_exp(-z));

		y[i] = v * s;
		x[i] = s + v * s * (1 - s) * (z1 + 3 * z3 * vv);
	}
}

CPU_CLONES static void
gelu_erf(real *y, const real *x, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		y[i] = x[i] * ((real)0.5 * real_erfc(-x[i] * root_half));
}

CPU_CLONES static void
gelu_erf_slope(real *restrict y, real *restrict x, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		real v = x[i], p = (real)0.5 * real_erfc(-v * root_half);

		y[i] = v * p;
		x[i] = p + v * density0 * real_exp(-v * v / 2);
	}
}

CPU_CLONES static void
silu(real *y, const real *x, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		y[i] = x[i] / (1 + real_exp(-x[i]));
}

CPU_CLONES static void
silu_slope(real *restrict y, real *restrict x, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		real v = x[i], s = 1 / (1 + real_exp(-v));

		y[i] = v * s;
		x[i] = s + v * s * (1 - s);
	}
}

void
act_forward(real *y, const real *x, enum nn_act a, size_t n)
{
	if (a == ACT_GELU)
		gelu_erf(y, x, n);
	else if (a == ACT_SILU)
		silu(y, x, n);
	else
		gelu_tanh(y, x, n);
}

void
act_forward_slope(real *y, real *x, enum nn_act a, size_t n)
{
	if (a == ACT_GELU)
		gelu_erf_slope(y, x, n);
	else if (a == ACT_SILU)
		silu_slope(y, x, n);
	else
		gelu_tanh_slope(y, x, n);
}

CPU_CLONES void
act_backward(real *dx, const real *dy, const real *slope, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		dx[i] = dy[i] * slope[i];
}
