#include <string.h>

#include "base/mem.h"
#include "stream/wire_value.h"

int
value_digest(char digest[DIGEST_SIZE], const msgpack_object *o, struct err *e)
{
	if (o->type != MSGPACK_OBJECT_STR ||
	    o->via.str.size != DIGEST_SIZE - 1)
		return value_wrong(e, "digest", "not 32 hexadecimal digits");
	memcpy(digest, o->via.str.ptr, DIGEST_SIZE - 1);
	digest[DIGEST_SIZE - 1] = '\0';
	if (strspn(digest, "0123456789abcdef") != DIGEST_SIZE - 1)
		return value_wrong(e, "digest", "not 32 hexadecimal digits");
	return 0;
}

static int
get_input(struct prov *p, size_t node, const msgpack_object *o,
    struct err *e)
{
	static const char *const keys[] = { "name", "digest", "from" };
	const msgpack_object *v[3];
	const msgpack_object_array *a = NULL;
	char digest[DIGEST_SIZE] = "", *name = NULL;
	size_t *from = NULL, i;
	int status = -1;

	if (value_keys(v, keys, 3, 3, o, "input", e) != 0 ||
	    value_text(&name, v[0], "input name", e) != 0 ||
	    (v[1]->type != MSGPACK_OBJECT_NIL &&
	    value_digest(digest, v[1], e) != 0) ||
	    value_array(&a, v[2], "from", e) != 0)
		goto out;
	if ((from = mem_alloc(a->size, sizeof *from)) == NULL) {
		err_nomem(e);
		goto out;
	}
	for (i = 0; i < a->size; i++) {
		if (value_size(&from[i], &a->ptr[i], "from", e) != 0)
			goto out;
		if (from[i] >= node) {
			err_set(e, RC_INPUT, "provenance: node %zu reads from "
			    "node %zu, which does not come before it", node,
			    from[i]);
			goto out;
		}
	}
	status = prov_add_input(p, node, name, digest, from, a->size);
	if (status != 0)
		err_nomem(e);
out:
	mem_free(name);
	mem_free(from);
	return status;
}

static int
get_argv(char ***argv, size_t *argc, const msgpack_object *o, struct err *e)
{
	const msgpack_object_array *a = NULL;

	if (value_array(&a, o, "argv", e) != 0)
		return -1;
	if ((*argv = mem_zalloc(a->size + 1, sizeof **argv)) == NULL)
		return err_nomem(e);
	for (; *argc < a->size; ++*argc)
		if (value_text(&(*argv)[*argc], &a->ptr[*argc], "argv", e) != 0)
			return -1;
	return 0;
}

static int
get_node(struct prov *p, const msgpack_object *o, struct err *e)
{
	static const char *const keys[] = { "tool", "release", "argv", "seed",
	    "inputs" };
	const msgpack_object *v[5];
	const msgpack_object_array *a = NULL;
	char *tool = NULL, *release = NULL, **argv = NULL;
	size_t argc = 0, i;
	uint64_t seed = 0;
	long at;
	int status = -1;

	if (value_keys(v, keys, 5, 5, o, "provenance", e) != 0 ||
	    value_text(&tool, v[0], "tool", e) != 0 ||
	    value_text(&release, v[1], "release", e) != 0 ||
	    get_argv(&argv, &argc, v[2], e) != 0 ||
	    value_array(&a, v[4], "inputs", e) != 0)
		goto out;
	if (v[3]->type == MSGPACK_OBJECT_POSITIVE_INTEGER)
		seed = v[3]->via.u64;
	else if (v[3]->type != MSGPACK_OBJECT_NIL) {
		value_wrong(e, "seed", "not a whole number");
		goto out;
	}
	at = prov_add_node(p, tool, release, argv, argc,
	    v[3]->type == MSGPACK_OBJECT_NIL ? NULL : &seed);
	if (at < 0) {
		err_nomem(e);
		goto out;
	}
	for (i = 0; i < a->size; i++)
		if (get_input(p, (size_t)at, &a->ptr[i], e) != 0)
			goto out;
	status = 0;
out:
	mem_free(tool);
	mem_free(release);
	for (i = 0; argv != NULL && i <= argc; i++)
		mem_free(argv[i]);
	mem_free(argv);
	return status;
}

int
value_provenance(struct prov **p, const msgpack_object *o, struct err *e)
{
	const msgpack_object_array *a = NULL;
	size_t i;

	if (value_array(&a, o, "provenance", e) != 0)
		return -1;
	if (a->size == 0)
		return value_wrong(e, "provenance", "empty");
	if ((*p = prov_new()) == NULL)
		return err_nomem(e);
	for (i = 0; i < a->size; i++)
		if (get_node(*p, &a->ptr[i], e) != 0)
			return -1;
	return 0;
}
