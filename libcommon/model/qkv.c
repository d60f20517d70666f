/* Queries, keys and values of a layer: projected, then clipped, normed and
 * turned as the architecture says. */
#include <string.h>

#include "base/cpu.h"
#include "model/layer.h"
#include "nn/linear.h"

/* The three of them side by side in a row. */
struct parts {
	size_t	n;			/* linear layers: one for all, or 3 */
	size_t	width[3], column[3];
	size_t	ld;
};

static struct parts
parts_of(const struct model_config *c)
{
	size_t q = c->n_head * c->head_dim, kv = c->n_kv_head * c->head_dim;

	if (c->family == FAMILY_GPT2)
		return (struct parts){ 1, { 3 * q, 0, 0 }, { 0, 0, 0 },
		    3 * q };
	return (struct parts){ 3, { q, kv, kv }, { 0, q, q + kv },
	    q + 2 * kv };
}

CPU_CLONES static void
clip(real *restrict y, const real *restrict x, real most, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		real v = x[i] > most ? most : x[i];

		y[i] = v < -most ? -most : v;
	}
}

CPU_CLONES static void
clip_backward(real *restrict dx, const real *restrict dy,
    const real *restrict x, real most, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		dx[i] = x[i] >= -most && x[i] <= most ? dy[i] : 0;
}

/* A token's queries and keys are so many rows of so many values to norm. */
struct qk_rows {
	size_t	n_q, len_q, n_k, len_k;
};

static struct qk_rows
qk_rows_of(const struct model_config *c)
{
	if (c->qk_norm == QK_NORM_HEAD)
		return (struct qk_rows){ c->n_head, c->head_dim,
		    c->n_kv_head, c->head_dim };
	return (struct qk_rows){ 1, c->n_head * c->head_dim, 1,
	    c->n_kv_head * c->head_dim };
}

/* a->raw to a->qkv; values as they are. */
static void
norm_qk(const struct layer_acts *a, const struct layer_at *at,
    const struct layer_run *r)
{
	struct qk_rows n = qk_rows_of(r->c);
	struct parts p = parts_of(r->c);
	real eps = (real)r->c->norm_eps, *stat = a->stat_qk;
	size_t i, m = layer_tokens(r);

	for (i = 0; i < m; i++) {
		const real *x = a->raw + i * p.ld;
		real *y = a->qkv + i * p.ld;

		norm_forward(y, stat, x, param(r->params, at->q_norm.w),
		    NULL, r->c->norm, eps, n.n_q, n.len_q);
		stat += n.n_q * NORM_STATS;
		norm_forward(y + p.column[1], stat, x + p.column[1],
		    param(r->params, at->k_norm.w), NULL, r->c->norm, eps,
		    n.n_k, n.len_k);
		stat += n.n_k * NORM_STATS;
		memcpy(y + p.column[2], x + p.column[2],
		    p.width[2] * sizeof *y);
	}
}

static void
norm_qk_backward(const struct grads *g, const struct layer_acts *a,
    const struct layer_at *at, const struct layer_run *r,
    const struct layer_work *w)
{
	struct qk_rows n = qk_rows_of(r->c);
	struct parts p = parts_of(r->c);
	const real *stat = a->stat_qk;
	size_t i, m = layer_tokens(r);

	for (i = 0; i < m; i++) {
		const real *x = a->raw + i * p.ld, *dy = w->dqkv + i * p.ld;
		real *dx = w->draw + i * p.ld;

		memset(dx, 0, p.column[2] * sizeof *dx);
		norm_backward(dx, grad_of(g, at->q_norm.w), NULL, dy, x, stat,
		    param(r->params, at->q_norm.w), r->c->norm, n.n_q,
		    n.len_q);
		stat += n.n_q * NORM_STATS;
		norm_backward(dx + p.column[1], grad_of(g, at->k_norm.w),
		    NULL, dy + p.column[1], x + p.column[1], stat,
		    param(r->params, at->k_norm.w), r->c->norm, n.n_k,
		    n.len_k);
		stat += n.n_k * NORM_STATS;
		memcpy(dx + p.column[2], dy + p.column[2],
		    p.width[2] * sizeof *dx);
	}
}

/* Queries and keys of every sequence by their positions; back: gradients. */
static void
turn_qk(real *qkv, const struct layer_run *r, int back)
{
	size_t d = r->c->head_dim, heads = r->c->n_head + r->c->n_kv_head;
	size_t ld = parts_of(r->c).ld, i;
	const size_t *start = r->b->start;

	for (i = r->first; i < r->last; i++) {
		size_t t = start[i + 1] - start[i];
		real *x = qkv + (start[i] - start[r->first]) * ld;

		if (back)
			rotary_backward(x, r->rotary, t, heads, d, ld);
		else
			rotary_forward(x, r->rotary, t, heads, d, ld);
	}
}

void
qkv_forward(const struct layer_acts *a, const struct layer_at *at,
    const struct layer_run *r)
{
	struct parts p = parts_of(r->c);
	real *to = a->raw != NULL ? a->raw : a->qkv;
	size_t i, m = layer_tokens(r);

	for (i = 0; i < p.n; i++)
		linear_forward(to + p.column[i], a->n_1,
		    param(r->params, at->qkv[i].w),
		    param(r->params, at->qkv[i].b), model_orientation(r->c), m,
		    r->c->n_embd, p.width[i], p.ld);
	if (r->c->qk_norm != QK_NORM_NONE)
		norm_qk(a, at, r);
	else if (r->c->clip_qkv > 0)
		clip(a->qkv, a->raw, (real)r->c->clip_qkv, m * p.ld);
	if (r->rotary != NULL)
		turn_qk(a->qkv, r, 0);
}

void
qkv_backward(real *dn, const struct grads *g, const struct layer_acts *a,
    const struct layer_at *at, const struct layer_run *r,
    const struct layer_work *w)
{
	struct parts p = parts_of(r->c);
	const real *dy = a->raw != NULL ? w->draw : w->dqkv;
	size_t i, m = layer_tokens(r);

	if (r->rotary != NULL)
		turn_qk(w->dqkv, r, 1);
	if (r->c->qk_norm != QK_NORM_NONE)
		norm_qk_backward(g, a, at, r, w);
	else if (r->c->clip_qkv > 0)
		clip_backward(w->draw, w->dqkv, a->raw, (real)r->c->clip_qkv,
		    m * p.ld);
	for (i = 0; i < p.n; i++)
		linear_backward(dn, grad_of(g, at->qkv[i].w),
		    grad_of(g, at->qkv[i].b), dy + p.column[i], a->n_1,
		    param(r->params, at->qkv[i].w), model_orientation(r->c),
		    i > 0, m, r->c->n_embd, p.width[i], p.ld);
}
