#include <string.h>

#include "tensor/map.h"
#include "text/json.h"

enum { MAX_FILE = 256 << 20 };	/* the largest in use have 20 MB */

json_t *
json_read_text(const char *text, size_t n, const char *what, struct err *e)
{
	json_error_t why;
	json_t *o = json_loadb(text, n,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);

	if (o == NULL && json_error_code(&why) == json_error_out_of_memory)
		err_nomem(e);
	else if (o == NULL)
		err_set(e, RC_INPUT, "%s: line %d: %s", what, why.line,
		    why.text);
	return o;
}

json_t *
json_read_file(const char *path, struct err *e)
{
	struct file_map m;
	json_t *o = NULL;

	if (file_map_open(&m, path, e) != 0) {
		err_prefix(e, path);
		return NULL;
	}
	if (m.n > MAX_FILE)
		err_set(e, RC_INPUT, "%s: %zu bytes, at most %d are read",
		    path, m.n, MAX_FILE);
	else
		o = json_read_text(m.n == 0 ? "" : (const char *)m.p, m.n,
		    path, e);
	file_map_close(&m);
	return o;
}

static const char *
kind(const json_t *v)
{
	static const char *const kinds[] = { "an object", "an array",
	    "a string", "a whole number", "a number", "true", "false",
	    "null" };

	return v == NULL ? "absent" : kinds[json_typeof(v)];
}

static int
wrong(const json_t *v, const char *key, const char *want, struct err *e)
{
	return err_set(e, RC_INPUT, "%.64s is %s, must be %s", key, kind(v),
	    want);
}

int
json_only(json_t *o, const char *const *keys, struct err *e)
{
	const char *name;
	json_t *v;
	size_t i;

	if (!json_is_object(o))
		return err_set(e, RC_INPUT, "is %s, must be an object",
		    kind(o));
	json_object_foreach(o, name, v) {
		for (i = 0; keys[i] != NULL && strcmp(keys[i], name) != 0; )
			i++;
		if (keys[i] == NULL)
			return err_set(e, RC_INPUT, "unknown key \"%.64s\"",
			    name);
	}
	return 0;
}

int
json_get_string(const char **s, json_t *o, const char *key, struct err *e)
{
	json_t *v = json_object_get(o, key);

	if (!json_is_string(v))
		return wrong(v, key, "a string", e);
	*s = json_string_value(v);
	return 0;
}

int
json_get_array(json_t **a, json_t *o, const char *key, struct err *e)
{
	*a = json_object_get(o, key);
	return json_is_array(*a) ? 0 : wrong(*a, key, "an array", e);
}

int
json_get_object(json_t **a, json_t *o, const char *key, struct err *e)
{
	*a = json_object_get(o, key);
	return json_is_object(*a) ? 0 : wrong(*a, key, "an object", e);
}

int
json_get_size(size_t *n, json_t *o, const char *key, struct err *e)
{
	json_t *v = json_object_get(o, key);

	if (!json_is_integer(v))
		return wrong(v, key, "a whole number", e);
	if (json_integer_value(v) < 0 || json_integer_value(v) > INT32_MAX)
		return err_set(e, RC_INPUT, "%.64s is %" JSON_INTEGER_FORMAT
		    ", must be from 0 to %d", key, json_integer_value(v),
		    INT32_MAX);
	*n = (size_t)json_integer_value(v);
	return 0;
}

int
json_get_bool(int *b, json_t *o, const char *key, struct err *e)
{
	json_t *v = json_object_get(o, key);

	if (v == NULL || json_is_null(v))
		return 0;
	if (!json_is_boolean(v))
		return wrong(v, key, "true or false", e);
	*b = json_is_true(v);
	return 0;
}

int
json_must_be_null(json_t *o, const char *key, struct err *e)
{
	json_t *v = json_object_get(o, key);

	if (v == NULL || json_is_null(v))
		return 0;
	return err_set(e, RC_INPUT, "%s is %s, only null is supported", key,
	    kind(v));
}

int
json_bad_type(const char *type, struct err *e)
{
	return err_set(e, RC_INPUT, "type \"%.64s\" is not supported", type);
}
