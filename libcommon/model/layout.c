/* The layout that a configuration implies. */
#include <stdio.h>

#include "model/config.h"

/* Adds prefix.name, a matrix of a x b; a 0: a vector of b. */
static int
add(struct layout *l, const char *prefix, const char *name, size_t a,
    size_t b, struct err *e)
{
	char full[96];
	size_t shape[2] = { a, b };

	snprintf(full, sizeof full, "%s%s", prefix, name);
	return a == 0 ? layout_add(l, full, DT_F32, 1, shape + 1, e) :
	    layout_add(l, full, DT_F32, 2, shape, e);
}

/* A linear layer: its weight as the family has it, and a bias or none. */
static int
add_linear(struct layout *l, const struct model_config *c,
    const char *prefix, const char *name, size_t in, size_t out, int bias,
    struct err *e)
{
	char full[64];
	int flip = model_orientation(c) == MAT_T;

	snprintf(full, sizeof full, "%s%s", prefix, name);
	if (add(l, full, ".weight", flip ? out : in, flip ? in : out, e) != 0)
		return -1;
	return bias ? add(l, full, ".bias", 0, out, e) : 0;
}

/* A norm's weight, if it has one. */
static int
add_norm(struct layout *l, const struct model_config *c, const char *prefix,
    const char *name, size_t n, struct err *e)
{
	return c->norm_weights ? add(l, prefix, name, 0, n, e) : 0;
}

static int
add_gpt2_layer(struct layout *l, const struct model_config *c, size_t i,
    struct err *e)
{
	size_t w = c->n_embd;
	char h[32];

	snprintf(h, sizeof h, "h.%zu.", i);
	return add(l, h, "ln_1.weight", 0, w, e) != 0 ||
	    add(l, h, "ln_1.bias", 0, w, e) != 0 ||
	    add_linear(l, c, h, "attn.c_attn", w, 3 * w, 1, e) != 0 ||
	    add_linear(l, c, h, "attn.c_proj", w, w, 1, e) != 0 ||
	    add(l, h, "ln_2.weight", 0, w, e) != 0 ||
	    add(l, h, "ln_2.bias", 0, w, e) != 0 ||
	    add_linear(l, c, h, "mlp.c_fc", w, c->n_inner, 1, e) != 0 ||
	    add_linear(l, c, h, "mlp.c_proj", c->n_inner, w, 1, e) != 0 ?
	    -1 : 0;
}

static int
add_attention(struct layout *l, const struct model_config *c, const char *h,
    struct err *e)
{
	size_t w = c->n_embd, q = c->n_head * c->head_dim;
	size_t kv = c->n_kv_head * c->head_dim;
	int each = c->qk_norm == QK_NORM_HEAD, bias = c->bias & BIAS_QKV;

	if (add_linear(l, c, h, "self_attn.q_proj", w, q, bias, e) != 0 ||
	    add_linear(l, c, h, "self_attn.k_proj", w, kv, bias, e) != 0 ||
	    add_linear(l, c, h, "self_attn.v_proj", w, kv, bias, e) != 0)
		return -1;
	if (c->qk_norm != QK_NORM_NONE && (add(l, h, "self_attn.q_norm.weight",
	    0, each ? c->head_dim : q, e) != 0 || add(l, h,
	    "self_attn.k_norm.weight", 0, each ? c->head_dim : kv, e) != 0))
		return -1;
	return add_linear(l, c, h, "self_attn.o_proj", q, w,
	    c->bias & BIAS_PROJ, e);
}

static int
add_gated_mlp(struct layout *l, const struct model_config *c, const char *h,
    struct err *e)
{
	size_t w = c->n_embd, n = c->n_inner;
	int bias = c->bias & BIAS_MLP;

	return add_linear(l, c, h, "mlp.gate_proj", w, n, bias, e) != 0 ||
	    add_linear(l, c, h, "mlp.up_proj", w, n, bias, e) != 0 ||
	    add_linear(l, c, h, "mlp.down_proj", n, w, bias, e) != 0 ? -1 : 0;
}

static int
add_llama_layer(struct layout *l, const struct model_config *c, size_t i,
    struct err *e)
{
	static const char after_attn[] = "post_attention_layernorm.weight";
	size_t w = c->n_embd;
	char h[48];

	snprintf(h, sizeof h, "model.layers.%zu.", i);
	if (c->norm_after)
		return add_attention(l, c, h, e) != 0 ||
		    add_norm(l, c, h, after_attn, w, e) != 0 ||
		    add_gated_mlp(l, c, h, e) != 0 || add_norm(l, c, h,
		    "post_feedforward_layernorm.weight", w, e) != 0 ? -1 : 0;
	return add_norm(l, c, h, "input_layernorm.weight", w, e) != 0 ||
	    add_attention(l, c, h, e) != 0 ||
	    add_norm(l, c, h, after_attn, w, e) != 0 ||
	    add_gated_mlp(l, c, h, e) != 0 ? -1 : 0;
}

/* A layout finds a name by search, so a layer count that no machine can hold
 * must be refused before its names are made. */
static int
too_large(const struct model_config *c)
{
	double w = (double)c->n_embd, layer;
	double heads = (double)(2 * c->n_head + 2 * c->n_kv_head);

	layer = w * (heads * (double)c->head_dim + (c->mlp == MLP_GATED ?
	    3 : 2) * (double)c->n_inner) + 12 * w;
	return layer * (double)c->n_layer + w * ((c->tied ? 1 : 2) *
	    (double)c->vocab + (c->pos == POS_LEARNED ?
	    (double)c->n_positions : 0)) > 0x1p40 || c->n_layer > 1000;
}

static int
add_all(struct layout *l, const struct model_config *c, struct err *e)
{
	int gpt2 = c->family == FAMILY_GPT2, bad;
	size_t i, w = c->n_embd;

	if (gpt2)
		bad = add(l, "", "wte.weight", c->vocab, w, e) != 0 ||
		    add(l, "", "wpe.weight", c->n_positions, w, e) != 0;
	else
		bad = add(l, "model.", "embed_tokens.weight", c->vocab, w,
		    e) != 0;
	for (i = 0; i < c->n_layer && !bad; i++)
		bad = gpt2 ? add_gpt2_layer(l, c, i, e) != 0 :
		    add_llama_layer(l, c, i, e) != 0;
	if (bad)
		return -1;
	if (gpt2)
		bad = add(l, "", "ln_f.weight", 0, w, e) != 0 ||
		    add(l, "", "ln_f.bias", 0, w, e) != 0;
	else
		bad = add_norm(l, c, "model.", "norm.weight", w, e) != 0;
	bad = bad || (!c->tied && add(l, "", "lm_head.weight", c->vocab, w,
	    e) != 0);
	return bad ? -1 : 0;
}

struct layout *
model_layout(const struct model_config *config, struct err *e)
{
	struct model_config c = *config;
	struct layout *l;

	if (model_config_check(&c, e) != 0)
		return NULL;
	if (too_large(&c)) {
		err_set(e, RC_INPUT, "n_layer is %zu, n_embd %zu, vocab_size "
		    "%zu: more than 2^40 parameters or 1000 layers",
		    c.n_layer, c.n_embd, c.vocab);
		return NULL;
	}
	if ((l = layout_new()) == NULL) {
		err_nomem(e);
		return NULL;
	}
	if (add_all(l, &c, e) != 0) {
		layout_free(l);
		return NULL;
	}
	return l;
}
