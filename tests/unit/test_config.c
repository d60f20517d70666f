/*
 * config.json of every family: what is read, and what is refused.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "model/config.h"

#define SIZES "\"model_type\":\"gpt2\",\"vocab_size\":5,\"n_positions\":4," \
	"\"n_embd\":6,\"n_layer\":1,\"n_head\":2"

static void
test_config(void **state)
{
	static const char text[] = "{" SIZES ",\"n_inner\":null,\"n_ctx\":4,"
	    "\"resid_pdrop\":0.1,\"activation_function\":\"gelu\","
	    "\"layer_norm_epsilon\":0.001,\"eos_token_id\":3}";
	struct err e = { .rc = RC_OK };
	struct model_config c;

	(void)state;
	assert_int_equal(model_config_parse(&c, text, sizeof text - 1, "f",
	    &e), 0);
	assert_int_equal(c.vocab, 5);
	assert_int_equal(c.n_positions, 4);
	assert_int_equal(c.n_embd, 6);
	assert_int_equal(c.n_inner, 24);
	assert_int_equal(c.n_kv_head, 2);
	assert_int_equal(c.act, ACT_GELU);
	assert_true(c.norm_eps == 0.001f && c.init_std == 0.02f);
	assert_string_equal(c.bos_token_id, "");
	assert_string_equal(c.eos_token_id, "3");
}

#define TEN	"11,12,13,14,15,16,17,18,19,20,"
#define MANY	TEN TEN TEN TEN "1234567"

/* What stands after the sizes, and the message. */
static const char *const bad_config[][2] = {
	{ ",\"n_head\":2", "line 1: duplicate object key" },
	{ ",\"n_heads\":2", "unknown key \"n_heads\"" },
	{ ",\"rotary_dim\":2", "unknown key \"rotary_dim\"" },
	{ ",\"n_inner\":\"x\"", "n_inner is a string, must be a whole "
	    "number" },
	{ ",\"n_inner\":1.5", "n_inner is a number, must be a whole number" },
	{ ",\"n_inner\":0", "n_inner is 0, must be at least 1" },
	{ ",\"n_inner\":-3", "n_inner is -3, must be at least 1" },
	{ ",\"n_inner\":1000000000000", "n_inner is 1000000000000, must be "
	    "from 1 to 536870911" },
	{ ",\"n_ctx\":5", "n_ctx is 5, n_positions is 4" },
	{ ",\"activation_function\":\"relu\"", "activation_function is "
	    "\"relu\", supported are \"gelu_new\", \"gelu_pytorch_tanh\", "
	    "\"gelu\", \"silu\" and \"swish\"" },
	{ ",\"layer_norm_epsilon\":0", "layer_norm_epsilon is 0, must be "
	    "above 0 and at most 1" },
	{ ",\"layer_norm_epsilon\":true", "layer_norm_epsilon is true, must "
	    "be a number" },
	{ ",\"initializer_range\":-1", "initializer_range is -1, must be "
	    "from 0 to 100" },
	{ ",\"attn_pdrop\":2", "attn_pdrop is 2, must be from 0 to 1" },
	{ ",\"tie_word_embeddings\":0", "tie_word_embeddings is a whole "
	    "number, must be true or false" },
	{ ",\"bos_token_id\":\"<s>\"", "bos_token_id is a string, must be a "
	    "whole number, a list of them or null" },
	{ ",\"eos_token_id\":[1,2.5]", "eos_token_id is an array, must be" },
	{ ",\"pad_token_id\":{}", "pad_token_id is an object, must be" },
	{ ",\"eos_token_id\":[" MANY "]", "eos_token_id: a list of 129 bytes, "
	    "at most 127 are read" },
	{ ",\"rms_norm_eps\":0.1", "unknown key \"rms_norm_eps\"" },
	{ ",\"scale_attn_by_inverse_layer_idx\":true",
	    "scale_attn_by_inverse_layer_idx is true, only false is "
	    "supported" },
};

static void
refused_config(const char *text, const char *message)
{
	struct err e = { .rc = RC_OK };
	struct model_config c;
	char want[300];

	snprintf(want, sizeof want, "file: %s", message);
	assert_int_equal(model_config_parse(&c, text, strlen(text), "file",
	    &e), -1);
	assert_int_equal(e.rc, RC_INPUT);
	if (strncmp(e.msg, want, strlen(want)) != 0)
		fail_msg("%s: \"%s\", expected \"%s\"", text, e.msg, want);
}

static void
test_bad_config(void **state)
{
	char text[600];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad_config / sizeof *bad_config; i++) {
		snprintf(text, sizeof text, "{" SIZES "%s}",
		    bad_config[i][0]);
		refused_config(text, bad_config[i][1]);
	}
	refused_config("{\"model_type\":\"gpt2\"}", "no key \"vocab_size\"");
	refused_config("{\"model_type\":\"bert\"}", "model_type is \"bert\", "
	    "supported are \"gpt2\", \"llama\", \"mistral\", \"qwen2\", "
	    "\"qwen3\", \"olmo\" and \"olmo2\"");
	refused_config("{\"vocab_size\":5}", "no key \"model_type\"");
	refused_config("{\"model_type\":7}", "model_type is a whole number, "
	    "must be a string");
	refused_config("[1]", "not a JSON object");
	refused_config("", "line 1: '[' or '{' expected near end of file");
	refused_config("{\"model_type\":\"gpt2\",\"vocab_size\":5,"
	    "\"n_positions\":4,\"n_embd\":6,\"n_layer\":1,\"n_head\":4}",
	    "n_embd is 6, not a multiple of n_head, 4");
}

#define OTHER "\"vocab_size\":5,\"max_position_embeddings\":4," \
	"\"hidden_size\":8,\"num_hidden_layers\":2,\"intermediate_size\":7," \
	"\"num_attention_heads\":4"

/* A configuration of the other families: its model_type, what stands after
 * the sizes; what must be found in the message, or NULL for none. */
static void
other_config(struct model_config *c, const char *type, const char *more,
    const char *message)
{
	struct err e = { .rc = RC_OK };
	char text[900];
	int r;

	snprintf(text, sizeof text, "{\"model_type\":\"%s\"," OTHER "%s}",
	    type, more);
	r = model_config_parse(c, text, strlen(text), "file", &e);
	if (message == NULL ? r != 0 : r == 0)
		fail_msg("%s: \"%s\"", text, r == 0 ? "accepted" : e.msg);
	if (message != NULL && strstr(e.msg, message) == NULL)
		fail_msg("%s: \"%s\", expected \"%s\"", text, e.msg, message);
}

#define KV ",\"num_key_value_heads\":2"

static void
test_families(void **state)
{
	struct model_config c;

	(void)state;
	other_config(&c, "llama", KV ",\"attention_bias\":true,"
	    "\"rope_theta\":5e5,\"rope_scaling\":null,\"head_dim\":null",
	    NULL);
	assert_int_equal(c.family, FAMILY_LLAMA);
	assert_int_equal(c.n_kv_head, 2);
	assert_int_equal(c.head_dim, 2);
	assert_int_equal(c.bias, BIAS_QKV | BIAS_PROJ);
	assert_true(c.norm == NORM_RMS && c.mlp == MLP_GATED && !c.tied);
	assert_true(c.norm_eps == 1e-6f && c.rotary.theta == 5e5);
	assert_int_equal(c.act, ACT_SILU);
	other_config(&c, "llama", "", NULL);
	assert_int_equal(c.n_kv_head, 4);
	other_config(&c, "llama", ",\"rope_scaling\":{\"type\":\"linear\","
	    "\"factor\":2.5}", NULL);
	assert_int_equal(c.rotary.kind, ROTARY_LINEAR);
	assert_true(c.rotary.factor == 2.5);
	other_config(&c, "llama", ",\"rope_parameters\":{\"rope_type\":"
	    "\"llama3\",\"rope_theta\":7,\"factor\":8,\"low_freq_factor\":1,"
	    "\"high_freq_factor\":4,\"original_max_position_embeddings\":3}",
	    NULL);
	assert_true(c.rotary.theta == 7 && c.rotary.original == 3);
	assert_true(c.rotary.low == 1 && c.rotary.high == 4);
	other_config(&c, "mistral", KV ",\"sliding_window\":4", NULL);
	other_config(&c, "mistral", KV ",\"sliding_window\":null", NULL);
	other_config(&c, "qwen2", KV ",\"use_sliding_window\":false,"
	    "\"sliding_window\":2,\"max_window_layers\":1", NULL);
	assert_int_equal(c.bias, BIAS_QKV);
	other_config(&c, "qwen2", KV ",\"use_sliding_window\":true,"
	    "\"sliding_window\":2,\"max_window_layers\":2", NULL);
	other_config(&c, "qwen3", KV ",\"head_dim\":6", NULL);
	assert_int_equal(c.head_dim, 6);
	assert_int_equal(c.qk_norm, QK_NORM_HEAD);
	other_config(&c, "olmo", ",\"clip_qkv\":8.0", NULL);
	assert_true(c.clip_qkv == 8 && c.norm == NORM_LAYER &&
	    !c.norm_weights && c.norm_eps == 1e-5f);
	other_config(&c, "olmo", ",\"clip_qkv\":null", NULL);
	other_config(&c, "olmo2", "", NULL);
	assert_true(c.norm_after && c.qk_norm == QK_NORM_WIDTH &&
	    c.norm_eps == 1e-5f);
}

/* Nothing that would change what is computed is passed over. */
static const char *const bad_other[][3] = {
	{ "llama", ",\"n_head\":4", "unknown key \"n_head\"" },
	{ "llama", ",\"clip_qkv\":8", "unknown key \"clip_qkv\"" },
	{ "mistral", KV ",\"mlp_bias\":true", "unknown key \"mlp_bias\"" },
	{ "llama", ",\"quantization_config\":{}", "unknown key "
	    "\"quantization_config\"" },
	{ "llama", ",\"num_key_value_heads\":3", "num_attention_heads is 4, "
	    "not a multiple of num_key_value_heads, 3" },
	{ "llama", ",\"head_dim\":3", "head_dim is 3, must be even" },
	{ "llama", ",\"attention_bias\":1", "attention_bias is a whole "
	    "number, must be true or false" },
	{ "llama", ",\"rms_norm_eps\":0", "rms_norm_eps is 0, must be above 0" },
	{ "llama", ",\"hidden_act\":\"relu\"", "hidden_act is \"relu\"" },
	{ "llama", ",\"attention_dropout\":-1", "attention_dropout is -1" },
	{ "llama", ",\"rope_theta\":0", "rope_theta is 0, must be above 1" },
	{ "llama", ",\"rope_theta\":\"x\"", "rope_theta is a string" },
	{ "llama", ",\"rope_scaling\":{\"rope_type\":\"yarn\",\"factor\":4}",
	    "rope_scaling: rope_type is \"yarn\", supported are" },
	{ "llama", ",\"rope_scaling\":{\"type\":\"dynamic\",\"factor\":4}",
	    "rope_scaling: type is \"dynamic\"" },
	{ "llama", ",\"rope_scaling\":{\"factor\":4}",
	    "rope_scaling: no key \"rope_type\"" },
	{ "llama", ",\"rope_scaling\":{\"type\":\"linear\"}",
	    "rope_scaling: factor is 0" },
	{ "llama", ",\"rope_scaling\":{\"type\":\"linear\",\"factor\":2,"
	    "\"mscale\":1}", "rope_scaling: unknown key \"mscale\"" },
	{ "llama", ",\"rope_scaling\":{\"type\":\"linear\","
	    "\"rope_type\":\"llama3\"}", "type and rope_type differ" },
	{ "llama", ",\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8}",
	    "low_freq_factor is 0" },
	{ "llama", ",\"rope_parameters\":{\"rope_type\":\"default\","
	    "\"partial_rotary_factor\":0.5}", "partial_rotary_factor is 0.5, "
	    "only 1 is supported" },
	{ "llama", ",\"rope_scaling\":{\"type\":\"default\"},"
	    "\"rope_parameters\":{\"rope_type\":\"default\"}",
	    "are both given" },
	{ "mistral", "", "no key \"num_key_value_heads\"" },
	{ "mistral", KV, "no key \"sliding_window\"" },
	{ "mistral", KV ",\"sliding_window\":3", "sliding_window is 3, below "
	    "max_position_embeddings, 4: sliding windows are not supported" },
	{ "qwen2", KV ",\"use_sliding_window\":true,\"sliding_window\":3",
	    "sliding windows are not supported" },
	{ "qwen2", KV ",\"sliding_window\":3,\"layer_types\":"
	    "[\"full_attention\",\"sliding_attention\"]",
	    "sliding windows are not supported" },
	{ "qwen3", KV ",\"head_dim\":4,\"layer_types\":[\"full_attention\"]",
	    "layer_types has 1 entries, num_hidden_layers is 2" },
	{ "qwen3", KV ",\"head_dim\":4,\"layer_types\":[\"full_attention\","
	    "\"linear\"]", "layer_types: layer 1 is \"linear\"" },
	{ "qwen3", KV, "no key \"head_dim\"" },
	{ "llama", ",\"rope_interleaved\":true", "rope_interleaved is true, "
	    "only false is supported" },
	{ "qwen2", KV ",\"use_mrope\":true", "use_mrope is true, only false "
	    "is supported" },
	{ "olmo", ",\"clip_qkv\":-2", "clip_qkv is -2" },
};

static void
test_bad_families(void **state)
{
	struct model_config c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad_other / sizeof *bad_other; i++)
		other_config(&c, bad_other[i][0], bad_other[i][1],
		    bad_other[i][2]);
}

/* A family's parameters cannot hold what is foreign to it. */
static void
test_unsupported(void **state)
{
	struct model_config c, d;
	struct err e;
	int i;

	(void)state;
	model_config_default(&c);
	c.vocab = c.n_positions = c.n_layer = 1, c.n_embd = c.n_head = 2;
	for (i = 0; i < 6; i++) {
		d = c;
		if (i == 0)
			d.n_kv_head = 1;
		else if (i == 1)
			d.norm = NORM_RMS;
		else if (i == 2)
			d.pos = POS_ROTARY, d.head_dim = 2;
		else if (i == 3)
			d.mlp = MLP_GATED;
		else if (i == 4)
			d.bias = 0;
		else
			d.clip_qkv = 1;
		e.rc = RC_OK;
		assert_int_equal(model_config_check(&d, &e), -1);
		assert_non_null(strstr(e.msg, "supported"));
	}
	e.rc = RC_OK;
	c.n_layer = 1001;
	assert_null(model_layout(&c, &e));
	c.n_layer = 1000, c.n_embd = 1 << 20;
	e.rc = RC_OK;
	assert_null(model_layout(&c, &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_config),
		cmocka_unit_test(test_bad_config),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_bad_families),
		cmocka_unit_test(test_unsupported),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
