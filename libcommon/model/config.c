/* What makes a configuration possible, and the layout that it implies. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "model/config.h"

void
model_config_default(struct model_config *c)
{
	memset(c, 0, sizeof *c);
	c->norm_eps = 1e-5f;
	c->init_std = 0.02f;
	c->act = ACT_GELU_TANH;
	c->norm = NORM_LAYER;
	c->pos = POS_LEARNED;
	c->mlp = MLP_PLAIN;
	c->bias = 1;
	c->tied = 1;
}

/* What the engine is prepared for but does not have. */
static int
check_variants(const struct model_config *c, struct err *e)
{
	if (c->n_kv_head != c->n_head)
		return err_set(e, RC_INPUT,
		    "n_kv_head is %zu, n_head is %zu: grouped-query attention "
		    "is not supported", c->n_kv_head, c->n_head);
	if (c->norm != NORM_LAYER)
		return err_set(e, RC_INPUT,
		    "norm: only layer normalisation is supported");
	if (c->pos != POS_LEARNED)
		return err_set(e, RC_INPUT,
		    "positions: only learned positions are supported");
	if (c->mlp != MLP_PLAIN)
		return err_set(e, RC_INPUT,
		    "mlp: a gated mlp is not supported");
	if (!c->bias)
		return err_set(e, RC_INPUT,
		    "bias is 0: linear layers without bias are not supported");
	if (!c->tied)
		return err_set(e, RC_INPUT, "tie_word_embeddings is false: "
		    "an untied head is not supported");
	return 0;
}

int
model_config_check(struct model_config *c, struct err *e)
{
	const size_t most = (size_t)1 << 31;	/* products of two fit */
	struct { const char *name; size_t n; } size[] = {
		{ "vocab_size", c->vocab }, { "n_positions", c->n_positions },
		{ "n_embd", c->n_embd }, { "n_layer", c->n_layer },
		{ "n_head", c->n_head },
		{ "n_inner", c->n_inner == 0 ? 1 : c->n_inner },
	};
	size_t i;

	for (i = 0; i < sizeof size / sizeof *size; i++)
		if (size[i].n == 0 || size[i].n >= most / 4)
			return err_set(e, RC_INPUT,
			    "%s is %zu, must be from 1 to %zu", size[i].name,
			    size[i].n, most / 4 - 1);
	if (c->n_embd % c->n_head != 0)
		return err_set(e, RC_INPUT,
		    "n_embd is %zu, not a multiple of n_head, %zu", c->n_embd,
		    c->n_head);
	if (!(c->norm_eps > 0 && c->norm_eps <= 1))
		return err_set(e, RC_INPUT, "layer_norm_epsilon is %g, must "
		    "be above 0 and at most 1", (double)c->norm_eps);
	if (!(c->init_std >= 0 && c->init_std <= 100))
		return err_set(e, RC_INPUT, "initializer_range is %g, must "
		    "be from 0 to 100", (double)c->init_std);
	if (c->n_inner == 0)
		c->n_inner = 4 * c->n_embd;
	if (c->n_kv_head == 0)
		c->n_kv_head = c->n_head;
	return check_variants(c, e);
}

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

static int
add_linear(struct layout *l, const char *prefix, const char *name, size_t in,
    size_t out, struct err *e)
{
	char full[64];

	snprintf(full, sizeof full, "%s%s", prefix, name);
	return add(l, full, ".weight", in, out, e) != 0 ||
	    add(l, full, ".bias", 0, out, e) != 0 ? -1 : 0;
}

static int
add_layer(struct layout *l, const struct model_config *c, size_t i,
    struct err *e)
{
	size_t w = c->n_embd;
	char h[32];

	snprintf(h, sizeof h, "h.%zu.", i);
	return add(l, h, "ln_1.weight", 0, w, e) != 0 ||
	    add(l, h, "ln_1.bias", 0, w, e) != 0 ||
	    add_linear(l, h, "attn.c_attn", w, 3 * w, e) != 0 ||
	    add_linear(l, h, "attn.c_proj", w, w, e) != 0 ||
	    add(l, h, "ln_2.weight", 0, w, e) != 0 ||
	    add(l, h, "ln_2.bias", 0, w, e) != 0 ||
	    add_linear(l, h, "mlp.c_fc", w, c->n_inner, e) != 0 ||
	    add_linear(l, h, "mlp.c_proj", c->n_inner, w, e) != 0 ? -1 : 0;
}

/* A layout finds a name by search, so a layer count that no machine can hold
 * must be refused before its names are made. */
static int
too_large(const struct model_config *c)
{
	double w = (double)c->n_embd, layer;

	layer = w * (4 * w + 2 * (double)c->n_inner) + 12 * w;
	return layer * (double)c->n_layer +
	    w * ((double)c->vocab + (double)c->n_positions) > 0x1p40 ||
	    c->n_layer > 1000;
}

struct layout *
model_layout(const struct model_config *config, struct err *e)
{
	struct model_config c = *config;
	struct layout *l;
	size_t i;
	int bad;

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
	bad = add(l, "", "wte.weight", c.vocab, c.n_embd, e) != 0 ||
	    add(l, "", "wpe.weight", c.n_positions, c.n_embd, e) != 0;
	for (i = 0; i < c.n_layer && !bad; i++)
		bad = add_layer(l, &c, i, e) != 0;
	bad = bad || add(l, "", "ln_f.weight", 0, c.n_embd, e) != 0 ||
	    add(l, "", "ln_f.bias", 0, c.n_embd, e) != 0;
	if (bad) {
		layout_free(l);
		return NULL;
	}
	return l;
}
