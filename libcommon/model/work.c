#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "model/head.h"
#include "model/layer.h"
#include "model/work.h"
#include "nn/attention.h"
#include "nn/embedding.h"
#include "nn/norm.h"

struct model_work {
	struct model_config config;
	size_t		 max_tokens;
	size_t		 wte, wpe;	/* offsets of parameters */
	struct layer_at	*at;		/* n_layer */
	struct head_at	 head_at;
	struct layer_acts *acts;	/* n_layer */
	struct layer_work layer;
	struct head_work head;
	const struct site_hook *hook;	/* NULL: nobody looks */
	real		*z;		/* max_tokens x c: the last layer's */
	real		*d;		/* max_tokens x c: its gradient */
	double		*loss;		/* max_tokens */
	int32_t		*top;		/* max_tokens: the argmax */
	real		*block;		/* all activations */
};

static size_t
offset(const struct layout *l, size_t layer, const char *name)
{
	char full[96];

	snprintf(full, sizeof full, "h.%zu.%s", layer, name);
	return layout_find(l, full)->offset;
}

static void
find_parameters(struct model_work *w, const struct layout *l)
{
	size_t i;

	w->wte = w->head_at.wte = layout_find(l, "wte.weight")->offset;
	w->wpe = layout_find(l, "wpe.weight")->offset;
	w->head_at.ln_w = layout_find(l, "ln_f.weight")->offset;
	w->head_at.ln_b = layout_find(l, "ln_f.bias")->offset;
	for (i = 0; i < w->config.n_layer; i++)
		w->at[i] = (struct layer_at){
			.ln_1_w = offset(l, i, "ln_1.weight"),
			.ln_1_b = offset(l, i, "ln_1.bias"),
			.attn_w = offset(l, i, "attn.c_attn.weight"),
			.attn_b = offset(l, i, "attn.c_attn.bias"),
			.proj_w = offset(l, i, "attn.c_proj.weight"),
			.proj_b = offset(l, i, "attn.c_proj.bias"),
			.ln_2_w = offset(l, i, "ln_2.weight"),
			.ln_2_b = offset(l, i, "ln_2.bias"),
			.fc_w = offset(l, i, "mlp.c_fc.weight"),
			.fc_b = offset(l, i, "mlp.c_fc.bias"),
			.out_w = offset(l, i, "mlp.c_proj.weight"),
			.out_b = offset(l, i, "mlp.c_proj.bias"),
		};
}

/* Lays pointers into one block: the first pass, with base NULL, counts, and
 * stays at a size that cannot be had when the sum would overflow. */
struct cursor {
	real	*base;
	size_t	 n;
};

static void
take(real **p, struct cursor *k, size_t rows, size_t columns)
{
	const size_t most = SIZE_MAX / 32;
	size_t n;

	*p = k->base == NULL ? NULL : k->base + k->n;
	n = rows > most / columns ? most : rows * columns;
	n = (n + 15) / 16 * 16;		/* whole cache lines of f32 */
	k->n = k->n > most - n ? most : k->n + n;
}

static size_t
lay_out(struct model_work *w, real *base)
{
	size_t m = w->max_tokens, c = w->config.n_embd, i;
	size_t longest = m < w->config.n_positions ? m : w->config.n_positions;
	struct cursor k = { base, 0 };

	for (i = 0; i < w->config.n_layer; i++) {
		struct layer_acts *a = &w->acts[i];

		take(&a->x, &k, m, c);
		take(&a->stat_1, &k, m, NORM_STATS);
		take(&a->n_1, &k, m, c);
		take(&a->qkv, &k, m, 3 * c);
		take(&a->p, &k, w->config.n_head * m,
		    attention_stride(longest));
		take(&a->o, &k, m, c);
		take(&a->y, &k, m, c);
		take(&a->stat_2, &k, m, NORM_STATS);
		take(&a->n_2, &k, m, c);
		take(&a->slope, &k, m, w->config.n_inner);
		take(&a->h, &k, m, w->config.n_inner);
	}
	take(&w->z, &k, m, c);
	take(&w->d, &k, m, c);
	take(&w->layer.dc, &k, m, c);
	take(&w->layer.d3c, &k, m, 3 * c);
	take(&w->layer.dh, &k, m, w->config.n_inner);
	take(&w->layer.dp, &k, longest, attention_stride(longest));
	take(&w->head.x, &k, HEAD_ROWS, c);
	take(&w->head.n, &k, HEAD_ROWS, c);
	take(&w->head.dn, &k, HEAD_ROWS, c);
	take(&w->head.dx, &k, HEAD_ROWS, c);
	take(&w->head.stat, &k, HEAD_ROWS, NORM_STATS);
	take(&w->head.logits, &k, HEAD_ROWS, w->config.vocab);
	return k.n;
}

static int
allocate(struct model_work *w)
{
	w->at = mem_alloc(w->config.n_layer, sizeof *w->at);
	w->acts = mem_zalloc(w->config.n_layer, sizeof *w->acts);
	w->loss = mem_alloc(w->max_tokens, sizeof *w->loss);
	w->top = mem_alloc(w->max_tokens, sizeof *w->top);
	if (w->at == NULL || w->acts == NULL || w->loss == NULL ||
	    w->top == NULL)
		return -1;
	w->block = mem_alloc(lay_out(w, NULL), sizeof *w->block);
	if (w->block == NULL)
		return -1;
	lay_out(w, w->block);
	return 0;
}

struct model_work *
model_work_new(const struct model_config *c, size_t max_tokens,
    struct err *e)
{
	struct layout *l = model_layout(c, e);
	struct model_work *w = NULL;

	if (l == NULL)
		return NULL;
	if (max_tokens == 0)
		max_tokens = 1;
	if (max_tokens >> 31 == 0 && (w = mem_zalloc(1, sizeof *w)) != NULL) {
		w->config = *c;
		w->max_tokens = max_tokens;
		if (model_config_check(&w->config, e) != 0 ||
		    allocate(w) != 0) {
			model_work_free(w);
			w = NULL;
		} else
			find_parameters(w, l);
	}
	layout_free(l);
	if (w == NULL)
		err_nomem(e);
	return w;
}

void
model_work_hook(struct model_work *w, const struct site_hook *h)
{
	w->hook = h;
}

void
model_work_free(struct model_work *w)
{
	if (w == NULL)
		return;
	mem_free(w->at);
	mem_free(w->acts);
	mem_free(w->loss);
	mem_free(w->top);
	mem_free(w->block);
	mem_free(w);
}

/* Through all layers to w->z.  Without a backward pass all layers share the
 * first one's activations, which then stay in the cache. */
static void
run_layers(struct model_work *w, const real *params, const struct batch *b,
    size_t first, size_t last, int keep)
{
	size_t i, n = w->config.n_layer;
	const struct site_hook *hook = keep ? NULL : w->hook;
	struct layer_hook k = { hook, 0, w->layer.dc };
	struct layer_acts a;

	for (i = first; i < last; i++)
		embedding_forward(w->acts[0].x + (b->start[i] -
		    b->start[first]) * w->config.n_embd, params + w->wte,
		    params + w->wpe, b->tokens + b->start[i],
		    b->start[i + 1] - b->start[i], w->config.n_embd);
	if (hook != NULL)
		hook->visit(hook->arg, SITE_EMBED, b, first, w->acts[0].x,
		    b->start[last] - b->start[first], w->config.n_embd);
	for (i = 0; i < n; i++) {
		real *z = i + 1 < n ? w->acts[i + 1].x : w->z;

		a = w->acts[keep ? i : 0];
		if (!keep) {
			a.x = w->acts[i].x;
			a.slope = NULL;
		}
		k.layer = i;
		layer_forward(z, &a, &w->at[i], params, &w->config, b, first,
		    last, hook == NULL ? NULL : &k);
	}
}

/* What the head reads of sequence i: the last layer's output, or where
 * somebody looks, the final norm's. */
static const real *
head_input(struct model_work *w, const real *params, const struct batch *b,
    size_t i)
{
	size_t m = b->start[i + 1] - b->start[i], c = w->config.n_embd;

	w->head.normed = w->hook != NULL;
	if (w->hook == NULL)
		return w->z;
	norm_forward(w->d, w->acts[0].stat_1, w->z, params + w->head_at.ln_w,
	    params + w->head_at.ln_b, (real)w->config.norm_eps, m, c);
	w->hook->visit(w->hook->arg, site_final_norm(w->config.n_layer), b, i,
	    w->d, m, c);
	return w->d;
}

static int
check_block(const struct model_work *w, const struct batch *b, size_t first,
    size_t last, struct err *e)
{
	size_t m = b->start[last] - b->start[first];

	return m <= w->max_tokens ? 0 : err_set(e, RC_INPUT,
	    "sequences %zu to %zu: %zu tokens, the workspace takes %zu", first,
	    last - 1, m, w->max_tokens);
}

/* Adds what sequence i contributes; its losses start at loss[0]. */
static int
count(struct batch_result *res, const double *loss, const int32_t *top,
    const struct batch *b, size_t i, struct err *e)
{
	size_t j, t = b->start[i + 1] - b->start[i], n = 0, correct = 0;
	const int32_t *target = b->targets + b->start[i];

	for (j = 0; j < t; j++) {
		if (target[j] < 0)
			continue;
		if (!isfinite(loss[j]))
			return err_set(e, RC_INPUT, "sequence %zu: position "
			    "%zu: the loss is not finite", i, j);
		res->loss_sum += loss[j];
		correct += top[j] == target[j];
		n++;
	}
	res->n_targets += n;
	res->n_correct += correct;
	res->n_seq += n > 0;
	res->n_exact += n > 0 && correct == n;
	return 0;
}

int
model_forward(struct batch_result *per_seq, real *token_loss,
    struct model_work *w, const real *params, const struct batch *b,
    struct err *e)
{
	if (batch_check(b, w->config.vocab, w->config.n_positions, e) != 0)
		return -1;
	return model_forward_range(per_seq, token_loss, NULL, w, params, b,
	    0, b->n_seq, e);
}

int
model_forward_range(struct batch_result *per_seq, real *token_loss,
    int32_t *top, struct model_work *w, const real *params,
    const struct batch *b, size_t first, size_t last, struct err *e)
{
	size_t i, j;

	for (i = first; i < last; i++) {
		size_t s = b->start[i], t = b->start[i + 1] - s;

		if (check_block(w, b, i, i + 1, e) != 0)
			return -1;
		run_layers(w, params, b, i, i + 1, 0);
		head_forward(w->loss, w->top, head_input(w, params, b, i),
		    &w->head_at, params, &w->config, b->targets + s, t,
		    &w->head);
		per_seq[i] = (struct batch_result){ 0 };
		if (count(&per_seq[i], w->loss, w->top, b, i, e) != 0)
			return -1;
		for (j = 0; token_loss != NULL && j < t; j++)
			token_loss[s + j] = b->targets[s + j] < 0 ? 0 :
			    (real)w->loss[j];
		for (j = 0; top != NULL && j < t; j++)
			top[s + j] = b->targets[s + j] < 0 ? -1 : w->top[j];
	}
	return 0;
}

int
model_logits(real *logits, struct model_work *w, const real *params,
    const struct batch *b, struct err *e)
{
	struct batch blind = *b;
	size_t i;

	blind.targets = NULL;
	if (batch_check(&blind, w->config.vocab, w->config.n_positions, e)
	    != 0)
		return -1;
	for (i = 0; i < b->n_seq; i++) {
		if (check_block(w, b, i, i + 1, e) != 0)
			return -1;
		run_layers(w, params, b, i, i + 1, 0);
		head_logits(logits + b->start[i] * w->config.vocab,
		    head_input(w, params, b, i), &w->head_at, params,
		    &w->config, b->start[i + 1] - b->start[i], &w->head);
	}
	return 0;
}

int
model_visit_range(struct model_work *w, const real *params,
    const struct batch *b, size_t first, size_t last, struct err *e)
{
	size_t i;

	for (i = first; i < last; i++) {
		if (check_block(w, b, i, i + 1, e) != 0)
			return -1;
		run_layers(w, params, b, i, i + 1, 0);
		head_input(w, params, b, i);
	}
	return 0;
}

int
model_grad_block(real *grad, struct batch_result *res, struct model_work *w,
    const real *params, const struct batch *b, size_t first, size_t last,
    double scale, struct err *e)
{
	const int32_t *targets = b->targets + b->start[first];
	size_t m = b->start[last] - b->start[first], i, r;

	if (check_block(w, b, first, last, e) != 0)
		return -1;
	run_layers(w, params, b, first, last, 1);
	w->head.normed = 0;
	head_backward(w->d, grad, w->loss, w->top, w->z, &w->head_at,
	    params, &w->config, targets, scale, m, &w->head);
	for (i = first; i < last; i++)
		if (count(res, w->loss + (b->start[i] - b->start[first]),
		    w->top + (b->start[i] - b->start[first]), b, i, e) != 0)
			return -1;
	for (i = w->config.n_layer; i-- > 0;)
		layer_backward(w->d, grad, &w->acts[i], &w->at[i], params,
		    &w->config, b, first, last, &w->layer);
	for (i = first; i < last; i++) {
		r = (b->start[i] - b->start[first]) * w->config.n_embd;
		embedding_backward(grad + w->wte, grad + w->wpe, w->d + r,
		    b->tokens + b->start[i], b->start[i + 1] - b->start[i],
		    w->config.n_embd);
	}
	return 0;
}
