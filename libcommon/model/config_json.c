/* config.json, read. */
#include <string.h>

#include "base/mem.h"
#include "model/config_read.h"

enum key_type { KEY_SIZE, KEY_SIZE_OR_NULL, KEY_F32, KEY_F32_OR_NULL, KEY_ACT,
	KEY_MODEL, KEY_BOOL, KEY_BIAS, KEY_MUST_BE_TRUE, KEY_MUST_BE_FALSE,
	KEY_RATE, KEY_IDS, KEY_SAME_AS, KEY_TOGETHER, KEY_IGNORED };

/* Families, as sets. */
enum { GPT2 = 1 << FAMILY_GPT2, LLAMA = 1 << FAMILY_LLAMA,
	MISTRAL = 1 << FAMILY_MISTRAL, QWEN2 = 1 << FAMILY_QWEN2,
	QWEN3 = 1 << FAMILY_QWEN3, OLMO = 1 << FAMILY_OLMO,
	OLMO2 = 1 << FAMILY_OLMO2, QWEN = QWEN2 | QWEN3,
	OTHERS = LLAMA | MISTRAL | QWEN | OLMO | OLMO2, ALL = GPT2 | OTHERS };

#define FIELD(f)	offsetof(struct model_config, f)

/* Every key that may stand in the file.  Dropout rates are checked and left
 * aside: they do not matter at inference, and training here has none. */
static const struct key {
	const char	*name;
	enum key_type	 type;
	size_t		 field;		/* where in struct model_config;
					   KEY_BIAS: which biases */
	int		 families;	/* that have it */
	int		 required;	/* families that must */
} keys[] = {
	{ "model_type", KEY_MODEL, 0, ALL, ALL },
	{ "vocab_size", KEY_SIZE, FIELD(vocab), ALL, ALL },
	{ "n_positions", KEY_SIZE, FIELD(n_positions), GPT2, GPT2 },
	{ "n_embd", KEY_SIZE, FIELD(n_embd), GPT2, GPT2 },
	{ "n_layer", KEY_SIZE, FIELD(n_layer), GPT2, GPT2 },
	{ "n_head", KEY_SIZE, FIELD(n_head), GPT2, GPT2 },
	{ "n_inner", KEY_SIZE_OR_NULL, FIELD(n_inner), GPT2, 0 },
	{ "activation_function", KEY_ACT, FIELD(act), GPT2, 0 },
	{ "layer_norm_epsilon", KEY_F32, FIELD(norm_eps), GPT2, 0 },
	{ "n_ctx", KEY_SAME_AS, FIELD(n_positions), GPT2, 0 },
	{ "max_position_embeddings", KEY_SIZE, FIELD(n_positions), OTHERS,
	    OTHERS },
	{ "hidden_size", KEY_SIZE, FIELD(n_embd), OTHERS, OTHERS },
	{ "num_hidden_layers", KEY_SIZE, FIELD(n_layer), OTHERS, OTHERS },
	{ "num_attention_heads", KEY_SIZE, FIELD(n_head), OTHERS, OTHERS },
	/* where it may be left out, it is num_attention_heads */
	{ "num_key_value_heads", KEY_SIZE_OR_NULL, FIELD(n_kv_head), OTHERS,
	    MISTRAL | QWEN },
	{ "head_dim", KEY_SIZE_OR_NULL, FIELD(head_dim), OTHERS, QWEN3 },
	{ "intermediate_size", KEY_SIZE, FIELD(n_inner), OTHERS, OTHERS },
	{ "hidden_act", KEY_ACT, FIELD(act), OTHERS, 0 },
	{ "rms_norm_eps", KEY_F32, FIELD(norm_eps), OTHERS & ~OLMO, 0 },
	{ "attention_bias", KEY_BIAS, BIAS_QKV | BIAS_PROJ,
	    LLAMA | QWEN3 | OLMO | OLMO2, 0 },
	{ "mlp_bias", KEY_BIAS, BIAS_MLP, LLAMA, 0 },
	{ "clip_qkv", KEY_F32_OR_NULL, FIELD(clip_qkv), OLMO, 0 },
	{ "rope_theta", KEY_TOGETHER, 0, OTHERS, 0 },
	{ "rope_scaling", KEY_TOGETHER, 0, OTHERS, 0 },
	{ "rope_parameters", KEY_TOGETHER, 0, OTHERS, 0 },
	{ "sliding_window", KEY_TOGETHER, 0, MISTRAL | QWEN, 0 },
	{ "use_sliding_window", KEY_TOGETHER, 0, QWEN, 0 },
	{ "max_window_layers", KEY_TOGETHER, 0, QWEN, 0 },
	{ "layer_types", KEY_TOGETHER, 0, QWEN, 0 },
	{ "initializer_range", KEY_F32, FIELD(init_std), ALL, 0 },
	{ "tie_word_embeddings", KEY_BOOL, FIELD(tied), ALL, 0 },
	{ "scale_attn_weights", KEY_MUST_BE_TRUE, 0, GPT2, 0 },
	{ "scale_attn_by_inverse_layer_idx", KEY_MUST_BE_FALSE, 0, GPT2, 0 },
	{ "add_cross_attention", KEY_MUST_BE_FALSE, 0, ALL, 0 },
	{ "is_encoder_decoder", KEY_MUST_BE_FALSE, 0, ALL, 0 },
	{ "use_mrope", KEY_MUST_BE_FALSE, 0, QWEN, 0 },
	{ "rope_interleaved", KEY_MUST_BE_FALSE, 0, LLAMA, 0 },
	{ "is_llama_config", KEY_MUST_BE_TRUE, 0, LLAMA, 0 },
	{ "attn_pdrop", KEY_RATE, 0, GPT2, 0 },
	{ "embd_pdrop", KEY_RATE, 0, GPT2, 0 },
	{ "resid_pdrop", KEY_RATE, 0, GPT2, 0 },
	{ "summary_first_dropout", KEY_RATE, 0, GPT2, 0 },
	{ "attention_dropout", KEY_RATE, 0, OTHERS, 0 },
	{ "architectures", KEY_IGNORED, 0, ALL, 0 },
	{ "transformers_version", KEY_IGNORED, 0, ALL, 0 },
	{ "torch_dtype", KEY_IGNORED, 0, ALL, 0 },
	{ "dtype", KEY_IGNORED, 0, ALL, 0 },
	{ "use_cache", KEY_IGNORED, 0, ALL, 0 },
	{ "bos_token_id", KEY_IDS, FIELD(bos_token_id), ALL, 0 },
	{ "eos_token_id", KEY_IDS, FIELD(eos_token_id), ALL, 0 },
	{ "pad_token_id", KEY_IDS, FIELD(pad_token_id), ALL, 0 },
	/* how many slices a product is cut into, in exact arithmetic the
	 * same */
	{ "pretraining_tp", KEY_IGNORED, 0, LLAMA | OLMO | OLMO2, 0 },
	{ "reorder_and_upcast_attn", KEY_IGNORED, 0, GPT2, 0 },
	{ "summary_activation", KEY_IGNORED, 0, GPT2, 0 },
	{ "summary_proj_to_labels", KEY_IGNORED, 0, GPT2, 0 },
	{ "summary_type", KEY_IGNORED, 0, GPT2, 0 },
	{ "summary_use_proj", KEY_IGNORED, 0, GPT2, 0 },
	{ "task_specific_params", KEY_IGNORED, 0, ALL, 0 },
	{ "id2label", KEY_IGNORED, 0, ALL, 0 },
	{ "label2id", KEY_IGNORED, 0, ALL, 0 },
	{ "output_past", KEY_IGNORED, 0, GPT2, 0 },
	{ "gradient_checkpointing", KEY_IGNORED, 0, ALL, 0 },
	{ "_name_or_path", KEY_IGNORED, 0, ALL, 0 },
	{ "transformers.js_config", KEY_IGNORED, 0, ALL, 0 },
	{ "_num_labels", KEY_IGNORED, 0, ALL, 0 },
};
enum { N_KEYS = sizeof keys / sizeof *keys };

static int
read_act(enum nn_act *a, const struct key *k, const json_t *v, struct err *e)
{
	const char *s = json_string_value(v);

	if (s == NULL)
		return config_wrong_type(k->name, v, "a string", e);
	/* other spellings of the same functions in transformers */
	if (strcmp(s, "gelu_pytorch_tanh") == 0)
		s = "gelu_new";
	else if (strcmp(s, "swish") == 0)
		s = "silu";
	if (act_parse(a, s) != 0)
		return err_set(e, RC_INPUT, "%s is \"%.64s\", supported are "
		    "\"gelu_new\", \"gelu_pytorch_tanh\", \"gelu\", "
		    "\"silu\" and \"swish\"", k->name, s);
	return 0;
}

/* Sets what the family fixes. */
static int
read_family(struct model_config *c, const json_t *v, struct err *e)
{
	const char *s = json_string_value(v);
	enum model_family f;

	if (v == NULL)
		return err_set(e, RC_INPUT, "no key \"model_type\"");
	if (s == NULL)
		return config_wrong_type("model_type", v, "a string", e);
	for (f = 0; f < FAMILY_COUNT; f++)
		if (strcmp(s, model_family_name(f)) == 0) {
			model_config_family(c, f);
			return 0;
		}
	return err_set(e, RC_INPUT, "model_type is \"%.64s\", supported are "
	    "\"gpt2\", \"llama\", \"mistral\", \"qwen2\", \"qwen3\", "
	    "\"olmo\" and \"olmo2\"", s);
}

static int
read_bool(int *x, const struct key *k, const json_t *v, struct err *e)
{
	if (!json_is_boolean(v))
		return config_wrong_type(k->name, v, "true or false", e);
	*x = json_is_true(v);
	return 0;
}

static int
read_truth(int must, const struct key *k, const json_t *v, struct err *e)
{
	if (!json_is_boolean(v))
		return config_wrong_type(k->name, v, must ? "true" : "false",
		    e);
	if (json_is_true(v) != must)
		return err_set(e, RC_INPUT, "%s is %s, only %s is supported",
		    k->name, must ? "false" : "true",
		    must ? "true" : "false");
	return 0;
}

static int
read_bias(struct model_config *c, const struct key *k, const json_t *v,
    struct err *e)
{
	int has = 0;

	if (read_bool(&has, k, v, e) != 0)
		return -1;
	if (has)
		c->bias |= (int)k->field;
	return 0;
}

static int
read_f32(float *to, const struct key *k, const json_t *v, struct err *e)
{
	double x = 0;

	if (config_number(&x, k->name, v, e) != 0)
		return -1;
	*to = (float)x;
	return 0;
}

static int
is_ids(const json_t *v)
{
	size_t i;

	for (i = 0; i < json_array_size(v); i++)
		if (!json_is_integer(json_array_get(v, i)))
			return 0;
	return json_is_array(v) || json_is_integer(v) || json_is_null(v);
}

/* Kept as it stands, since nothing here depends on it. */
static int
read_ids(char *to, const struct key *k, const json_t *v, struct err *e)
{
	size_t n;

	if (!is_ids(v))
		return config_wrong_type(k->name, v, "a whole number, a list "
		    "of them or null", e);
	n = json_dumpb(v, to, CONFIG_IDS - 1, JSON_COMPACT | JSON_ENCODE_ANY);
	if (n >= CONFIG_IDS)
		return err_set(e, RC_INPUT, "%s: a list of %zu bytes, at "
		    "most %d are read", k->name, n, CONFIG_IDS - 1);
	to[n] = '\0';
	return n > 0 ? 0 : err_nomem(e);
}

static int
read_key(struct model_config *c, const struct key *k, const json_t *v,
    struct err *e)
{
	void *field = (char *)c + k->field;

	if (json_is_null(v) && (k->type == KEY_SIZE_OR_NULL ||
	    k->type == KEY_F32_OR_NULL))
		return 0;
	switch (k->type) {
	case KEY_SIZE_OR_NULL:
	case KEY_SIZE: return config_size(field, k->name, v, e);
	case KEY_F32_OR_NULL:
	case KEY_F32: return read_f32(field, k, v, e);
	case KEY_RATE: return config_rate(k->name, v, e);
	case KEY_IDS: return read_ids(field, k, v, e);
	case KEY_ACT: return read_act(field, k, v, e);
	case KEY_BOOL: return read_bool(field, k, v, e);
	case KEY_BIAS: return read_bias(c, k, v, e);
	case KEY_MUST_BE_TRUE: return read_truth(1, k, v, e);
	case KEY_MUST_BE_FALSE: return read_truth(0, k, v, e);
	case KEY_MODEL:
	case KEY_SAME_AS:
	case KEY_TOGETHER:
	case KEY_IGNORED: break;
	}
	return 0;
}

static const struct key *
find_key(const char *name, int family)
{
	size_t i;

	for (i = 0; i < N_KEYS; i++)
		if (keys[i].families & family && strcmp(keys[i].name,
		    name) == 0)
			return &keys[i];
	return NULL;
}

/* Keys that must agree with another, and those that must be there. */
static int
check_keys(const struct model_config *c, json_t *o, int family,
    struct err *e)
{
	const json_t *v;
	size_t i, n = 0;

	for (i = 0; i < N_KEYS; i++) {
		v = json_object_get(o, keys[i].name);
		if (v == NULL && keys[i].required & family)
			return err_set(e, RC_INPUT, "no key \"%s\"",
			    keys[i].name);
		if (v == NULL || keys[i].type != KEY_SAME_AS)
			continue;
		if (config_size(&n, keys[i].name, v, e) != 0)
			return -1;
		if (n != *(const size_t *)((const char *)c + keys[i].field))
			return err_set(e, RC_INPUT,
			    "%s is %zu, n_positions is %zu", keys[i].name, n,
			    c->n_positions);
	}
	return 0;
}

static int
read_object(struct model_config *c, json_t *o, struct err *e)
{
	const struct key *k;
	const char *name;
	int family;
	json_t *v;

	if (read_family(c, json_object_get(o, "model_type"), e) != 0)
		return -1;
	family = 1 << c->family;
	json_object_foreach(o, name, v) {
		if ((k = find_key(name, family)) == NULL)
			return err_set(e, RC_INPUT, "unknown key \"%.64s\"",
			    name);
		if (read_key(c, k, v, e) != 0)
			return -1;
	}
	if (check_keys(c, o, family, e) != 0)
		return -1;
	if (c->pos == POS_ROTARY && (config_rotary(c, o, e) != 0 ||
	    config_window(c, o, e) != 0))
		return -1;
	return model_config_check(c, e);
}

int
model_config_parse(struct model_config *c, const char *text, size_t n,
    const char *what, struct err *e)
{
	json_error_t why;
	json_t *o;
	int r;

	o = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
	if (o == NULL)
		r = err_set(e, RC_INPUT, "line %d: %s", why.line, why.text);
	else if (!json_is_object(o))
		r = err_set(e, RC_INPUT, "not a JSON object");
	else
		r = read_object(c, o, e);
	json_decref(o);
	return r == 0 ? 0 : err_prefix(e, what);
}

int
model_config_load(struct model_config *c, const char *path, struct err *e)
{
	size_t n;
	char *text = config_file(&n, path, e);
	int r = text == NULL ? -1 : model_config_parse(c, text, n, path, e);

	mem_free(text);
	return r;
}
