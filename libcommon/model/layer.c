#include <string.h>

#include "base/cpu.h"
#include "model/layer.h"
#include "nn/attention.h"
#include "nn/linear.h"
#include "nn/mlp.h"
#include "nn/norm.h"

static struct mlp_weights
mlp_of(const struct layer_at *at, const real *params)
{
	return (struct mlp_weights){ params + at->fc_w, params + at->fc_b,
	    params + at->out_w, params + at->out_b };
}

static void
visit(const struct layer_hook *k, enum layer_site s, const struct batch *b,
    size_t seq, real *h, size_t m, size_t width)
{
	if (k != NULL)
		k->hook->visit(k->hook->arg, site_of_layer(k->layer, s), b,
		    seq, h, m, width);
}

CPU_CLONES static void
add(real *restrict y, const real *restrict x, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		y[i] += x[i];
}

/* y += what attention says, in a->o. */
static void
add_attention(real *y, const struct layer_acts *a, const struct layer_at *at,
    const real *params, const struct batch *b, size_t seq, size_t m,
    size_t w, const struct layer_hook *hook)
{
	if (hook == NULL) {
		linear_forward_add(y, a->o, params + at->proj_w,
		    params + at->proj_b, m, w, w);
		return;
	}
	linear_forward(hook->room, a->o, params + at->proj_w,
	    params + at->proj_b, m, w, w);
	visit(hook, SITE_ATTN_OUT, b, seq, hook->room, m, w);
	add(y, hook->room, m * w);
}

/* z += what the MLP says of a->n_2. */
static void
add_mlp(real *z, const struct layer_acts *a, const struct layer_at *at,
    const real *params, const struct model_config *c, const struct batch *b,
    size_t seq, size_t m, const struct layer_hook *hook)
{
	struct mlp_weights mlp = mlp_of(at, params);
	size_t w = c->n_embd;

	if (hook == NULL) {
		mlp_forward(z, a->h, a->slope, a->n_2, &mlp, c->act, m, w,
		    c->n_inner);
		return;
	}
	memset(hook->room, 0, m * w * sizeof *hook->room);
	mlp_forward(hook->room, a->h, a->slope, a->n_2, &mlp, c->act, m, w,
	    c->n_inner);
	visit(hook, SITE_MLP_OUT, b, seq, hook->room, m, w);
	add(z, hook->room, m * w);
}

void
layer_forward(real *z, const struct layer_acts *a, const struct layer_at *at,
    const real *params, const struct model_config *c, const struct batch *b,
    size_t first, size_t last, const struct layer_hook *hook)
{
	size_t m = b->start[last] - b->start[first], w = c->n_embd, i;
	real *p = a->p;

	norm_forward(a->n_1, a->stat_1, a->x, params + at->ln_1_w,
	    params + at->ln_1_b, (real)c->norm_eps, m, w);
	visit(hook, SITE_ATTN_IN, b, first, a->n_1, m, w);
	linear_forward(a->qkv, a->n_1, params + at->attn_w,
	    params + at->attn_b, m, w, 3 * w);
	for (i = first; i < last; i++) {
		size_t r = b->start[i] - b->start[first];
		size_t t = b->start[i + 1] - b->start[i];

		attention_forward(a->o + r * w, p, a->qkv + r * 3 * w, t,
		    c->n_head, w);
		p += attention_size(t, c->n_head);
	}
	memcpy(a->y, a->x, m * w * sizeof *a->y);
	add_attention(a->y, a, at, params, b, first, m, w, hook);
	norm_forward(a->n_2, a->stat_2, a->y, params + at->ln_2_w,
	    params + at->ln_2_b, (real)c->norm_eps, m, w);
	visit(hook, SITE_MLP_IN, b, first, a->n_2, m, w);
	memcpy(z, a->y, m * w * sizeof *z);
	add_mlp(z, a, at, params, c, b, first, m, hook);
	visit(hook, SITE_OUT, b, first, z, m, w);
}

void
layer_backward(real *d, real *grad, const struct layer_acts *a,
    const struct layer_at *at, const real *params,
    const struct model_config *c, const struct batch *b, size_t first,
    size_t last, const struct layer_work *work)
{
	size_t m = b->start[last] - b->start[first], w = c->n_embd, i;
	struct mlp_weights mlp = mlp_of(at, params);
	struct mlp_grads g = { grad + at->fc_w, grad + at->fc_b,
	    grad + at->out_w, grad + at->out_b };
	const real *p = a->p;

	mlp_backward(work->dc, &g, d, a->n_2, a->h, a->slope, &mlp, work->dh,
	    m, w, c->n_inner);
	norm_backward(d, grad + at->ln_2_w, grad + at->ln_2_b, work->dc, a->y,
	    a->stat_2, params + at->ln_2_w, m, w);
	linear_backward(work->dc, grad + at->proj_w, grad + at->proj_b, d,
	    a->o, params + at->proj_w, m, w, w);
	for (i = first; i < last; i++) {
		size_t r = b->start[i] - b->start[first];
		size_t t = b->start[i + 1] - b->start[i];

		attention_backward(work->d3c + r * 3 * w, work->dc + r * w,
		    a->qkv + r * 3 * w, p, work->dp, t, c->n_head, w);
		p += attention_size(t, c->n_head);
	}
	linear_backward(work->dc, grad + at->attn_w, grad + at->attn_b,
	    work->d3c, a->n_1, params + at->attn_w, m, w, 3 * w);
	norm_backward(d, grad + at->ln_1_w, grad + at->ln_1_b, work->dc, a->x,
	    a->stat_1, params + at->ln_1_w, m, w);
}
