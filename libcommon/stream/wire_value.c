#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "stream/wire_value.h"

int
value_wrong(struct err *e, const char *key, const char *what)
{
	return err_set(e, RC_INPUT, "%s: %s", key, what);
}

int
value_size(size_t *v, const msgpack_object *o, const char *key, struct err *e)
{
	if (o->type != MSGPACK_OBJECT_POSITIVE_INTEGER ||
	    o->via.u64 > (uint64_t)1 << 62)
		return value_wrong(e, key, "not a whole number");
	*v = o->via.u64;
	return 0;
}

int
value_is_text(const msgpack_object *o)
{
	return o->type == MSGPACK_OBJECT_STR && (o->via.str.size == 0 ||
	    (memchr(o->via.str.ptr, '\0', o->via.str.size) == NULL &&
	    utf8_valid(o->via.str.ptr, o->via.str.size)));
}

int
value_text(char **s, const msgpack_object *o, const char *key, struct err *e)
{
	if (!value_is_text(o))
		return value_wrong(e, key, "not text");
	*s = mem_strndup(o->via.str.ptr, o->via.str.size);
	return *s == NULL ? err_nomem(e) : 0;
}

int
value_array(const msgpack_object_array **a, const msgpack_object *o,
    const char *key, struct err *e)
{
	if (o->type != MSGPACK_OBJECT_ARRAY)
		return value_wrong(e, key, "not an array");
	*a = &o->via.array;
	return 0;
}

int
value_keys(const msgpack_object *v[], const char *const keys[], size_t n,
    size_t required, const msgpack_object *o, const char *what, struct err *e)
{
	size_t i, k;

	if (o->type != MSGPACK_OBJECT_MAP)
		return value_wrong(e, what, "not a map");
	memset(v, 0, n * sizeof *v);
	for (i = 0; i < o->via.map.size; i++) {
		const msgpack_object *key = &o->via.map.ptr[i].key;

		if (!value_is_text(key))
			return value_wrong(e, what, "a key is not text");
		for (k = 0; k < n; k++)
			if (strlen(keys[k]) == key->via.str.size &&
			    memcmp(keys[k], key->via.str.ptr,
			    key->via.str.size) == 0)
				break;
		if (k == n)
			return err_set(e, RC_INPUT, "%s: unknown key '%.*s'",
			    what, key->via.str.size > 40 ? 40 :
			    (int)key->via.str.size, key->via.str.ptr);
		if (v[k] != NULL)
			return err_set(e, RC_INPUT, "%s: key '%s' twice",
			    what, keys[k]);
		v[k] = &o->via.map.ptr[i].val;
	}
	for (k = 0; k < required; k++)
		if (v[k] == NULL)
			return err_set(e, RC_INPUT, "%s: no key '%s'", what,
			    keys[k]);
	return 0;
}

int
value_real(double *x, const msgpack_object *o, const char *key,
    struct err *e)
{
	if (o->type != MSGPACK_OBJECT_FLOAT64 || !isfinite(o->via.f64))
		return value_wrong(e, key, "not a finite f64");
	*x = o->via.f64;
	return 0;
}
