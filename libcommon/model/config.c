/* What makes a configuration possible. */
#include <string.h>

#include "model/config.h"

static const char *const family_names[FAMILY_COUNT] = {
	[FAMILY_GPT2] = "gpt2", [FAMILY_LLAMA] = "llama",
	[FAMILY_MISTRAL] = "mistral", [FAMILY_QWEN2] = "qwen2",
	[FAMILY_QWEN3] = "qwen3", [FAMILY_OLMO] = "olmo",
	[FAMILY_OLMO2] = "olmo2",
};

const char *
model_family_name(enum model_family f)
{
	return family_names[f];
}

void
model_config_default(struct model_config *c)
{
	model_config_family(c, FAMILY_GPT2);
}

void
model_config_family(struct model_config *c, enum model_family f)
{
	memset(c, 0, sizeof *c);
	c->family = f;
	c->init_std = 0.02f;
	c->norm_eps = 1e-5f;
	c->norm_weights = 1;
	if (f == FAMILY_GPT2) {
		c->act = ACT_GELU_TANH;
		c->norm = NORM_LAYER;
		c->pos = POS_LEARNED;
		c->mlp = MLP_PLAIN;
		c->bias = BIAS_ALL;
		c->tied = 1;
		return;
	}
	c->act = ACT_SILU;
	c->pos = POS_ROTARY;
	c->rotary.theta = 10000;
	c->mlp = MLP_GATED;
	c->norm = f == FAMILY_OLMO ? NORM_LAYER : NORM_RMS;
	c->norm_weights = f != FAMILY_OLMO;
	if (f != FAMILY_OLMO && f != FAMILY_OLMO2)
		c->norm_eps = 1e-6f;
	c->norm_after = f == FAMILY_OLMO2;
	c->qk_norm = f == FAMILY_QWEN3 ? QK_NORM_HEAD :
	    f == FAMILY_OLMO2 ? QK_NORM_WIDTH : QK_NORM_NONE;
	c->bias = f == FAMILY_QWEN2 ? BIAS_QKV : BIAS_NONE;
}

enum mat_op
model_orientation(const struct model_config *c)
{
	return c->family == FAMILY_GPT2 ? MAT_N : MAT_T;
}

struct attention_shape
model_attention(const struct model_config *c)
{
	return (struct attention_shape){ c->n_head, c->n_kv_head,
	    c->head_dim };
}

/* The keys of a family by what they say. */
static const char *
key(const struct model_config *c, const char *gpt2, const char *others)
{
	return c->family == FAMILY_GPT2 ? gpt2 : others;
}

static int
check_sizes(const struct model_config *c, struct err *e)
{
	const size_t most = (size_t)1 << 31;	/* products of two fit */
	struct { const char *name; size_t n; } size[] = {
		{ "vocab_size", c->vocab },
		{ key(c, "n_positions", "max_position_embeddings"),
		    c->n_positions },
		{ key(c, "n_embd", "hidden_size"), c->n_embd },
		{ key(c, "n_layer", "num_hidden_layers"), c->n_layer },
		{ key(c, "n_head", "num_attention_heads"), c->n_head },
		{ "num_key_value_heads", c->n_kv_head == 0 ? 1 :
		    c->n_kv_head },
		{ "head_dim", c->head_dim == 0 ? 1 : c->head_dim },
		{ key(c, "n_inner", "intermediate_size"),
		    c->n_inner == 0 ? 1 : c->n_inner },
	};
	size_t i;

	for (i = 0; i < sizeof size / sizeof *size; i++)
		if (size[i].n == 0 || size[i].n >= most / 4)
			return err_set(e, RC_INPUT,
			    "%s is %zu, must be from 1 to %zu", size[i].name,
			    size[i].n, most / 4 - 1);
	return 0;
}

static int
check_heads(struct model_config *c, struct err *e)
{
	const size_t most = (size_t)1 << 29;

	if (c->head_dim == 0 && c->n_embd % c->n_head != 0)
		return err_set(e, RC_INPUT, "%s is %zu, not a multiple of %s, "
		    "%zu", key(c, "n_embd", "hidden_size"), c->n_embd,
		    key(c, "n_head", "num_attention_heads"), c->n_head);
	if (c->n_kv_head == 0)
		c->n_kv_head = c->n_head;
	if (c->head_dim == 0)
		c->head_dim = c->n_embd / c->n_head;
	if (c->n_head % c->n_kv_head != 0)
		return err_set(e, RC_INPUT, "num_attention_heads is %zu, not "
		    "a multiple of num_key_value_heads, %zu", c->n_head,
		    c->n_kv_head);
	if (c->n_head + 2 * c->n_kv_head > most / c->head_dim)
		return err_set(e, RC_INPUT, "head_dim is %zu, too large for "
		    "%zu heads", c->head_dim, c->n_head);
	if (c->pos == POS_ROTARY && c->head_dim % 2 != 0)
		return err_set(e, RC_INPUT, "head_dim is %zu, must be even "
		    "for rotary positions", c->head_dim);
	return 0;
}

static int
check_rotary(const struct rotary *r, struct err *e)
{
	if (!(r->theta > 1 && r->theta <= 1e30))
		return err_set(e, RC_INPUT, "rope_theta is %g, must be above "
		    "1 and at most 1e30", r->theta);
	if (r->kind == ROTARY_PLAIN)
		return 0;
	if (!(r->factor >= 1 && r->factor <= 1e30))
		return err_set(e, RC_INPUT, "rope_scaling: factor is %g, must "
		    "be from 1 to 1e30", r->factor);
	if (r->kind == ROTARY_LINEAR)
		return 0;
	if (!(r->low > 0 && r->low < r->high && r->high <= 1e30))
		return err_set(e, RC_INPUT, "rope_scaling: low_freq_factor is "
		    "%g, high_freq_factor %g: must be above 0 and rise",
		    r->low, r->high);
	if (!(r->original >= 1 && r->original <= 1e15))
		return err_set(e, RC_INPUT, "rope_scaling: "
		    "original_max_position_embeddings is %g, must be from 1 "
		    "to 1e15", r->original);
	return 0;
}

/* What a family's parameters can stand for. */
static int
check_family(const struct model_config *c, struct err *e)
{
	struct model_config f;
	const char *what = NULL;

	model_config_family(&f, c->family);
	if (c->norm != f.norm || c->norm_weights != f.norm_weights ||
	    c->norm_after != f.norm_after || c->qk_norm != f.qk_norm)
		what = "norm";
	else if (c->pos != f.pos)
		what = "positions";
	else if (c->mlp != f.mlp)
		what = "mlp";
	else if (c->family == FAMILY_GPT2 && c->bias != BIAS_ALL)
		what = "biases";
	else if (c->family == FAMILY_GPT2 && (c->n_kv_head != c->n_head ||
	    c->n_head * c->head_dim != c->n_embd))
		what = "heads";
	else if (c->family != FAMILY_OLMO && c->clip_qkv != 0)
		what = "clip_qkv";
	return what == NULL ? 0 : err_set(e, RC_INPUT, "%s: not those of "
	    "model_type \"%s\", others are not supported", what,
	    model_family_name(c->family));
}

int
model_config_check(struct model_config *c, struct err *e)
{
	if (check_sizes(c, e) != 0 || check_heads(c, e) != 0 ||
	    check_family(c, e) != 0)
		return -1;
	if (!(c->norm_eps > 0 && c->norm_eps <= 1))
		return err_set(e, RC_INPUT, "%s is %g, must be above 0 and "
		    "at most 1", key(c, "layer_norm_epsilon", "rms_norm_eps"),
		    (double)c->norm_eps);
	if (!(c->init_std >= 0 && c->init_std <= 100))
		return err_set(e, RC_INPUT, "initializer_range is %g, must "
		    "be from 0 to 100", (double)c->init_std);
	if (!(c->clip_qkv >= 0 && c->clip_qkv <= 1e30f))
		return err_set(e, RC_INPUT, "clip_qkv is %g, must be from 0 "
		    "to 1e30", (double)c->clip_qkv);
	if (c->n_inner == 0)
		c->n_inner = 4 * c->n_embd;
	return c->pos == POS_ROTARY ? check_rotary(&c->rotary, e) : 0;
}
