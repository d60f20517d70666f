#include <string.h>

#include "base/cpu.h"
#include "model/layer.h"
#include "nn/linear.h"

static struct mlp_weights
mlp_of(const struct layer_at *at, const struct params *p)
{
	return (struct mlp_weights){ param(p, at->up.w), param(p, at->up.b),
	    param(p, at->down.w), param(p, at->down.b), param(p, at->gate.w),
	    param(p, at->gate.b) };
}

static struct mlp_grads
mlp_grads_of(const struct layer_at *at, const struct grads *g)
{
	return (struct mlp_grads){ grad_of(g, at->up.w), grad_of(g, at->up.b),
	    grad_of(g, at->down.w), grad_of(g, at->down.b),
	    grad_of(g, at->gate.w), grad_of(g, at->gate.b) };
}

static struct mlp_shape
mlp_shape_of(const struct model_config *c)
{
	return (struct mlp_shape){ c->n_embd, c->n_inner, c->act,
	    model_orientation(c) };
}

static void
visit(const struct layer_run *r, enum layer_site s, real *h)
{
	if (r->hook != NULL)
		r->hook->visit(r->hook->arg, site_of_layer(r->layer, s), r->b,
		    r->first, h, layer_tokens(r), r->c->n_embd);
}

CPU_CLONES static void
add(real *restrict y, const real *restrict x, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		y[i] += x[i];
}

static void
norm(real *y, real *stat, const real *x, const struct param_at *at,
    const struct layer_run *r)
{
	norm_forward(y, stat, x, param(r->params, at->w),
	    param(r->params, at->b), r->c->norm, (real)r->c->norm_eps,
	    layer_tokens(r), r->c->n_embd);
}

/* What attention or the MLP reads of x. */
static void
enter(real *n, real *stat, const real *x, const struct param_at *at,
    const struct layer_run *r)
{
	if (r->c->norm_after)
		memcpy(n, x, layer_tokens(r) * r->c->n_embd * sizeof *n);
	else
		norm(n, stat, x, at, r);
}

/* y += what attention or the MLP says, which is out. */
static void
leave(real *y, real *stat, real *out, const struct param_at *at,
    enum layer_site s, const struct layer_run *r)
{
	if (r->c->norm_after) {
		norm(r->room, stat, out, at, r);
		out = r->room;
	}
	visit(r, s, out);
	add(y, out, layer_tokens(r) * r->c->n_embd);
}

/* y += what attention says, in a->o. */
static void
add_attention(real *y, const struct layer_acts *a, const struct layer_at *at,
    const struct layer_run *r)
{
	size_t m = layer_tokens(r), c = r->c->n_embd;
	size_t in = r->c->n_head * r->c->head_dim;
	const real *w = param(r->params, at->proj.w);
	const real *b = param(r->params, at->proj.b);
	enum mat_op op = model_orientation(r->c);
	real *out = r->c->norm_after ? a->u_1 : r->room;

	if (r->hook == NULL && !r->c->norm_after) {
		linear_forward_add(y, a->o, w, b, op, m, in, c);
		return;
	}
	linear_forward(out, a->o, w, b, op, m, in, c, c);
	leave(y, a->stat_1, out, &at->norm_1, SITE_ATTN_OUT, r);
}

/* z += what the MLP says of a->n_2. */
static void
add_mlp(real *z, const struct layer_acts *a, const struct layer_at *at,
    const struct layer_run *r)
{
	struct mlp_weights w = mlp_of(at, r->params);
	struct mlp_shape s = mlp_shape_of(r->c);
	size_t m = layer_tokens(r);
	real *out = r->c->norm_after ? a->u_2 : r->room;

	if (r->hook == NULL && !r->c->norm_after) {
		mlp_forward(z, &a->mlp, a->n_2, &w, &s, m);
		return;
	}
	memset(out, 0, m * s.c * sizeof *out);
	mlp_forward(out, &a->mlp, a->n_2, &w, &s, m);
	leave(z, a->stat_2, out, &at->norm_2, SITE_MLP_OUT, r);
}

void
layer_forward(real *z, const struct layer_acts *a, const struct layer_at *at,
    const struct layer_run *r)
{
	struct attention_shape s = model_attention(r->c);
	size_t n = layer_tokens(r) * r->c->n_embd;

	enter(a->n_1, a->stat_1, a->x, &at->norm_1, r);
	visit(r, SITE_ATTN_IN, a->n_1);
	qkv_forward(a, at, r);
	attention_forward(a->o, a->p, a->qkv, r->b->start + r->first,
	    r->last - r->first, &s);
	memcpy(a->y, a->x, n * sizeof *a->y);
	add_attention(a->y, a, at, r);
	enter(a->n_2, a->stat_2, a->y, &at->norm_2, r);
	visit(r, SITE_MLP_IN, a->n_2);
	memcpy(z, a->y, n * sizeof *z);
	add_mlp(z, a, at, r);
	visit(r, SITE_OUT, z);
}

/* The gradient of what attention or the MLP says, where d is that of the
 * stream that it was added to: d, or through the norm w->du. */
static const real *
leave_backward(const struct grads *g, const real *d, const real *u, const real *stat,
    const struct param_at *at, const struct layer_run *r,
    const struct layer_work *w)
{
	size_t m = layer_tokens(r), c = r->c->n_embd;

	if (!r->c->norm_after)
		return d;
	memset(w->du, 0, m * c * sizeof *w->du);
	norm_backward(w->du, grad_of(g, at->w), grad_of(g, at->b), d, u, stat,
	    param(r->params, at->w), r->c->norm, m, c);
	return w->du;
}

/* d += the gradient of x, from w->dc, that of what was read of x. */
static void
enter_backward(real *d, const struct grads *g, const real *x, const real *stat,
    const struct param_at *at, const struct layer_run *r,
    const struct layer_work *w)
{
	size_t m = layer_tokens(r), c = r->c->n_embd;

	if (r->c->norm_after)
		add(d, w->dc, m * c);
	else
		norm_backward(d, grad_of(g, at->w), grad_of(g, at->b), w->dc,
		    x, stat, param(r->params, at->w), r->c->norm, m, c);
}

/* What of attention is wanted: nothing; its projection, or the norm after it;
 * what comes before that. */
enum attention_part { PART_NONE, PART_PROJECTION, PART_ALL };

static enum attention_part
wanted_part(const struct grads *g, const struct layer_at *at,
    const struct model_config *c, int below)
{
	int norm = wants(g, &at->norm_1);

	if (below || wants(g, &at->qkv[0]) || wants(g, &at->qkv[1]) ||
	    wants(g, &at->qkv[2]) || wants(g, &at->q_norm) ||
	    wants(g, &at->k_norm) || (norm && !c->norm_after))
		return PART_ALL;
	return norm || wants(g, &at->proj) ? PART_PROJECTION : PART_NONE;
}

static void
backward_attention(real *d, const struct grads *g,
    const struct layer_acts *a, const struct layer_at *at,
    const struct layer_run *r, const struct layer_work *w, int below)
{
	enum attention_part part = wanted_part(g, at, r->c, below);
	size_t m = layer_tokens(r), c = r->c->n_embd;
	size_t in = r->c->n_head * r->c->head_dim;
	struct attention_shape s = model_attention(r->c);
	const real *dy;

	if (part == PART_NONE)
		return;
	dy = leave_backward(g, d, a->u_1, a->stat_1, &at->norm_1, r, w);
	linear_backward(part == PART_ALL ? w->dc : NULL,
	    grad_of(g, at->proj.w), grad_of(g, at->proj.b), dy, a->o,
	    param(r->params, at->proj.w), model_orientation(r->c), 0, m, in,
	    c, c);
	if (part != PART_ALL)
		return;
	attention_backward(w->dqkv, w->dc, a->qkv, a->p, w->dp,
	    r->b->start + r->first, r->last - r->first, &s);
	if (!below && (r->c->norm_after || !wants(g, &at->norm_1))) {
		qkv_backward(NULL, g, a, at, r, w);
		return;
	}
	qkv_backward(w->dc, g, a, at, r, w);
	enter_backward(d, g, a->x, a->stat_1, &at->norm_1, r, w);
}

void
layer_backward(real *d, const struct grads *g, const struct layer_acts *a,
    const struct layer_at *at, const struct layer_run *r,
    const struct layer_work *w, int below)
{
	struct mlp_weights mlp = mlp_of(at, r->params);
	struct mlp_grads dmlp = mlp_grads_of(at, g);
	struct mlp_shape shape = mlp_shape_of(r->c);
	const real *dy;

	dy = leave_backward(g, d, a->u_2, a->stat_2, &at->norm_2, r, w);
	mlp_backward(w->dc, &dmlp, dy, a->n_2, &a->mlp, &mlp, &shape, w->dh,
	    layer_tokens(r));
	enter_backward(d, g, a->y, a->stat_2, &at->norm_2, r, w);
	backward_attention(d, g, a, at, r, w, below);
}
