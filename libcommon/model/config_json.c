/* config.json, read and written. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/config.h"
#include "model/file.h"

enum { MAX_CONFIG = 1 << 20 };	/* bytes of a config.json */

enum key_type { KEY_SIZE, KEY_SIZE_OR_NULL, KEY_F32, KEY_ACT, KEY_MODEL,
	KEY_MUST_BE_TRUE, KEY_MUST_BE_FALSE, KEY_RATE, KEY_SAME_AS,
	KEY_IGNORED };

#define FIELD(f)	offsetof(struct model_config, f)

/* Every key that may stand in the file.  Dropout rates are checked and left
 * aside: they do not matter at inference, and training here has none. */
static const struct key {
	const char	*name;
	enum key_type	 type;
	size_t		 field;		/* where in struct model_config */
	int		 required;
} keys[] = {
	{ "model_type", KEY_MODEL, 0, 1 },
	{ "vocab_size", KEY_SIZE, FIELD(vocab), 1 },
	{ "n_positions", KEY_SIZE, FIELD(n_positions), 1 },
	{ "n_embd", KEY_SIZE, FIELD(n_embd), 1 },
	{ "n_layer", KEY_SIZE, FIELD(n_layer), 1 },
	{ "n_head", KEY_SIZE, FIELD(n_head), 1 },
	{ "n_inner", KEY_SIZE_OR_NULL, FIELD(n_inner), 0 },
	{ "activation_function", KEY_ACT, FIELD(act), 0 },
	{ "layer_norm_epsilon", KEY_F32, FIELD(norm_eps), 0 },
	{ "initializer_range", KEY_F32, FIELD(init_std), 0 },
	{ "n_ctx", KEY_SAME_AS, FIELD(n_positions), 0 },
	{ "tie_word_embeddings", KEY_MUST_BE_TRUE, 0, 0 },
	{ "scale_attn_weights", KEY_MUST_BE_TRUE, 0, 0 },
	{ "scale_attn_by_inverse_layer_idx", KEY_MUST_BE_FALSE, 0, 0 },
	{ "add_cross_attention", KEY_MUST_BE_FALSE, 0, 0 },
	{ "is_encoder_decoder", KEY_MUST_BE_FALSE, 0, 0 },
	{ "attn_pdrop", KEY_RATE, 0, 0 },
	{ "embd_pdrop", KEY_RATE, 0, 0 },
	{ "resid_pdrop", KEY_RATE, 0, 0 },
	{ "summary_first_dropout", KEY_RATE, 0, 0 },
	{ "architectures", KEY_IGNORED, 0, 0 },
	{ "transformers_version", KEY_IGNORED, 0, 0 },
	{ "torch_dtype", KEY_IGNORED, 0, 0 },
	{ "dtype", KEY_IGNORED, 0, 0 },
	{ "use_cache", KEY_IGNORED, 0, 0 },
	{ "reorder_and_upcast_attn", KEY_IGNORED, 0, 0 },
	{ "bos_token_id", KEY_IGNORED, 0, 0 },
	{ "eos_token_id", KEY_IGNORED, 0, 0 },
	{ "pad_token_id", KEY_IGNORED, 0, 0 },
	{ "summary_activation", KEY_IGNORED, 0, 0 },
	{ "summary_proj_to_labels", KEY_IGNORED, 0, 0 },
	{ "summary_type", KEY_IGNORED, 0, 0 },
	{ "summary_use_proj", KEY_IGNORED, 0, 0 },
	{ "task_specific_params", KEY_IGNORED, 0, 0 },
	{ "id2label", KEY_IGNORED, 0, 0 },
	{ "label2id", KEY_IGNORED, 0, 0 },
	{ "output_past", KEY_IGNORED, 0, 0 },
	{ "gradient_checkpointing", KEY_IGNORED, 0, 0 },
	{ "_name_or_path", KEY_IGNORED, 0, 0 },
	{ "_num_labels", KEY_IGNORED, 0, 0 },
};
enum { N_KEYS = sizeof keys / sizeof *keys };

static int
wrong_type(const struct key *k, const json_t *v, const char *want,
    struct err *e)
{
	static const char *const types[] = { "an object", "an array",
	    "a string", "a whole number", "a number", "true", "false",
	    "null" };

	return err_set(e, RC_INPUT, "%s is %s, must be %s", k->name,
	    types[json_typeof(v)], want);
}

static int
read_size(size_t *n, const struct key *k, const json_t *v, struct err *e)
{
	json_int_t i;

	if (!json_is_integer(v))
		return wrong_type(k, v, "a whole number", e);
	if ((i = json_integer_value(v)) < 1)
		return err_set(e, RC_INPUT,
		    "%s is %" JSON_INTEGER_FORMAT ", must be at least 1",
		    k->name, i);
	*n = (size_t)i;
	return 0;
}

static int
read_number(double *x, const struct key *k, const json_t *v, struct err *e)
{
	if (!json_is_number(v))
		return wrong_type(k, v, "a number", e);
	*x = json_number_value(v);
	return 0;
}

static int
read_act(enum nn_act *a, const struct key *k, const json_t *v, struct err *e)
{
	const char *s = json_string_value(v);

	if (s == NULL)
		return wrong_type(k, v, "a string", e);
	/* another spelling of the same function in transformers */
	if (strcmp(s, "gelu_pytorch_tanh") == 0)
		s = "gelu_new";
	if (act_parse(a, s) != 0)
		return err_set(e, RC_INPUT, "%s is \"%.64s\", supported are "
		    "\"gelu_new\", \"gelu_pytorch_tanh\" and \"gelu\"",
		    k->name, s);
	return 0;
}

static int
read_model_type(const struct key *k, const json_t *v, struct err *e)
{
	const char *s = json_string_value(v);

	if (s == NULL)
		return wrong_type(k, v, "a string", e);
	if (strcmp(s, "gpt2") != 0)
		return err_set(e, RC_INPUT,
		    "%s is \"%.64s\", only \"gpt2\" is supported", k->name, s);
	return 0;
}

static int
read_truth(int must, const struct key *k, const json_t *v, struct err *e)
{
	if (!json_is_boolean(v))
		return wrong_type(k, v, must ? "true" : "false", e);
	if (json_is_true(v) != must)
		return err_set(e, RC_INPUT, "%s is %s, only %s is supported",
		    k->name, must ? "false" : "true",
		    must ? "true" : "false");
	return 0;
}

static int
read_key(struct model_config *c, const struct key *k, const json_t *v,
    struct err *e)
{
	void *field = (char *)c + k->field;
	double x = 0;

	switch (k->type) {
	case KEY_SIZE_OR_NULL:
		if (json_is_null(v))
			return 0;
		/* FALLTHROUGH */
	case KEY_SIZE: return read_size(field, k, v, e);
	case KEY_F32:
		if (read_number(&x, k, v, e) != 0)
			return -1;
		*(float *)field = (float)x;
		return 0;
	case KEY_RATE:
		if (read_number(&x, k, v, e) != 0)
			return -1;
		return x >= 0 && x <= 1 ? 0 : err_set(e, RC_INPUT,
		    "%s is %g, must be from 0 to 1", k->name, x);
	case KEY_ACT: return read_act(field, k, v, e);
	case KEY_MODEL: return read_model_type(k, v, e);
	case KEY_MUST_BE_TRUE: return read_truth(1, k, v, e);
	case KEY_MUST_BE_FALSE: return read_truth(0, k, v, e);
	case KEY_SAME_AS:
	case KEY_IGNORED: break;
	}
	return 0;
}

static const struct key *
find_key(const char *name)
{
	size_t i;

	for (i = 0; i < N_KEYS; i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static int
read_object(struct model_config *c, json_t *o, struct err *e)
{
	const struct key *k;
	const char *name;
	json_t *v;
	size_t i, n = 0;

	json_object_foreach(o, name, v) {
		if ((k = find_key(name)) == NULL)
			return err_set(e, RC_INPUT, "unknown key \"%.64s\"",
			    name);
		if (read_key(c, k, v, e) != 0)
			return -1;
	}
	for (i = 0; i < N_KEYS; i++) {
		v = json_object_get(o, keys[i].name);
		if (v == NULL && keys[i].required)
			return err_set(e, RC_INPUT, "no key \"%s\"",
			    keys[i].name);
		if (v == NULL || keys[i].type != KEY_SAME_AS)
			continue;
		if (read_size(&n, &keys[i], v, e) != 0)
			return -1;
		if (n != *(size_t *)((char *)c + keys[i].field))
			return err_set(e, RC_INPUT,
			    "%s is %zu, n_positions is %zu", keys[i].name, n,
			    c->n_positions);
	}
	return model_config_check(c, e);
}

int
model_config_parse(struct model_config *c, const char *text, size_t n,
    const char *what, struct err *e)
{
	json_error_t why;
	json_t *o;
	int r;

	model_config_default(c);
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
	char *text = mem_alloc(MAX_CONFIG, 1);
	FILE *fp;
	size_t n;
	int r;

	if (text == NULL)
		return err_nomem(e);
	if ((fp = fopen(path, "r")) == NULL) {
		mem_free(text);
		return err_set(e, errno == ENOMEM ? RC_SYSTEM : RC_INPUT,
		    "%s: %s", path, strerror(errno));
	}
	n = fread(text, 1, MAX_CONFIG, fp);
	if (ferror(fp))
		r = err_set(e, RC_INPUT, "%s: %s", path, strerror(errno));
	else if (n == MAX_CONFIG)
		r = err_set(e, RC_INPUT, "%s: more than %d bytes", path,
		    MAX_CONFIG - 1);
	else
		r = model_config_parse(c, text, n, path, e);
	fclose(fp);
	mem_free(text);
	return r;
}

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

int
model_config_save(const struct model_config *c, const char *path,
    struct err *e)
{
	char std[32], eps[32];
	struct file_out f;

	if (file_out_open(&f, path, e) != 0)
		return -1;
	fprintf(f.fp, "{\n"
	    "  \"activation_function\": \"%s\",\n"
	    "  \"architectures\": [\n    \"GPT2LMHeadModel\"\n  ],\n"
	    "  \"attn_pdrop\": 0.0,\n  \"embd_pdrop\": 0.0,\n"
	    "  \"initializer_range\": %s,\n"
	    "  \"layer_norm_epsilon\": %s,\n"
	    "  \"model_type\": \"gpt2\",\n"
	    "  \"n_embd\": %zu,\n  \"n_head\": %zu,\n  \"n_inner\": %zu,\n"
	    "  \"n_layer\": %zu,\n  \"n_positions\": %zu,\n"
	    "  \"resid_pdrop\": 0.0,\n"
	    "  \"tie_word_embeddings\": true,\n"
	    "  \"torch_dtype\": \"float32\",\n"
	    "  \"vocab_size\": %zu\n}\n", act_name(c->act),
	    short_f32(std, c->init_std), short_f32(eps, c->norm_eps),
	    c->n_embd, c->n_head, c->n_inner, c->n_layer, c->n_positions,
	    c->vocab);
	return file_out_close(&f, e);
}
