#include "base/cpu.h"
#include "nn/attention.h"
#include "nn/math.h"

/* Rows are taken in panels, and a panel needs only the columns up to its
 * last row: for long sequences that leaves out most of the masked half. */
enum { PANEL = 64 };

size_t
attention_stride(size_t t)
{
	return (t + LANES - 1) / LANES * LANES;
}

size_t
attention_size(size_t t, size_t n_head)
{
	return n_head * t * attention_stride(t);
}

size_t
attention_width(const struct attention_shape *s)
{
	return (s->n_head + 2 * s->n_kv) * s->d;
}

/* The maximum of n values, a multiple of LANES. */
static inline real
lanes_max(const real *s, size_t n)
{
	real top[LANES], max;
	size_t j, l;

	for (l = 0; l < LANES; l++) {
		top[l] = s[l];
		for (j = LANES; j < n; j += LANES)
			top[l] = s[j + l] > top[l] ? s[j + l] : top[l];
	}
	max = top[0];
	for (l = 1; l < LANES; l++)
		max = top[l] > max ? top[l] : max;
	return max;
}

/* Their sum. */
static inline real
lanes_total(const real *s, size_t n)
{
	real lane[LANES];
	size_t j, l;

	for (l = 0; l < LANES; l++) {
		lane[l] = s[l];
		for (j = LANES; j < n; j += LANES)
			lane[l] += s[j + l];
	}
	return lanes_sum(lane);
}

/* Row i of the scores to probabilities: columns 0 ... i, zeros after. */
static inline void
softmax_row(real *s, size_t i, size_t width)
{
	real max, scale;
	size_t j;

	for (j = i + 1; j < width; j++)
		s[j] = s[i];		/* harmless: no new maximum */
	max = lanes_max(s, width);
	for (j = 0; j < width; j++)
		s[j] = real_exp(s[j] - max);
	for (j = i + 1; j < width; j++)
		s[j] = 0;
	scale = 1 / lanes_total(s, width);
	for (j = 0; j < width; j++)
		s[j] *= scale;
}

CPU_CLONES static void
softmax_rows(real *s, size_t first, size_t last, size_t stride)
{
	size_t i, width = attention_stride(last);

	for (i = first; i < last; i++)
		softmax_row(s + i * stride, i, width);
}

/* ds = p (dp - sum of p dp) for the rows of a panel, in place of dp. */
CPU_CLONES static void
softmax_rows_backward(real *dp, const real *p, size_t first, size_t last,
    size_t stride)
{
	size_t i, j, l, width = attention_stride(last);

	for (i = first; i < last; i++) {
		real *d = dp + i * stride, lane[LANES] = { 0 }, sum;
		const real *q = p + i * stride;

		for (j = i + 1; j < width; j++)
			d[j] = 0;
		for (j = 0; j <= i; j += LANES)
			for (l = 0; l < LANES; l++)
				lane[l] += d[j + l] * q[j + l];
		sum = lanes_sum(lane);
		for (j = 0; j < width; j++)
			d[j] = q[j] * (d[j] - sum);
	}
}

void
attention_forward(real *o, real *p, const real *qkv, size_t t,
    const struct attention_shape *s)
{
	size_t d = s->d, c = s->n_head * d, w = attention_width(s);
	size_t ld = attention_stride(t), group = s->n_head / s->n_kv;
	size_t h, r, end;
	real scale = 1 / real_sqrt((real)d);

	for (h = 0; h < s->n_head; h++, p += t * ld) {
		const real *q = qkv + h * d, *k = qkv + c + h / group * d;
		const real *v = k + s->n_kv * d;

		for (r = 0; r < t; r = end) {
			end = t - r < PANEL ? t : r + PANEL;
			nn_gemm(p + r * ld, q + r * w, k, MAT_N, MAT_T,
			    end - r, end, d, scale, w, w, 0, ld);
			softmax_rows(p, r, end, ld);
			nn_gemm(o + r * c + h * d, p + r * ld, v, MAT_N,
			    MAT_N, end - r, d, end, 1, ld, w, 0, c);
		}
	}
}

/* Panels from the last: it reaches all rows of dk and dv, so that the last
 * panel of a group's first head sets what all others add to. */
void
attention_backward(real *dqkv, const real *dout, const real *qkv,
    const real *p, real *work, size_t t, const struct attention_shape *s)
{
	size_t d = s->d, c = s->n_head * d, w = attention_width(s);
	size_t ld = attention_stride(t), group = s->n_head / s->n_kv;
	size_t h, r, end;
	real scale = 1 / real_sqrt((real)d);

	for (h = 0; h < s->n_head; h++, p += t * ld) {
		size_t at_k = c + h / group * d, at_v = at_k + s->n_kv * d;
		const real *q = qkv + h * d, *k = qkv + at_k, *v = qkv + at_v;
		real *dq = dqkv + h * d, *dk = dqkv + at_k, *dv = dqkv + at_v;

		for (end = t; end > 0; end = r) {
			const real *g;
			real beta = end != t || h % group != 0;

			r = (end - 1) / PANEL * PANEL;
			g = dout + r * c + h * d;
			nn_gemm(dv, p + r * ld, g, MAT_T, MAT_N, end, d,
			    end - r, 1, ld, c, beta, w);
			nn_gemm(work + r * ld, g, v, MAT_N, MAT_T, end - r,
			    end, d, 1, c, w, 0, ld);
			softmax_rows_backward(work, p, r, end, ld);
			nn_gemm(dq + r * w, work + r * ld, k, MAT_N, MAT_N,
			    end - r, d, end, scale, ld, w, 0, w);
			nn_gemm(dk, work + r * ld, q + r * w, MAT_T, MAT_N,
			    end, d, end - r, scale, ld, w, beta, w);
		}
	}
}
