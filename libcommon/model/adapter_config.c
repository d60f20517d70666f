/* adapter_config.json, read and written. */
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/adapter.h"
#include "model/config_read.h"
#include "model/file.h"

enum { MAX_RANK = 1 << 20 };

/* What a key may be. */
enum key_type { KEY_LORA, KEY_RANK, KEY_ALPHA, KEY_BOOL, KEY_TARGETS,
	KEY_BASE, KEY_BIAS, KEY_INIT, KEY_RATE, KEY_EMPTY,
	KEY_IGNORED };

/* Every key that may stand in the file.  KEY_EMPTY: false, null, {} or [],
 * what PEFT writes where the feature is not used. */
static const struct key {
	const char	*name;
	enum key_type	 type;
	int		 required;
} keys[] = {
	{ "peft_type", KEY_LORA, 1 },
	{ "r", KEY_RANK, 1 },
	{ "lora_alpha", KEY_ALPHA, 1 },
	{ "target_modules", KEY_TARGETS, 1 },
	{ "use_rslora", KEY_BOOL, 0 },
	{ "base_model_name_or_path", KEY_BASE, 0 },
	{ "bias", KEY_BIAS, 0 },
	{ "init_lora_weights", KEY_INIT, 0 },
	{ "lora_dropout", KEY_RATE, 0 },
	{ "modules_to_save", KEY_EMPTY, 0 },
	{ "exclude_modules", KEY_EMPTY, 0 },
	{ "layers_to_transform", KEY_EMPTY, 0 },
	{ "layers_pattern", KEY_EMPTY, 0 },
	{ "rank_pattern", KEY_EMPTY, 0 },
	{ "alpha_pattern", KEY_EMPTY, 0 },
	{ "use_dora", KEY_EMPTY, 0 },
	{ "use_qalora", KEY_EMPTY, 0 },
	{ "use_bdlora", KEY_EMPTY, 0 },
	{ "lora_bias", KEY_EMPTY, 0 },
	{ "layer_replication", KEY_EMPTY, 0 },
	{ "trainable_token_indices", KEY_EMPTY, 0 },
	{ "target_parameters", KEY_EMPTY, 0 },
	{ "alora_invocation_tokens", KEY_EMPTY, 0 },
	{ "megatron_config", KEY_EMPTY, 0 },
	{ "arrow_config", KEY_EMPTY, 0 },
	{ "loftq_config", KEY_EMPTY, 0 },
	{ "corda_config", KEY_EMPTY, 0 },
	{ "lora_ga_config", KEY_EMPTY, 0 },
	{ "velora_config", KEY_EMPTY, 0 },
	{ "monteclora_config", KEY_EMPTY, 0 },
	{ "kasa_config", KEY_EMPTY, 0 },
	/* the model says how it stores its weights */
	{ "fan_in_fan_out", KEY_IGNORED, 0 },
	{ "eva_config", KEY_IGNORED, 0 },
	{ "qalora_group_size", KEY_IGNORED, 0 },
	{ "ensure_weight_tying", KEY_IGNORED, 0 },
	{ "megatron_core", KEY_IGNORED, 0 },
	{ "auto_mapping", KEY_IGNORED, 0 },
	{ "revision", KEY_IGNORED, 0 },
	{ "inference_mode", KEY_IGNORED, 0 },
	{ "task_type", KEY_IGNORED, 0 },
	{ "peft_version", KEY_IGNORED, 0 },
};
enum { N_KEYS = sizeof keys / sizeof *keys };

static int
read_rank(size_t *r, const struct key *k, const json_t *v, struct err *e)
{
	if (config_size(r, k->name, v, e) != 0)
		return -1;
	return *r <= MAX_RANK ? 0 : err_set(e, RC_INPUT,
	    "%s is %zu, at most %d is supported", k->name, *r, MAX_RANK);
}

static int
read_alpha(double *x, const struct key *k, const json_t *v, struct err *e)
{
	if (config_number(x, k->name, v, e) != 0)
		return -1;
	return *x > 0 && *x <= 1e9 ? 0 : err_set(e, RC_INPUT,
	    "%s is %g, must be above 0 and at most 1e9", k->name, *x);
}

static int
keep_text(char **to, const char *s, struct err *e)
{
	return (*to = mem_strdup(s)) == NULL ? err_nomem(e) : 0;
}

static int
read_targets(struct adapter_config *c, const struct key *k, const json_t *v,
    struct err *e)
{
	size_t i, n = json_array_size(v);

	if (json_is_string(v))
		return keep_text(&c->pattern, json_string_value(v), e);
	if (!json_is_array(v) || n == 0)
		return config_wrong_type(k->name, v, "a string or a list of "
		    "names", e);
	if ((c->target = mem_zalloc(n, sizeof(char *))) == NULL)
		return err_nomem(e);
	for (i = 0; i < n; i++) {
		const json_t *name = json_array_get(v, i);

		if (!json_is_string(name) || json_string_length(name) == 0)
			return config_wrong_type(k->name, name,
			    "names", e);
		if (keep_text(&c->target[c->n_targets], json_string_value(
		    name), e) != 0)
			return -1;
		c->n_targets++;
	}
	return 0;
}

/* How A and B were begun does not matter, unless the base was changed, too
 * (PiSSA, OLoRA, LoftQ, CorDA, LoRA-GA). */
static int
read_init(const struct key *k, const json_t *v, struct err *e)
{
	const char *s = json_string_value(v);

	if (json_is_boolean(v) || (s != NULL && (strcmp(s, "gaussian") == 0 ||
	    strcmp(s, "eva") == 0 || strcmp(s, "orthogonal") == 0)))
		return 0;
	return s == NULL ? config_wrong_type(k->name, v, "true, false or a "
	    "string", e) : err_set(e, RC_INPUT, "%s is \"%.64s\", supported "
	    "are true, false, \"gaussian\", \"eva\" and \"orthogonal\"",
	    k->name, s);
}

static int
read_word(const struct key *k, const json_t *v, const char *must,
    struct err *e)
{
	const char *s = json_string_value(v);

	if (s == NULL)
		return config_wrong_type(k->name, v, "a string", e);
	return strcmp(s, must) == 0 ? 0 : err_set(e, RC_INPUT,
	    "%s is \"%.64s\", only \"%s\" is supported", k->name, s, must);
}

static int
is_empty(const json_t *v)
{
	return json_is_null(v) || json_is_false(v) ||
	    (json_is_object(v) && json_object_size(v) == 0) ||
	    (json_is_array(v) && json_array_size(v) == 0);
}

static int
read_key(struct adapter_config *c, const struct key *k, const json_t *v,
    struct err *e)
{
	switch (k->type) {
	case KEY_LORA: return read_word(k, v, "LORA", e);
	case KEY_RANK: return read_rank(&c->r, k, v, e);
	case KEY_ALPHA: return read_alpha(&c->alpha, k, v, e);
	case KEY_TARGETS: return read_targets(c, k, v, e);
	case KEY_BIAS: return read_word(k, v, "none", e);
	case KEY_INIT: return read_init(k, v, e);
	case KEY_RATE: return config_rate(k->name, v, e);
	case KEY_BOOL:
		if (!json_is_boolean(v))
			return config_wrong_type(k->name, v, "true or false",
			    e);
		c->rslora = json_is_true(v);
		return 0;
	case KEY_BASE:
		if (json_is_null(v))
			return 0;
		return json_is_string(v) ? keep_text(&c->base,
		    json_string_value(v), e) : config_wrong_type(k->name, v,
		    "a string", e);
	case KEY_EMPTY:
		return is_empty(v) ? 0 : err_set(e, RC_INPUT,
		    "%s is set, which is not supported", k->name);
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
read_object(struct adapter_config *c, json_t *o, struct err *e)
{
	const struct key *k;
	const char *name;
	size_t i;
	json_t *v;

	json_object_foreach(o, name, v) {
		if ((k = find_key(name)) == NULL)
			return err_set(e, RC_INPUT, "unknown key \"%.64s\"",
			    name);
		if (read_key(c, k, v, e) != 0)
			return -1;
	}
	for (i = 0; i < N_KEYS; i++)
		if (keys[i].required &&
		    json_object_get(o, keys[i].name) == NULL)
			return err_set(e, RC_INPUT, "no key \"%s\"",
			    keys[i].name);
	return 0;
}

int
adapter_config_load(struct adapter_config *c, const char *path,
    struct err *e)
{
	size_t n;
	char *text = config_file(&n, path, e);
	json_error_t why;
	json_t *o;
	int r;

	adapter_config_init(c);
	if (text == NULL)
		return -1;
	o = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
	mem_free(text);
	if (o == NULL)
		return err_set(e, RC_INPUT, "%s: line %d: %s", path, why.line,
		    why.text);
	r = json_is_object(o) ? read_object(c, o, e) :
	    err_set(e, RC_INPUT, "not a JSON object");
	json_decref(o);
	if (r == 0)
		return 0;
	adapter_config_free(c);
	return err_prefix(e, path);
}

static json_t *
targets_json(const struct adapter_config *c)
{
	json_t *a;
	size_t i;

	if (c->pattern != NULL)
		return json_string(c->pattern);
	a = json_array();
	for (i = 0; i < c->n_targets; i++)
		json_array_append_new(a, json_string(c->target[i]));
	return a;
}

/* A whole number where it is one: PEFT's lora_alpha. */
static json_t *
number_json(double x)
{
	return x == (double)(json_int_t)x ? json_integer((json_int_t)x) :
	    json_real(x);
}

int
adapter_config_save(const struct adapter_config *c, const char *path,
    int gpt2, struct err *e)
{
	json_t *o = json_pack("{s:s, s:o, s:s, s:b, s:b, s:b, s:o, s:f, s:s, "
	    "s:I, s:o, s:b}",
	    "peft_type", "LORA",
	    "base_model_name_or_path", c->base == NULL ? json_null() :
	    json_string(c->base),
	    "bias", "none", "fan_in_fan_out", gpt2, "inference_mode", 1,
	    "init_lora_weights", 1, "lora_alpha", number_json(c->alpha),
	    "lora_dropout", 0.0, "task_type", "CAUSAL_LM",
	    "r", (json_int_t)c->r, "target_modules", targets_json(c),
	    "use_rslora", c->rslora);
	struct file_out f;
	char *text;

	text = o == NULL ? NULL : json_dumps(o, JSON_INDENT(2) |
	    JSON_SORT_KEYS);
	json_decref(o);
	if (text == NULL)
		return err_nomem(e);
	if (file_out_open(&f, path, e) != 0) {
		free(text);
		return -1;
	}
	fprintf(f.fp, "%s\n", text);
	free(text);
	return file_out_close(&f, e);
}
