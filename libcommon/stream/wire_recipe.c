#include <string.h>

#include "base/mem.h"
#include "stream/wire_value.h"

static int
get_cite(size_t *cite, const msgpack_object *o, const char *key,
    struct err *e)
{
	*cite = SIZE_MAX;
	if (o->type == MSGPACK_OBJECT_NIL)
		return 0;
	return value_size(cite, o, key, e);
}

/* A word of two: 0 or 1. */
static int
get_word(int *which, const msgpack_object *o, const char *const words[2],
    const char *key, struct err *e)
{
	if (!value_is_text(o))
		return value_wrong(e, key, "not text");
	for (*which = 0; *which < 2; ++*which)
		if (words[*which] != NULL &&
		    strlen(words[*which]) == o->via.str.size &&
		    memcmp(words[*which], o->via.str.ptr,
		    o->via.str.size) == 0)
			return 0;
	return err_set(e, RC_INPUT, "%s: unknown word '%.*s'", key,
	    o->via.str.size > 40 ? 40 : (int)o->via.str.size,
	    o->via.str.size > 0 ? o->via.str.ptr : "");
}

enum { KIND, SCHEME, SEED, DRAW, WEIGHT, SIGMA, NORM, TENSORS, BASIS,
    DEVIATIONS, TERM_KEYS };

static int
get_numbers(struct recipe_term *t, const msgpack_object *v[], struct err *e)
{
	size_t draw;

	if (v[SEED]->type != MSGPACK_OBJECT_POSITIVE_INTEGER)
		return value_wrong(e, "seed", "not a whole number");
	t->seed = v[SEED]->via.u64;
	if (value_size(&draw, v[DRAW], "draw", e) != 0)
		return -1;
	if (draw > UINT32_MAX)
		return err_set(e, RC_INPUT, "draw: %zu, at most %lu", draw,
		    (unsigned long)UINT32_MAX);
	t->draw = (uint32_t)draw;
	if (value_real(&t->weight, v[WEIGHT], "weight", e) != 0 ||
	    value_real(&t->sigma, v[SIGMA], "sigma", e) != 0 ||
	    value_real(&t->norm, v[NORM], "norm", e) != 0)
		return -1;
	if (t->sigma < 0 || t->norm < 0)
		return value_wrong(e, "recipe", "sigma or norm below 0");
	return 0;
}

static int
get_term(struct recipe *r, struct wire_cite *cite, const msgpack_object *o,
    struct err *e)
{
	static const char *const keys[TERM_KEYS] = { "kind", "scheme", "seed",
	    "draw", "weight", "sigma", "norm", "tensors", "basis",
	    "deviations" };
	static const char *const kinds[] = { "gaussian", NULL };
	static const char *const schemes[] = { "independent", "reseeded" };
	const msgpack_object *v[TERM_KEYS];
	struct recipe_term t = { 0 };
	int which, bad;

	if (value_keys(v, keys, TERM_KEYS, TERM_KEYS, o, "recipe", e) != 0 ||
	    get_word(&which, v[KIND], kinds, "recipe kind", e) != 0 ||
	    get_word(&which, v[SCHEME], schemes, "scheme", e) != 0 ||
	    get_numbers(&t, v, e) != 0 ||
	    get_cite(&cite->basis, v[BASIS], "basis", e) != 0 ||
	    get_cite(&cite->deviations, v[DEVIATIONS], "deviations", e) != 0)
		return -1;
	t.scheme = which ? SCHEME_RESEEDED : SCHEME_INDEPENDENT;
	if (v[TENSORS]->type != MSGPACK_OBJECT_NIL &&
	    value_text(&t.tensors, v[TENSORS], "tensors", e) != 0)
		return -1;
	bad = recipe_add_term(r, &t);
	mem_free(t.tensors);
	return bad ? err_nomem(e) : 0;
}

int
value_recipe(struct wire_record *r, const msgpack_object *o, struct err *e)
{
	const msgpack_object_array *a = NULL;
	size_t i;

	if (value_array(&a, o, "recipe", e) != 0)
		return -1;
	r->recipe = recipe_new();
	r->cite = mem_alloc(a->size, sizeof *r->cite);
	if (r->recipe == NULL || r->cite == NULL)
		return err_nomem(e);
	for (i = 0; i < a->size; i++)
		if (get_term(r->recipe, &r->cite[i], &a->ptr[i], e) != 0)
			return -1;
	return 0;
}

int
value_resource(struct wire_resource *r, const msgpack_object *o,
    struct err *e)
{
	static const char *const keys[] = { "resource", "kind", "rows",
	    "layout" };
	static const char *const kinds[] = { "basis", "deviations" };
	const msgpack_object *v[4];
	size_t i;
	int which;

	if (value_keys(v, keys, 4, 4, o, "resource", e) != 0 ||
	    value_size(&r->resource, v[0], "resource", e) != 0 ||
	    get_word(&which, v[1], kinds, "resource kind", e) != 0 ||
	    value_size(&r->rows, v[2], "rows", e) != 0 ||
	    value_layout(&r->layout, v[3], e) != 0)
		return -1;
	r->kind = which ? RESOURCE_DEVIATIONS : RESOURCE_BASIS;
	if (r->kind == RESOURCE_DEVIATIONS && r->rows != 1)
		return err_set(e, RC_INPUT, "deviations of %zu rows, not 1",
		    r->rows);
	/* else any number of rows would need no bytes */
	if (r->kind == RESOURCE_BASIS && r->layout->n == 0 && r->rows > 0)
		return err_set(e, RC_INPUT, "a basis of %zu rows without "
		    "values", r->rows);
	for (i = 0; i < r->layout->n_tensors; i++)
		if (r->layout->t[i].dtype != DT_F32)
			return err_set(e, RC_INPUT, "resource: tensor %s: %s, "
			    "not f32", r->layout->t[i].name,
			    dtype_name(r->layout->t[i].dtype));
	return 0;
}
