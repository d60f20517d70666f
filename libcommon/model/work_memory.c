/* The memory of a pass: activations, gradients, tables. */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "model/work_state.h"

static void
find_parameters(struct model_work *w, const struct layout *l)
{
	size_t i;

	model_find(&w->model_at, l, &w->config);
	for (i = 0; i < w->config.n_layer; i++)
		layer_find(&w->at[i], l, &w->config, i);
	for (i = 0; i < l->n_tensors; i++)
		w->all[i] = l->t[i].offset;
}

static int
is_chosen(const size_t *at, size_t i)
{
	return i != PARAM_NONE && at[i] != PARAM_NONE;
}

/* A layer_at is so many pairs. */
enum { LAYER_PAIRS = sizeof(struct layer_at) / sizeof(struct param_at) };

static const struct param_at *
pairs_of(const struct layer_at *at)
{
	return (const struct param_at *)at;
}

static int
layer_is_chosen(const size_t *at, const struct layer_at *layer)
{
	const struct param_at *p = pairs_of(layer);
	size_t k;

	for (k = 0; k < LAYER_PAIRS; k++)
		if (is_chosen(at, p[k].w) || is_chosen(at, p[k].b))
			return 1;
	return 0;
}

void
model_work_choose(struct model_work *w, const size_t *at)
{
	w->grad_at = at == NULL ? w->all : at;
	w->to_embedding = is_chosen(w->grad_at, w->model_at.wte) ||
	    is_chosen(w->grad_at, w->model_at.wpe);
	w->lowest = 0;
	while (!w->to_embedding && w->lowest < w->config.n_layer &&
	    !layer_is_chosen(w->grad_at, &w->at[w->lowest]))
		w->lowest++;
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

/* 1: queries and keys are changed between projection and rotation. */
static int
has_raw(const struct model_config *c)
{
	return c->qk_norm != QK_NORM_NONE || c->clip_qkv > 0;
}

/* What a layer leaves, but for x. */
static void
lay_out_layer(struct layer_acts *a, struct cursor *k,
    const struct model_work *w)
{
	const struct model_config *c = &w->config;
	struct attention_shape s = model_attention(c);
	size_t m = w->max_tokens, n = c->n_embd, qkv = attention_width(&s);

	take(&a->stat_1, k, m, NORM_STATS);
	take(&a->n_1, k, m, n);
	take_if(has_raw(c), &a->raw, k, m, qkv);
	take_if(c->qk_norm != QK_NORM_NONE, &a->stat_qk, k, m,
	    (s.n_head + s.n_kv) * NORM_STATS);
	take(&a->qkv, k, m, qkv);
	take(&a->p, k, s.n_head * m, attention_stride(w->longest));
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

/* Workspace of the backward pass through layers. */
static void
lay_out_backward(struct layer_work *l, struct cursor *k,
    const struct model_work *w)
{
	const struct model_config *c = &w->config;
	struct attention_shape s = model_attention(c);
	size_t m = w->max_tokens;

	take_if(c->norm_after, &l->du, k, m, c->n_embd);
	take(&l->dqkv, k, m, attention_width(&s));
	take_if(has_raw(c), &l->draw, k, m, attention_width(&s));
	take(&l->dh, k, m, (c->mlp == MLP_GATED ? 2 : 1) * c->n_inner);
	take(&l->dp, k, s.n_kv * m, attention_stride(w->longest));
}

static void
lay_out_head(struct head_work *h, struct cursor *k,
    const struct model_config *c)
{
	size_t m = head_rows(c);

	take(&h->x, k, m, c->n_embd);
	take(&h->n, k, m, c->n_embd);
	take(&h->dn, k, m, c->n_embd);
	take(&h->dx, k, m, c->n_embd);
	take(&h->stat, k, m, NORM_STATS);
	take(&h->logits, k, m, c->vocab);
}

static size_t
lay_out(struct model_work *w, real *base)
{
	const struct model_config *c = &w->config;
	struct attention_shape s = model_attention(c);
	size_t m = w->max_tokens, n = c->n_embd, o = s.n_head * s.d, i;
	struct cursor k = { base, 0 };

	take(&w->z, &k, m, n);
	take(&w->d, &k, m, n);
	w->shared.x = w->z;
	lay_out_layer(&w->shared, &k, w);
	for (i = w->from; i < c->n_layer; i++) {
		take(&w->acts[i].x, &k, m, n);
		lay_out_layer(&w->acts[i], &k, w);
	}
	take(&w->layer.dc, &k, m, o > n ? o : n);
	if (w->from < c->n_layer)
		lay_out_backward(&w->layer, &k, w);
	take_if(c->pos == POS_ROTARY, &w->rotary, &k, w->longest, s.d);
	lay_out_head(&w->head, &k, c);
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
	rotary_table(w->rotary, freq, w->longest, half);
	mem_free(freq);
	return 0;
}

/* Nothing fits any more. */
static void
drop_passes(struct model_work *w)
{
	mem_free(w->loss);
	mem_free(w->top);
	mem_free(w->block);
	w->loss = NULL;
	w->top = NULL;
	w->block = NULL;
	w->max_tokens = w->longest = 0;
	w->from = w->config.n_layer;
}

static int
make_passes(struct model_work *w, size_t tokens, size_t longest, size_t from)
{
	w->max_tokens = tokens;
	w->longest = longest;
	w->from = from;
	if (tokens >> 31 != 0)
		return -1;
	w->loss = mem_alloc(tokens, sizeof *w->loss);
	w->top = mem_alloc(tokens, sizeof *w->top);
	w->block = mem_alloc(lay_out(w, NULL), sizeof *w->block);
	if (w->loss == NULL || w->top == NULL || w->block == NULL)
		return -1;
	lay_out(w, w->block);
	return make_rotary(w);
}

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t
room_needed(const struct model_work *w, const struct params *p)
{
	size_t most = 0, i, k, sum;

	if (!params_in_place(p, w->model_at.head))
		most = head_part(&w->config) * w->config.n_embd;
	for (i = 0; i < w->config.n_layer; i++) {
		const struct param_at *at = pairs_of(&w->at[i]);

		for (sum = 0, k = 0; k < LAYER_PAIRS; k++)
			if (at[k].w != PARAM_NONE)
				sum += params_room(p, at[k].w);
		most = larger(most, sum);
	}
	return most;
}

static int
reserve_room(struct model_work *w, const struct params *p)
{
	size_t n = room_needed(w, p);

	if (n > w->n_room) {
		mem_free(w->room);
		w->n_room = 0;
		if ((w->room = mem_alloc(n, sizeof *w->room)) == NULL)
			return -1;
		w->n_room = n;
	}
	w->head.room = w->room;
	return 0;
}

static void
bring(struct model_work *w, size_t i, real **room)
{
	if (i == PARAM_NONE || params_in_place(w->params, i))
		return;
	w->near->view[i].p = params_at(w->params, i, room);
	w->near->view[i].dtype = REAL_DTYPE;
}

void
work_bring_layer(struct model_work *w, size_t i)
{
	const struct param_at *at = pairs_of(&w->at[i]);
	real *room = w->room;
	size_t k;

	for (k = 0; k < LAYER_PAIRS; k++)
		bring(w, at[k].w, &room);
}

int
model_work_reserve(struct model_work *w, const struct params *params,
    size_t tokens, size_t longest, int back, struct err *e)
{
	size_t from = back ? w->lowest : w->config.n_layer;

	if (!back && !params_all_in_place(params))
		tokens = larger(tokens, WORK_TOGETHER);
	if (w->block == NULL || tokens > w->max_tokens ||
	    longest > w->longest || from < w->from) {
		tokens = larger(larger(tokens, w->max_tokens), 1);
		longest = larger(larger(longest, w->longest), 1);
		from = from < w->from ? from : w->from;
		drop_passes(w);
		if (make_passes(w, tokens, longest, from) != 0) {
			drop_passes(w);
			return err_nomem(e);
		}
	}
	if (reserve_room(w, params) != 0)
		return err_nomem(e);
	w->params = params;
	memcpy(w->near->view, params->view, params->layout->n_tensors *
	    sizeof *params->view);
	return 0;
}

static int
begin(struct model_work *w, struct err *e)
{
	if ((w->layout = model_layout(&w->config, e)) == NULL ||
	    (w->near = params_new(w->layout, NULL, e)) == NULL)
		return -1;
	w->at = mem_alloc(w->config.n_layer, sizeof *w->at);
	w->acts = mem_zalloc(w->config.n_layer, sizeof *w->acts);
	w->all = mem_alloc(w->layout->n_tensors, sizeof *w->all);
	if (w->at == NULL || w->acts == NULL || w->all == NULL)
		return err_nomem(e);
	w->from = w->config.n_layer;
	find_parameters(w, w->layout);
	model_work_choose(w, NULL);
	return 0;
}

struct model_work *
model_work_new(const struct model_config *c, struct err *e)
{
	struct model_work *w = mem_zalloc(1, sizeof *w);

	if (w == NULL) {
		err_nomem(e);
		return NULL;
	}
	w->config = *c;
	if (model_config_check(&w->config, e) == 0 && begin(w, e) == 0)
		return w;
	model_work_free(w);
	return NULL;
}

void
model_work_free(struct model_work *w)
{
	if (w == NULL)
		return;
	drop_passes(w);
	mem_free(w->at);
	mem_free(w->acts);
	mem_free(w->all);
	mem_free(w->room);
	params_free(w->near);
	layout_free(w->layout);
	mem_free(w);
}
