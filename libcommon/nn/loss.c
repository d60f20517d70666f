#include "base/cpu.h"
#include "base/par.h"
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

/* What the rows of one call share; scale is for gradients alone. */
struct rows {
	double		*loss;
	int32_t		*top;
	const real	*logits;
	real		*gradient;	/* the same, or NULL */
	const int32_t	*target;
	double		 scale;
	size_t		 v;
};

/* Scores of a task: enough to be worth a thread. */
enum { LOSS_TASK = 1 << 16 };

CPU_CLONES static void
forward(const struct rows *r, size_t from, size_t to)
{
	const real *logits = r->logits + from * r->v;
	size_t i;

	for (i = from; i < to; i++, logits += r->v) {
		size_t t = (size_t)r->target[i];
		real max = find_top(&r->top[i], logits, r->v);
		double bad = check_finite(logits, r->v);

		r->loss[i] = plain_log(exp_sum(NULL, logits, max, r->v)) +
		    ((double)max - (double)logits[t]) + bad;
	}
}

CPU_CLONES static void
forward_backward(const struct rows *r, size_t from, size_t to)
{
	real *logits = r->gradient + from * r->v;
	size_t i, j, v = r->v;

	for (i = from; i < to; i++, logits += v) {
		size_t t = (size_t)r->target[i];
		real max = find_top(&r->top[i], logits, v), x = logits[t];
		double bad = check_finite(logits, v);
		double sum = exp_sum(logits, logits, max, v);
		real k = (real)(r->scale / sum);

		r->loss[i] = plain_log(sum) + ((double)max - (double)x) + bad;
		for (j = 0; j < v; j++)
			logits[j] *= k;
		logits[t] -= (real)r->scale;
	}
}

static void
some_rows(void *arg, size_t from, size_t to)
{
	const struct rows *r = arg;

	if (r->gradient == NULL)
		forward(r, from, to);
	else
		forward_backward(r, from, to);
}

void
loss_forward(double *loss, int32_t *top, const real *logits,
    const int32_t *target, size_t m, size_t v)
{
	struct rows r = { loss, top, logits, NULL, target, 0, v };

	par_ranges(m, LOSS_TASK / v + 1, some_rows, &r);
}

void
loss_forward_backward(double *loss, int32_t *top, real *logits,
    const int32_t *target, double scale, size_t m, size_t v)
{
	struct rows r = { loss, top, logits, logits, target, scale, v };

	par_ranges(m, LOSS_TASK / v + 1, some_rows, &r);
}
