#include <stdio.h>

#include "model/names.h"

static size_t
find(const struct layout *l, const char *prefix, const char *name,
    const char *end)
{
	const struct tensor_spec *t;
	char full[128];

	snprintf(full, sizeof full, "%s%s%s", prefix, name, end);
	t = layout_find(l, full);
	return t == NULL ? PARAM_NONE : (size_t)(t - l->t);
}

static struct param_at
find_pair(const struct layout *l, const char *prefix, const char *name)
{
	return (struct param_at){ find(l, prefix, name, ".weight"),
	    find(l, prefix, name, ".bias") };
}

void
model_find(struct model_at *at, const struct layout *l,
    const struct model_config *c)
{
	if (c->family == FAMILY_GPT2) {
		at->wte = find(l, "", "wte", ".weight");
		at->norm = find_pair(l, "", "ln_f");
	} else {
		at->wte = find(l, "model.", "embed_tokens", ".weight");
		at->norm = find_pair(l, "model.", "norm");
	}
	at->wpe = find(l, "", "wpe", ".weight");
	at->head = c->tied ? at->wte : find(l, "", "lm_head", ".weight");
}

static void
find_gpt2_layer(struct layer_at *at, const struct layout *l, size_t layer)
{
	const struct param_at none = { PARAM_NONE, PARAM_NONE };
	char h[48];

	snprintf(h, sizeof h, "h.%zu.", layer);
	*at = (struct layer_at){
		.norm_1 = find_pair(l, h, "ln_1"),
		.qkv = { find_pair(l, h, "attn.c_attn"), none, none },
		.q_norm = none, .k_norm = none,
		.proj = find_pair(l, h, "attn.c_proj"),
		.norm_2 = find_pair(l, h, "ln_2"),
		.gate = none,
		.up = find_pair(l, h, "mlp.c_fc"),
		.down = find_pair(l, h, "mlp.c_proj"),
	};
}

void
layer_find(struct layer_at *at, const struct layout *l,
    const struct model_config *c, size_t layer)
{
	char h[48];

	if (c->family == FAMILY_GPT2) {
		find_gpt2_layer(at, l, layer);
		return;
	}
	snprintf(h, sizeof h, "model.layers.%zu.", layer);
	*at = (struct layer_at){
		.norm_1 = find_pair(l, h, c->norm_after ?
		    "post_attention_layernorm" : "input_layernorm"),
		.qkv = { find_pair(l, h, "self_attn.q_proj"),
		    find_pair(l, h, "self_attn.k_proj"),
		    find_pair(l, h, "self_attn.v_proj") },
		.q_norm = find_pair(l, h, "self_attn.q_norm"),
		.k_norm = find_pair(l, h, "self_attn.k_norm"),
		.proj = find_pair(l, h, "self_attn.o_proj"),
		.norm_2 = find_pair(l, h, c->norm_after ?
		    "post_feedforward_layernorm" :
		    "post_attention_layernorm"),
		.gate = find_pair(l, h, "mlp.gate_proj"),
		.up = find_pair(l, h, "mlp.up_proj"),
		.down = find_pair(l, h, "mlp.down_proj"),
	};
}
