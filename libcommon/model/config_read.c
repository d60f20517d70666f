/* Values of config.json, and those of its keys that depend on others. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "model/config_read.h"

enum { MAX_CONFIG = 1 << 20 };		/* bytes of a file */

char *
config_file(size_t *n, const char *path, struct err *e)
{
	char *text = mem_alloc(MAX_CONFIG, 1);
	FILE *fp = fopen(path, "r");

	if (fp == NULL)
		err_set(e, errno == ENOMEM ? RC_SYSTEM : RC_INPUT, "%s: %s",
		    path, strerror(errno));
	else if (text == NULL)
		err_nomem(e);
	else if ((*n = fread(text, 1, MAX_CONFIG, fp)) == MAX_CONFIG)
		err_set(e, RC_INPUT, "%s: more than %d bytes", path,
		    MAX_CONFIG - 1);
	else if (ferror(fp))
		err_set(e, RC_INPUT, "%s: %s", path, strerror(errno));
	else {
		fclose(fp);
		return text;
	}
	if (fp != NULL)
		fclose(fp);
	mem_free(text);
	return NULL;
}

int
config_wrong_type(const char *key, const json_t *v, const char *want,
    struct err *e)
{
	static const char *const types[] = { "an object", "an array",
	    "a string", "a whole number", "a number", "true", "false",
	    "null" };

	return err_set(e, RC_INPUT, "%s is %s, must be %s", key,
	    types[json_typeof(v)], want);
}

int
config_size(size_t *n, const char *key, const json_t *v, struct err *e)
{
	json_int_t i;

	if (!json_is_integer(v))
		return config_wrong_type(key, v, "a whole number", e);
	if ((i = json_integer_value(v)) < 1)
		return err_set(e, RC_INPUT,
		    "%s is %" JSON_INTEGER_FORMAT ", must be at least 1",
		    key, i);
	*n = (size_t)i;
	return 0;
}

int
config_number(double *x, const char *key, const json_t *v, struct err *e)
{
	if (!json_is_number(v))
		return config_wrong_type(key, v, "a number", e);
	*x = json_number_value(v);
	return 0;
}

int
config_rate(const char *key, const json_t *v, struct err *e)
{
	double x = 0;

	if (config_number(&x, key, v, e) != 0)
		return -1;
	return x >= 0 && x <= 1 ? 0 : err_set(e, RC_INPUT,
	    "%s is %g, must be from 0 to 1", key, x);
}

static int
read_kind(struct rotary *r, const char *key, const json_t *v, struct err *e)
{
	const char *s = json_string_value(v);

	if (s == NULL)
		return config_wrong_type(key, v, "a string", e);
	return rotary_parse(&r->kind, s) == 0 ? 0 : err_set(e, RC_INPUT,
	    "%s is \"%.64s\", supported are \"default\", \"linear\" and "
	    "\"llama3\"", key, s);
}

/* One key of rope_scaling or rope_parameters. */
static int
read_rotary_key(struct rotary *r, const char *name, const json_t *v,
    struct err *e)
{
	struct { const char *name; double *x; } numbers[] = {
		{ "rope_theta", &r->theta }, { "factor", &r->factor },
		{ "low_freq_factor", &r->low },
		{ "high_freq_factor", &r->high },
		{ "original_max_position_embeddings", &r->original },
	};
	double part = 1;
	size_t i;

	if (strcmp(name, "rope_type") == 0 || strcmp(name, "type") == 0)
		return read_kind(r, name, v, e);
	for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (strcmp(name, numbers[i].name) == 0)
			return config_number(numbers[i].x, name, v, e);
	if (strcmp(name, "partial_rotary_factor") != 0)
		return err_set(e, RC_INPUT, "unknown key \"%.64s\"", name);
	if (config_number(&part, name, v, e) != 0)
		return -1;
	return part == 1 ? 0 : err_set(e, RC_INPUT,
	    "%s is %g, only 1 is supported", name, part);
}

static int
read_rotary_object(struct rotary *r, json_t *o, struct err *e)
{
	const json_t *old = json_object_get(o, "type");
	const json_t *now = json_object_get(o, "rope_type");
	const char *name;
	json_t *v;

	if (!json_is_object(o))
		return config_wrong_type("the value", o, "an object", e);
	if (old != NULL && now != NULL && !json_equal(old, now))
		return err_set(e, RC_INPUT, "type and rope_type differ");
	if (old == NULL && now == NULL && json_object_size(o) > 0 &&
	    json_object_get(o, "rope_theta") == NULL)
		return err_set(e, RC_INPUT, "no key \"rope_type\"");
	json_object_foreach(o, name, v)
		if (read_rotary_key(r, name, v, e) != 0)
			return -1;
	return 0;
}

/* What a kind does not use is 0. */
static void
settle_rotary(struct rotary *r, size_t n_positions)
{
	if (r->kind != ROTARY_LLAMA3)
		r->low = r->high = r->original = 0;
	else if (r->original == 0)
		r->original = (double)n_positions;
	if (r->kind == ROTARY_PLAIN)
		r->factor = 0;
}

int
config_rotary(struct model_config *c, const json_t *o, struct err *e)
{
	static const char *const names[] = { "rope_scaling",
	    "rope_parameters" };
	json_t *theta = json_object_get(o, "rope_theta"), *v;
	size_t i, n = 0;

	if (theta != NULL && config_number(&c->rotary.theta, "rope_theta",
	    theta, e) != 0)
		return -1;
	for (i = 0; i < 2; i++) {
		v = json_object_get(o, names[i]);
		if (v == NULL || json_is_null(v))
			continue;
		if (n++ > 0)
			return err_set(e, RC_INPUT,
			    "rope_scaling and rope_parameters are both given");
		if (read_rotary_object(&c->rotary, v, e) != 0)
			return err_prefix(e, names[i]);
	}
	settle_rotary(&c->rotary, c->n_positions);
	return 0;
}

/* 1: layer i has a window, by its entry in layer_types; -1: *e. */
static int
has_window(const json_t *types, size_t i, struct err *e)
{
	const json_t *v = json_array_get(types, i);
	const char *s = json_string_value(v);

	if (s == NULL)
		return config_wrong_type("an entry of layer_types", v,
		    "a string", e);
	if (strcmp(s, "full_attention") == 0)
		return 0;
	return strcmp(s, "sliding_attention") == 0 ? 1 : err_set(e, RC_INPUT,
	    "layer_types: layer %zu is \"%.64s\", supported are "
	    "\"full_attention\" and \"sliding_attention\"", i, s);
}

/* How many layers have a window: all of Mistral's, those of layer_types, or
 * those from max_window_layers on where use_sliding_window is true. */
static int
count_windows(size_t *n, const struct model_config *c, const json_t *o,
    struct err *e)
{
	const json_t *types = json_object_get(o, "layer_types");
	const json_t *from = json_object_get(o, "max_window_layers");
	size_t i;
	int r;

	*n = c->family == FAMILY_MISTRAL ||
	    json_is_true(json_object_get(o, "use_sliding_window"));
	if (types == NULL || json_is_null(types)) {
		if (json_is_integer(from) && json_integer_value(from) >=
		    (json_int_t)c->n_layer)
			*n = 0;
		return 0;
	}
	if (!json_is_array(types))
		return config_wrong_type("layer_types", types, "an array", e);
	if (json_array_size(types) != c->n_layer)
		return err_set(e, RC_INPUT, "layer_types has %zu entries, "
		    "num_hidden_layers is %zu", json_array_size(types),
		    c->n_layer);
	for (*n = i = 0; i < c->n_layer; i++, *n += (size_t)r)
		if ((r = has_window(types, i, e)) < 0)
			return -1;
	return 0;
}

int
config_window(const struct model_config *c, const json_t *o, struct err *e)
{
	const json_t *window = json_object_get(o, "sliding_window");
	size_t layers, n = 0;

	if (count_windows(&layers, c, o, e) != 0)
		return -1;
	if (layers == 0 || json_is_null(window))
		return 0;
	if (window == NULL)
		return err_set(e, RC_INPUT, "no key \"sliding_window\"");
	if (config_size(&n, "sliding_window", window, e) != 0)
		return -1;
	/* a window of n holds the token itself and n - 1 before it */
	return n >= c->n_positions ? 0 : err_set(e, RC_INPUT,
	    "sliding_window is %zu, below max_position_embeddings, %zu: "
	    "sliding windows are not supported", n, c->n_positions);
}
