#include "base/cpu.h"
#include "base/par.h"
#include "nn/attention.h"
#include "nn/math.h"

/* Rows are taken in panels, and a panel needs only the columns up to its
 * last row: for long sequences that leaves out most of the masked half. */
enum { PANEL = 64 };

/* Multiplications of a task: enough to be worth a thread. */
enum { TASK_MNK = 1 << 18 };

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

/* What the tasks of one call share: one for each sequence and group of heads
 * that share keys and values. */
struct call {
	real		*o, *p;			/* forward */
	real		*dqkv, *work;		/* backward */
	const real	*dout, *probs, *qkv;
	const size_t	*start;
	size_t		 n_seq;
	const struct attention_shape *s;
};

/* Where a task works. */
struct place {
	size_t	row, t;			/* of the sequence */
	size_t	probs;			/* of the group's first head */
	size_t	work;
	size_t	g;
};

static struct place
place_of(const struct call *k, size_t task)
{
	size_t n_kv = k->s->n_kv, group = k->s->n_head / n_kv, i, t;
	struct place at = { .g = task % n_kv };

	for (i = 0; i < task / n_kv; i++) {
		t = k->start[i + 1] - k->start[i];
		at.work += attention_size(t, n_kv);
	}
	at.row = k->start[i] - k->start[0];
	at.t = t = k->start[i + 1] - k->start[i];
	at.work += attention_size(t, at.g);
	at.probs = at.work * group;
	return at;
}

static void
group_forward(const struct call *k, const struct place *at)
{
	const struct attention_shape *s = k->s;
	size_t d = s->d, c = s->n_head * d, w = attention_width(s), t = at->t;
	size_t ld = attention_stride(t), group = s->n_head / s->n_kv;
	size_t h, r, end;
	const real *qkv = k->qkv + at->row * w, *key = qkv + c + at->g * d;
	const real *v = key + s->n_kv * d;
	real *p = k->p + at->probs, scale = 1 / real_sqrt((real)d);

	for (h = at->g * group; h < (at->g + 1) * group; h++, p += t * ld) {
		const real *q = qkv + h * d;
		real *o = k->o + at->row * c + h * d;

		for (r = 0; r < t; r = end) {
			end = t - r < PANEL ? t : r + PANEL;
			nn_gemm(p + r * ld, q + r * w, key, MAT_N, MAT_T,
			    end - r, end, d, scale, w, w, 0, ld);
			softmax_rows(p, r, end, ld);
			nn_gemm(o + r * c, p + r * ld, v, MAT_N, MAT_N,
			    end - r, d, end, 1, ld, w, 0, c);
		}
	}
}

/* Panels from the last: it reaches all rows of dk and dv, so that the last
 * panel of a group's first head sets what all others add to. */
static void
group_backward(const struct call *k, const struct place *at)
{
	const struct attention_shape *s = k->s;
	size_t d = s->d, c = s->n_head * d, w = attention_width(s), t = at->t;
	size_t ld = attention_stride(t), group = s->n_head / s->n_kv;
	size_t at_k = c + at->g * d, at_v = at_k + s->n_kv * d, h, r, end;
	const real *qkv = k->qkv + at->row * w, *p = k->probs + at->probs;
	real *dqkv = k->dqkv + at->row * w, *work = k->work + at->work;
	real scale = 1 / real_sqrt((real)d);

	for (h = at->g * group; h < (at->g + 1) * group; h++, p += t * ld)
		for (end = t; end > 0; end = r) {
			const real *g;
			real beta = end != t || h % group != 0;

			r = (end - 1) / PANEL * PANEL;
			g = k->dout + (at->row + r) * c + h * d;
			nn_gemm(dqkv + at_v, p + r * ld, g, MAT_T, MAT_N, end,
			    d, end - r, 1, ld, c, beta, w);
			nn_gemm(work + r * ld, g, qkv + at_v, MAT_N, MAT_T,
			    end - r, end, d, 1, c, w, 0, ld);
			softmax_rows_backward(work, p, r, end, ld);
			nn_gemm(dqkv + r * w + h * d, work + r * ld, qkv +
			    at_k, MAT_N, MAT_N, end - r, d, end, scale, ld, w,
			    0, w);
			nn_gemm(dqkv + at_k, work + r * ld, qkv + r * w +
			    h * d, MAT_T, MAT_N, end, d, end - r, scale, ld,
			    w, beta, w);
		}
}

/* Tasks that run one after the other share the first one's workspace, for the
 * cache's sake: together they have enough for each. */
static void
some_groups(void *arg, size_t from, size_t to)
{
	const struct call *k = arg;
	struct place at = place_of(k, from);
	size_t work = at.work;

	for (; from < to; from++) {
		at = place_of(k, from);
		at.work = work;
		if (k->dqkv == NULL)
			group_forward(k, &at);
		else
			group_backward(k, &at);
	}
}

static void
all_groups(struct call *k)
{
	size_t i, t, mnk = 0, tasks = k->n_seq * k->s->n_kv;

	for (i = 0; i < k->n_seq; i++) {
		t = k->start[i + 1] - k->start[i];
		mnk += t * t * k->s->d * k->s->n_head;
	}
	if (tasks > 0)
		par_ranges(tasks, TASK_MNK / (mnk / tasks + 1) + 1,
		    some_groups, k);
}

void
attention_forward(real *o, real *p, const real *qkv, const size_t *start,
    size_t n_seq, const struct attention_shape *s)
{
	struct call k = { .o = o, .p = p, .qkv = qkv, .start = start,
	    .n_seq = n_seq, .s = s };

	all_groups(&k);
}

void
attention_backward(real *dqkv, const real *dout, const real *qkv,
    const real *p, real *work, const size_t *start, size_t n_seq,
    const struct attention_shape *s)
{
	struct call k = { .dqkv = dqkv, .work = work, .dout = dout,
	    .probs = p, .qkv = qkv, .start = start, .n_seq = n_seq, .s = s };

	all_groups(&k);
}
