#include "base/mem.h"
#include "stream/wire_value.h"

static int
get_tensor(struct layout *l, const msgpack_object *o, struct err *e)
{
	static const char *const keys[] = { "name", "dtype", "shape" };
	const msgpack_object *v[3];
	const msgpack_object_array *a = NULL;
	size_t shape[LAYOUT_MAX_RANK], i;
	char *name = NULL, *type = NULL;
	enum dtype d;
	int status = -1;

	if (value_keys(v, keys, 3, 3, o, "tensor", e) != 0 ||
	    value_text(&name, v[0], "tensor name", e) != 0 ||
	    value_text(&type, v[1], "dtype", e) != 0 ||
	    value_array(&a, v[2], "shape", e) != 0)
		goto out;
	if (dtype_parse(&d, type) != 0) {
		err_set(e, RC_INPUT, "tensor %.80s: unknown dtype '%.20s'",
		    name, type);
		goto out;
	}
	if (a->size > LAYOUT_MAX_RANK) {
		err_set(e, RC_INPUT, "tensor %.80s: rank %u, at most %d",
		    name, a->size, LAYOUT_MAX_RANK);
		goto out;
	}
	for (i = 0; i < a->size; i++)
		if (value_size(&shape[i], &a->ptr[i], "shape", e) != 0)
			goto out;
	status = layout_add(l, name, d, a->size, shape, e);
out:
	mem_free(name);
	mem_free(type);
	return status;
}

int
value_layout(struct layout **l, const msgpack_object *o, struct err *e)
{
	const msgpack_object_array *a = NULL;
	size_t i;

	if (value_array(&a, o, "layout", e) != 0)
		return -1;
	if ((*l = layout_new()) == NULL)
		return err_nomem(e);
	for (i = 0; i < a->size; i++)
		if (get_tensor(*l, &a->ptr[i], e) != 0)
			return -1;
	return 0;
}
