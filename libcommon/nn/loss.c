#include "base/cpu.h"
#include "nn/loss.h"
#include "nn/math.h"

/* The maximum and where it first stands; -1: not a number is among them. */
static inline real
find_top(int32_t *at, const real *x, size_t n)
{
	real top[LANES], max;
	size_t j, l;

	for (l = 0; l < LANES; l++)
		top[l] = x[0];
	for (j = 0; j + LANES <= n; j += LANES)
		for (l = 0; l < LANES; l++)
			top[l] = x[j + l] > top[l] ? x[j + l] : top[l];
	for (; j < n; j++)
		top[0] = x[j] > top[0] ? x[j] : top[0];
	max = top[0];
	for (l = 1; l < LANES; l++)
		max = top[l] > max ? top[l] : max;
	for (j = 0; j < n && x[j] != max; j++)
		;
	*at = j < n ? (int32_t)j : -1;
	return max;
}

/* Sum of exp(x - max), in 16 lanes of f64; e (NULL: not kept) the terms. */
static inline double
exp_sum(real *e, const real *x, real max, size_t n)
{
	double lane[LANES] = { 0 };
	real term[LANES];
	size_t j, l;

	for (j = 0; j < n; j += LANES) {
		size_t k = n - j < LANES ? n - j : LANES;

		if (k == LANES)
			for (l = 0; l < LANES; l++)
				term[l] = real_exp(x[j + l] - max);
		else
			for (l = 0; l < k; l++)
				term[l] = real_exp(x[j + l] - max);
		for (l = 0; l < k; l++)
			lane[l] += (double)term[l];
		if (e != NULL)
			memcpy(e + j, term, k * sizeof *e);
	}
	for (l = 1; l < LANES; l++)
		lane[0] += lane[l];
	return lane[0];
}

/* 0 for finite scores, NaN otherwise: real_exp() bounds what it takes, so
 * that an infinite score would not be seen in the sum. */
static inline double
check_finite(const real *x, size_t n)
{
	real lane[LANES] = { 0 };
	size_t j, l;

	for (j = 0; j + LANES <= n; j += LANES)
		for (l = 0; l < LANES; l++)
			lane[l] += x[j + l] * 0;
	for (l = 0; j + l < n; l++)
		lane[l] += x[j + l] * 0;
	return (double)lanes_sum(lane);
}

CPU_CLONES void
loss_forward(double *loss, int32_t *top, const real *logits,
    const int32_t *target, size_t m, size_t v)
{
	size_t i;

	for (i = 0; i < m; i++, logits += v) {
		size_t t = (size_t)target[i];
		real max = find_top(&top[i], logits, v);
		double bad = check_finite(logits, v);

		loss[i] = plain_log(exp_sum(NULL, logits, max, v)) +
		    ((double)max - (double)logits[t]) + bad;
	}
}

CPU_CLONES void
loss_forward_backward(double *loss, int32_t *top, real *logits,
    const int32_t *target, double scale, size_t m, size_t v)
{
	size_t i, j;

	for (i = 0; i < m; i++, logits += v) {
		size_t t = (size_t)target[i];
		real max = find_top(&top[i], logits, v), x = logits[t];
		double bad = check_finite(logits, v);
		double sum = exp_sum(logits, logits, max, v);
		real k = (real)(scale / sum);

		loss[i] = plain_log(sum) + ((double)max - (double)x) + bad;
		for (j = 0; j < v; j++)
			logits[j] *= k;
		logits[t] -= (real)scale;
	}
}
