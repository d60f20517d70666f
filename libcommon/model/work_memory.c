/* The memory of a pass: activations, gradients, tables. */
#include <stdint.h>

#include "base/mem.h"
#include "model/work_state.h"

static void
find_parameters(struct model_work *w, const struct layout *l)
{
	size_t i;

	model_find(&w->model_at, l, &w->config);
	for (i = 0; i < w->config.n_layer; i++)
		layer_find(&w->at[i], l, &w->config, i);
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

/* The same where the model needs it. */
static void
take_if(int needed, real **p, struct cursor *k, size_t rows, size_t columns)
{
	*p = NULL;
	if (needed)
		take(p, k, rows, columns);
}

static size_t
longest(const struct model_work *w)
{
	return w->max_tokens < w->config.n_positions ? w->max_tokens :
	    w->config.n_positions;
}

/* 1: queries and keys are changed between projection and rotation. */
static int
has_raw(const struct model_config *c)
{
	return c->qk_norm != QK_NORM_NONE || c->clip_qkv > 0;
}

static void
lay_out_layer(struct layer_acts *a, struct cursor *k,
    const struct model_work *w)
{
	const struct model_config *c = &w->config;
	struct attention_shape s = model_attention(c);
	size_t m = w->max_tokens, n = c->n_embd, qkv = attention_width(&s);

	take(&a->x, k, m, n);
	take(&a->stat_1, k, m, NORM_STATS);
	take(&a->n_1, k, m, n);
	take_if(has_raw(c), &a->raw, k, m, qkv);
	take_if(c->qk_norm != QK_NORM_NONE, &a->stat_qk, k, m,
	    (s.n_head + s.n_kv) * NORM_STATS);
	take(&a->qkv, k, m, qkv);
	take(&a->p, k, s.n_head * m, attention_stride(longest(w)));
	take(&a->o, k, m, s.n_head * s.d);
	take_if(c->norm_after, &a->u_1, k, m, n);
	take(&a->y, k, m, n);
	take(&a->stat_2, k, m, NORM_STATS);
	take(&a->n_2, k, m, n);
	take(&a->mlp.slope, k, m, c->n_inner);
	take_if(c->mlp == MLP_GATED, &a->mlp.gate, k, m, c->n_inner);
	take(&a->mlp.h, k, m, c->n_inner);
	take_if(c->norm_after, &a->u_2, k, m, n);
}

static size_t
lay_out(struct model_work *w, real *base)
{
	const struct model_config *c = &w->config;
	struct attention_shape s = model_attention(c);
	size_t m = w->max_tokens, n = c->n_embd, qkv = attention_width(&s), i;
	size_t o = s.n_head * s.d, t = longest(w);
	struct cursor k = { base, 0 };

	for (i = 0; i < c->n_layer; i++)
		lay_out_layer(&w->acts[i], &k, w);
	take(&w->z, &k, m, n);
	take(&w->d, &k, m, n);
	take(&w->layer.dc, &k, m, o > n ? o : n);
	take_if(c->norm_after, &w->layer.du, &k, m, n);
	take(&w->layer.dqkv, &k, m, qkv);
	take_if(has_raw(c), &w->layer.draw, &k, m, qkv);
	take(&w->layer.dh, &k, m, (c->mlp == MLP_GATED ? 2 : 1) * c->n_inner);
	take(&w->layer.dp, &k, t, attention_stride(t));
	take_if(c->pos == POS_ROTARY, &w->rotary, &k, t, s.d);
	take(&w->head.x, &k, HEAD_ROWS, n);
	take(&w->head.n, &k, HEAD_ROWS, n);
	take(&w->head.dn, &k, HEAD_ROWS, n);
	take(&w->head.dx, &k, HEAD_ROWS, n);
	take(&w->head.stat, &k, HEAD_ROWS, NORM_STATS);
	take(&w->head.logits, &k, HEAD_ROWS, c->vocab);
	return k.n;
}

/* Fills w->rotary. */
static int
make_rotary(struct model_work *w)
{
	size_t half = w->config.head_dim / 2;
	double *freq;

	if (w->rotary == NULL)
		return 0;
	if ((freq = mem_alloc(half, sizeof *freq)) == NULL)
		return -1;
	rotary_frequencies(freq, &w->config.rotary, w->config.head_dim);
	rotary_table(w->rotary, freq, longest(w), half);
	mem_free(freq);
	return 0;
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
	return make_rotary(w);
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
