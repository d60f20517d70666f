#include <msgpack.h>
#include <string.h>

#include "base/mem.h"
#include "stream/wire_value.h"

static const char *const contents[] = { TS_CONTENTS, NULL };

int
wire_known_content(const char *content, size_t len)
{
	size_t i;

	for (i = 0; contents[i] != NULL; i++)
		if (strlen(contents[i]) == len &&
		    memcmp(contents[i], content, len) == 0)
			return 1;
	return 0;
}

static int
get_shard(struct wire_header *h, const msgpack_object *o, struct err *e)
{
	const msgpack_object_array *a = NULL;

	if (value_array(&a, o, "shard", e) != 0)
		return -1;
	if (a->size != 2)
		return value_wrong(e, "shard", "not a pair");
	if (value_size(&h->shard, &a->ptr[0], "shard", e) != 0 ||
	    value_size(&h->shards, &a->ptr[1], "shard", e) != 0)
		return -1;
	if (h->shard < 1 || h->shard > h->shards)
		return err_set(e, RC_INPUT, "shard %zu of %zu", h->shard,
		    h->shards);
	return 0;
}

/* The value of a key in a map, or NULL. */
static const msgpack_object *
find(const msgpack_object *o, const char *key)
{
	const msgpack_object_kv *kv = o->via.map.ptr;
	size_t i, n = strlen(key);

	for (i = 0; i < o->via.map.size; i++)
		if (value_is_text(&kv[i].key) && kv[i].key.via.str.size == n &&
		    memcmp(kv[i].key.via.str.ptr, key, n) == 0)
			return &kv[i].val;
	return NULL;
}

/* Before all else: another format or version may well have other keys. */
static int
check_version(const msgpack_object *o, struct err *e)
{
	const msgpack_object *format = find(o, "format");
	const msgpack_object *number = find(o, "version");
	size_t version;

	if (!value_is_text(format) || format->via.str.size != 9 ||
	    memcmp(format->via.str.ptr, "plumbline", 9) != 0)
		return value_wrong(e, "format", "not plumbline");
	if (number == NULL)
		return value_wrong(e, "header", "no key 'version'");
	if (value_size(&version, number, "version", e) != 0)
		return -1;
	if (version != STREAM_VERSION)
		return err_set(e, RC_INPUT,
		    "format version %zu, this release reads %d", version,
		    STREAM_VERSION);
	return 0;
}

static int
get_header(struct wire_header *h, const msgpack_object *o, struct err *e)
{
	static const char *const keys[] = { "format", "version", "content",
	    "shard", "layouts", "provenance" };
	const msgpack_object *v[6];
	const msgpack_object_array *a = NULL;

	if (check_version(o, e) != 0 ||
	    value_keys(v, keys, 6, 6, o, "header", e) != 0)
		return -1;
	if (value_text(&h->content, v[2], "content", e) != 0)
		return -1;
	if (!wire_known_content(h->content, strlen(h->content)))
		return err_set(e, RC_INPUT, "unknown content '%.40s'",
		    h->content);
	if (get_shard(h, v[3], e) != 0 ||
	    value_array(&a, v[4], "layouts", e) != 0)
		return -1;
	h->layouts = mem_zalloc(a->size + 1, sizeof *h->layouts);
	if (h->layouts == NULL)
		return err_nomem(e);
	for (; h->n_layouts < a->size; h->n_layouts++)
		if (value_layout(&h->layouts[h->n_layouts],
		    &a->ptr[h->n_layouts], e) != 0)
			return -1;
	return value_provenance(&h->prov, v[5], e);
}

static int
get_label(struct ts_labels *l, const msgpack_object_kv *kv, struct err *e)
{
	const msgpack_object *o = &kv->val;
	enum label_key k;
	char *text = NULL;
	double x;
	int bad;

	if (!value_is_text(&kv->key))
		return value_wrong(e, "labels", "a key is not text");
	if (label_parse(&k, kv->key.via.str.ptr, kv->key.via.str.size) != 0)
		return err_set(e, RC_INPUT, "unknown label '%.*s'",
		    kv->key.via.str.size > 40 ? 40 :
		    (int)kv->key.via.str.size, kv->key.via.str.ptr);
	if (labels_has(l, k))
		return err_set(e, RC_INPUT, "label %s twice", label_name(k));
	switch (label_type(k)) {
	case LABEL_INT:
		if (o->type != MSGPACK_OBJECT_NEGATIVE_INTEGER &&
		    (o->type != MSGPACK_OBJECT_POSITIVE_INTEGER ||
		    o->via.u64 > INT64_MAX))
			return value_wrong(e, label_name(k), "not a whole number");
		labels_set_int(l, k, o->via.i64);
		return 0;
	case LABEL_REAL:
		if (value_real(&x, o, label_name(k), e) != 0)
			return -1;
		labels_set_real(l, k, x);
		return 0;
	default:
		if (!value_is_text(o) || o->via.str.size > LABEL_TEXT_MAX)
			return value_wrong(e, label_name(k),
			    "not text of at most 255 bytes");
		if (value_text(&text, o, label_name(k), e) != 0)
			return -1;
		bad = labels_set_text(l, k, text);
		mem_free(text);
		return bad ? err_nomem(e) : 0;
	}
}

static int
get_record(struct wire_record *r, const msgpack_object *o, struct err *e)
{
	static const char *const keys[] = { "record", "layout", "labels",
	    "recipe" };
	const msgpack_object *v[4];
	size_t i;

	if (value_keys(v, keys, 4, 3, o, "record", e) != 0 ||
	    value_size(&r->record, v[0], "record", e) != 0)
		return -1;
	r->layout = SIZE_MAX;
	if (v[1]->type == MSGPACK_OBJECT_ARRAY) {
		if (value_layout(&r->own, v[1], e) != 0)
			return -1;
	} else if (value_size(&r->layout, v[1], "layout", e) != 0)
		return -1;
	if (v[2]->type != MSGPACK_OBJECT_MAP)
		return value_wrong(e, "labels", "not a map");
	for (i = 0; i < v[2]->via.map.size; i++)
		if (get_label(&r->labels, &v[2]->via.map.ptr[i], e) != 0)
			return -1;
	return v[3] == NULL ? 0 : value_recipe(r, v[3], e);
}

static int
get_end(struct wire_end *t, const msgpack_object *o, struct err *e)
{
	static const char *const keys[] = { "end", "bytes", "digest",
	    "provenance" };
	const msgpack_object *v[4];

	if (value_keys(v, keys, 4, 4, o, "end map", e) != 0 ||
	    value_size(&t->records, v[0], "end", e) != 0 ||
	    value_size(&t->bytes, v[1], "bytes", e) != 0 ||
	    value_digest(t->digest, v[2], e) != 0)
		return -1;
	return value_provenance(&t->prov, v[3], e);
}

/* The kind of a map is told by a key that only that kind has. */
static int
kind_of(enum wire_kind *kind, const msgpack_object *o, struct err *e)
{
	static const char *const keys[] = { "format", "record", "resource",
	    "end" };
	size_t k;

	if (o->type != MSGPACK_OBJECT_MAP)
		return err_set(e, RC_INPUT, "not a map");
	for (k = 0; k < sizeof keys / sizeof *keys; k++)
		if (find(o, keys[k]) != NULL) {
			*kind = (enum wire_kind)k;
			return 0;
		}
	return err_set(e, RC_INPUT,
	    "a map that is no header, record, resource or end map");
}

int
wire_get_map(struct wire_object *o, const unsigned char *p, size_t n,
    size_t *used, struct err *e)
{
	msgpack_unpacked u;
	size_t at = 0;
	int status = -1;

	memset(o, 0, sizeof *o);
	if (wire_scan(p, n, used, e) != 0)
		return -1;
	msgpack_unpacked_init(&u);
	switch (msgpack_unpack_next(&u, (const char *)p, *used, &at)) {
	case MSGPACK_UNPACK_SUCCESS: break;
	case MSGPACK_UNPACK_NOMEM_ERROR:
		err_nomem(e);
		goto out;
	default:
		err_set(e, RC_INPUT, "not msgpack");
		goto out;
	}
	if (kind_of(&o->kind, &u.data, e) != 0)
		goto out;
	switch (o->kind) {
	case WIRE_HEADER: status = get_header(&o->u.header, &u.data, e); break;
	case WIRE_RECORD: status = get_record(&o->u.record, &u.data, e); break;
	case WIRE_RESOURCE:
		status = value_resource(&o->u.resource, &u.data, e);
		break;
	case WIRE_END: status = get_end(&o->u.end, &u.data, e); break;
	}
	if (status != 0)
		wire_object_free(o);
out:
	msgpack_unpacked_destroy(&u);
	return status;
}

void
wire_object_free(struct wire_object *o)
{
	size_t i;

	switch (o->kind) {
	case WIRE_HEADER:
		mem_free(o->u.header.content);
		for (i = 0; o->u.header.layouts != NULL &&
		    i <= o->u.header.n_layouts; i++)
			layout_free(o->u.header.layouts[i]);
		mem_free(o->u.header.layouts);
		prov_free(o->u.header.prov);
		break;
	case WIRE_RECORD:
		layout_free(o->u.record.own);
		labels_clear(&o->u.record.labels);
		recipe_free(o->u.record.recipe);
		mem_free(o->u.record.cite);
		break;
	case WIRE_RESOURCE:
		layout_free(o->u.resource.layout);
		break;
	case WIRE_END:
		prov_free(o->u.end.prov);
		break;
	}
	memset(o, 0, sizeof *o);
}
