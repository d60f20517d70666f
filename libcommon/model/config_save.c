/* config.json, written. */
#include <stdio.h>
#include <stdlib.h>

#include "model/config.h"
#include "model/file.h"

/* The shortest decimal that reads back as x. */
static const char *
short_f32(char buf[32], float x)
{
	int digits;

	for (digits = 1; digits < 9; digits++) {
		snprintf(buf, 32, "%.*g", digits, (double)x);
		if ((float)strtod(buf, NULL) == x)
			return buf;
	}
	snprintf(buf, 32, "%.9g", (double)x);
	return buf;
}

static const char *
short_f64(char buf[32], double x)
{
	int digits;

	for (digits = 1; digits < 17; digits++) {
		snprintf(buf, 32, "%.*g", digits, x);
		if (strtod(buf, NULL) == x)
			return buf;
	}
	snprintf(buf, 32, "%.17g", x);
	return buf;
}

static const char *
torch_name(enum dtype d)
{
	return d == DT_F16 ? "float16" : d == DT_BF16 ? "bfloat16" :
	    "float32";
}

static void
save_id(FILE *fp, const char *key, const char *ids)
{
	if (*ids != '\0')
		fprintf(fp, "  \"%s\": %s,\n", key, ids);
}

static void
save_ids(FILE *fp, const struct model_config *c)
{
	save_id(fp, "bos_token_id", c->bos_token_id);
	save_id(fp, "eos_token_id", c->eos_token_id);
	save_id(fp, "pad_token_id", c->pad_token_id);
}

static void
save_gpt2(FILE *fp, const struct model_config *c, enum dtype weights)
{
	char std[32], eps[32];

	fprintf(fp, "{\n");
	save_ids(fp, c);
	fprintf(fp, "  \"activation_function\": \"%s\",\n"
	    "  \"architectures\": [\n    \"GPT2LMHeadModel\"\n  ],\n"
	    "  \"attn_pdrop\": 0.0,\n  \"embd_pdrop\": 0.0,\n"
	    "  \"initializer_range\": %s,\n"
	    "  \"layer_norm_epsilon\": %s,\n"
	    "  \"model_type\": \"gpt2\",\n"
	    "  \"n_embd\": %zu,\n  \"n_head\": %zu,\n  \"n_inner\": %zu,\n"
	    "  \"n_layer\": %zu,\n  \"n_positions\": %zu,\n"
	    "  \"resid_pdrop\": 0.0,\n"
	    "  \"tie_word_embeddings\": %s,\n"
	    "  \"torch_dtype\": \"%s\",\n"
	    "  \"vocab_size\": %zu\n}\n", act_name(c->act),
	    short_f32(std, c->init_std), short_f32(eps, c->norm_eps),
	    c->n_embd, c->n_head, c->n_inner, c->n_layer, c->n_positions,
	    c->tied ? "true" : "false", torch_name(weights), c->vocab);
}

/* Under the names that all releases of transformers read. */
static void
save_rotary(FILE *fp, const struct rotary *r)
{
	char a[32], b[32];

	fprintf(fp, "  \"rope_theta\": %s,\n", short_f64(a, r->theta));
	if (r->kind == ROTARY_PLAIN) {
		fprintf(fp, "  \"rope_scaling\": null,\n");
		return;
	}
	fprintf(fp, "  \"rope_scaling\": {\n    \"factor\": %s,\n",
	    short_f64(a, r->factor));
	if (r->kind == ROTARY_LLAMA3)
		fprintf(fp, "    \"high_freq_factor\": %s,\n"
		    "    \"low_freq_factor\": %s,\n"
		    "    \"original_max_position_embeddings\": %.0f,\n",
		    short_f64(a, r->high), short_f64(b, r->low),
		    r->original);
	fprintf(fp, "    \"rope_type\": \"%s\"\n  },\n",
	    rotary_name(r->kind));
}

/* What a family has beyond the keys of all. */
static void
save_family(FILE *fp, const struct model_config *c)
{
	char a[32];

	if (c->family != FAMILY_OLMO)
		fprintf(fp, "  \"rms_norm_eps\": %s,\n",
		    short_f32(a, c->norm_eps));
	else if (c->clip_qkv > 0)
		fprintf(fp, "  \"clip_qkv\": %s,\n",
		    short_f32(a, c->clip_qkv));
	if (c->family != FAMILY_QWEN2 && c->family != FAMILY_MISTRAL)
		fprintf(fp, "  \"attention_bias\": %s,\n",
		    c->bias & BIAS_QKV ? "true" : "false");
	if (c->family == FAMILY_LLAMA)
		fprintf(fp, "  \"mlp_bias\": %s,\n",
		    c->bias & BIAS_MLP ? "true" : "false");
	if (c->family == FAMILY_MISTRAL)
		fprintf(fp, "  \"sliding_window\": null,\n");
	if (c->family == FAMILY_QWEN2 || c->family == FAMILY_QWEN3)
		fprintf(fp, "  \"use_sliding_window\": false,\n");
	if (c->head_dim * c->n_head != c->n_embd || c->family == FAMILY_QWEN3)
		fprintf(fp, "  \"head_dim\": %zu,\n", c->head_dim);
}

static void
save_others(FILE *fp, const struct model_config *c, enum dtype weights)
{
	static const char *const class[FAMILY_COUNT] = {
		[FAMILY_LLAMA] = "Llama", [FAMILY_MISTRAL] = "Mistral",
		[FAMILY_QWEN2] = "Qwen2", [FAMILY_QWEN3] = "Qwen3",
		[FAMILY_OLMO] = "Olmo", [FAMILY_OLMO2] = "Olmo2",
	};
	char std[32];

	fprintf(fp, "{\n");
	save_ids(fp, c);
	fprintf(fp, "  \"architectures\": [\n    \"%sForCausalLM\"\n  ],\n"
	    "  \"attention_dropout\": 0.0,\n"
	    "  \"hidden_act\": \"%s\",\n  \"hidden_size\": %zu,\n"
	    "  \"initializer_range\": %s,\n"
	    "  \"intermediate_size\": %zu,\n"
	    "  \"max_position_embeddings\": %zu,\n"
	    "  \"model_type\": \"%s\",\n"
	    "  \"num_attention_heads\": %zu,\n"
	    "  \"num_hidden_layers\": %zu,\n"
	    "  \"num_key_value_heads\": %zu,\n", class[c->family],
	    act_name(c->act), c->n_embd, short_f32(std, c->init_std),
	    c->n_inner, c->n_positions, model_family_name(c->family),
	    c->n_head, c->n_layer, c->n_kv_head);
	save_family(fp, c);
	save_rotary(fp, &c->rotary);
	fprintf(fp, "  \"tie_word_embeddings\": %s,\n"
	    "  \"torch_dtype\": \"%s\",\n"
	    "  \"vocab_size\": %zu\n}\n", c->tied ? "true" : "false",
	    torch_name(weights), c->vocab);
}

int
model_config_save(const struct model_config *c, enum dtype weights,
    const char *path, struct err *e)
{
	struct file_out f;

	if (file_out_open(&f, path, e) != 0)
		return -1;
	if (c->family == FAMILY_GPT2)
		save_gpt2(f.fp, c, weights);
	else
		save_others(f.fp, c, weights);
	return file_out_close(&f, e);
}
