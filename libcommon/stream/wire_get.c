#include <math.h>
#include <msgpack.h>
#include <string.h>

#include "base/mem.h"
#include "stream/wire.h"

static const char *const contents[] = {
	"parameters", "updates", "displacements", "gradients", "basis",
	"projections", "residuals", "coefficients", "perturbations",
	"activations", "vectors", NULL
};

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

/* Big-endian number of n bytes. */
static size_t
big_endian(const unsigned char *p, size_t n)
{
	size_t v = 0;

	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

int
wire_get_bin(const unsigned char *p, size_t n, size_t *head, size_t *size)
{
	size_t bytes;

	if (n == 0 || *p < 0xc4 || *p > 0xc6)
		return 0;
	bytes = (size_t)1 << (*p - 0xc4);
	if (n < 1 + bytes)
		return -1;
	*head = 1 + bytes;
	*size = big_endian(p + 1, bytes);
	return 1;
}

/* What one msgpack type byte announces. */
struct shape {
	size_t	head;		/* type byte and the number after it */
	size_t	body;		/* bytes of payload */
	size_t	children;	/* objects that follow */
	int	nests;
};

/* -1: not a type that a stream may hold, -2: cut. */
static int
shape_of(struct shape *s, const unsigned char *p, size_t n)
{
	unsigned char c = *p;
	size_t w = 0, count;

	*s = (struct shape){ .head = 1 };
	if (c <= 0x7f || c >= 0xe0 || c == 0xc0 || c == 0xc2 || c == 0xc3)
		return 0;			/* small integers, nil, bool */
	if (c >= 0xa0 && c <= 0xbf) {
		s->body = c & 0x1f;
		return 0;
	}
	if (c <= 0x9f) {
		s->children = c <= 0x8f ? 2 * (size_t)(c & 0x0f) : c & 0x0f;
		s->nests = 1;
		return 0;
	}
	switch (c) {
	case 0xca: s->body = 4; return 0;
	case 0xcb: s->body = 8; return 0;
	case 0xcc: case 0xcd: case 0xce: case 0xcf:
		s->body = (size_t)1 << (c - 0xcc);
		return 0;
	case 0xd0: case 0xd1: case 0xd2: case 0xd3:
		s->body = (size_t)1 << (c - 0xd0);
		return 0;
	case 0xd9: case 0xda: case 0xdb: w = (size_t)1 << (c - 0xd9); break;
	case 0xdc: case 0xdd: w = (size_t)2 << (c - 0xdc); break;
	case 0xde: case 0xdf: w = (size_t)2 << (c - 0xde); break;
	default: return -1;
	}
	if (n < 1 + w)
		return -2;
	count = big_endian(p + 1, w);
	s->head = 1 + w;
	if (c <= 0xdb)
		s->body = count;
	else {
		s->children = c >= 0xde ? 2 * count : count;
		s->nests = 1;
	}
	return 0;
}

/*
 * The length of the object at p.  A library that decodes it takes memory for
 * every announced element, so the counts are held against the bytes that are
 * there before it sees them.
 */
static int
scan(const unsigned char *p, size_t n, size_t *used, struct err *e)
{
	size_t left[OBJECT_DEPTH + 1], at = 0, elements = 0;
	struct shape s;
	int depth = 0, bad;

	left[0] = 1;
	for (;;) {
		while (depth >= 0 && left[depth] == 0)
			depth--;
		if (depth < 0)
			break;
		left[depth]--;
		if (at >= n)
			return err_set(e, RC_INPUT,
			    "an object is cut by the end of its frame");
		if ((bad = shape_of(&s, p + at, n - at)) == -1)
			return err_set(e, RC_INPUT,
			    "msgpack type 0x%02x has no place in a stream",
			    p[at]);
		if (bad || s.body > n - at - s.head ||
		    s.children > n - at - s.head)
			return err_set(e, RC_INPUT,
			    "an object announces more than its frame holds");
		if ((elements += s.children) > OBJECT_ELEMENTS)
			return err_set(e, RC_INPUT,
			    "an object has more than %d elements",
			    OBJECT_ELEMENTS);
		at += s.head + s.body;
		if (s.nests) {
			if (depth == OBJECT_DEPTH)
				return err_set(e, RC_INPUT,
				    "an object is nested deeper than %d",
				    OBJECT_DEPTH);
			left[++depth] = s.children;
		}
	}
	*used = at;
	return 0;
}

/* The decoders below share one way to fail. */
static int
wrong(struct err *e, const char *key, const char *what)
{
	return err_set(e, RC_INPUT, "%s: %s", key, what);
}

static int
get_size(size_t *v, const msgpack_object *o, const char *key, struct err *e)
{
	if (o->type != MSGPACK_OBJECT_POSITIVE_INTEGER ||
	    o->via.u64 > (uint64_t)1 << 62)
		return wrong(e, key, "not a whole number");
	*v = o->via.u64;
	return 0;
}

static int
is_text(const msgpack_object *o)
{
	return o->type == MSGPACK_OBJECT_STR &&
	    memchr(o->via.str.ptr, '\0', o->via.str.size) == NULL;
}

static int
get_text(char **s, const msgpack_object *o, const char *key, struct err *e)
{
	if (!is_text(o))
		return wrong(e, key, "not text");
	*s = mem_strndup(o->via.str.ptr, o->via.str.size);
	return *s == NULL ? err_nomem(e) : 0;
}

static int
get_array(const msgpack_object_array **a, const msgpack_object *o,
    const char *key, struct err *e)
{
	if (o->type != MSGPACK_OBJECT_ARRAY)
		return wrong(e, key, "not an array");
	*a = &o->via.array;
	return 0;
}

/*
 * Points v[i] at the value of keys[i]; every key must be there once, and no
 * other.
 */
static int
get_keys(const msgpack_object *v[], const char *const keys[], size_t n,
    const msgpack_object *o, const char *what, struct err *e)
{
	size_t i, k;

	if (o->type != MSGPACK_OBJECT_MAP)
		return wrong(e, what, "not a map");
	memset(v, 0, n * sizeof *v);
	for (i = 0; i < o->via.map.size; i++) {
		const msgpack_object *key = &o->via.map.ptr[i].key;

		if (!is_text(key))
			return wrong(e, what, "a key is not text");
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
	for (k = 0; k < n; k++)
		if (v[k] == NULL)
			return err_set(e, RC_INPUT, "%s: no key '%s'", what,
			    keys[k]);
	return 0;
}

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

	if (get_keys(v, keys, 3, o, "tensor", e) != 0 ||
	    get_text(&name, v[0], "tensor name", e) != 0 ||
	    get_text(&type, v[1], "dtype", e) != 0 ||
	    get_array(&a, v[2], "shape", e) != 0)
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
		if (get_size(&shape[i], &a->ptr[i], "shape", e) != 0)
			goto out;
	status = layout_add(l, name, d, a->size, shape, e);
out:
	mem_free(name);
	mem_free(type);
	return status;
}

static int
get_layout(struct layout **l, const msgpack_object *o, struct err *e)
{
	const msgpack_object_array *a = NULL;
	size_t i;

	if (get_array(&a, o, "layout", e) != 0)
		return -1;
	if ((*l = layout_new()) == NULL)
		return err_nomem(e);
	for (i = 0; i < a->size; i++)
		if (get_tensor(*l, &a->ptr[i], e) != 0)
			return -1;
	return 0;
}

static int
get_digest(char digest[DIGEST_SIZE], const msgpack_object *o, struct err *e)
{
	if (o->type != MSGPACK_OBJECT_STR ||
	    o->via.str.size != DIGEST_SIZE - 1)
		return wrong(e, "digest", "not 32 hexadecimal digits");
	memcpy(digest, o->via.str.ptr, DIGEST_SIZE - 1);
	digest[DIGEST_SIZE - 1] = '\0';
	if (strspn(digest, "0123456789abcdef") != DIGEST_SIZE - 1)
		return wrong(e, "digest", "not 32 hexadecimal digits");
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

	if (get_keys(v, keys, 3, o, "input", e) != 0 ||
	    get_text(&name, v[0], "input name", e) != 0 ||
	    (v[1]->type != MSGPACK_OBJECT_NIL &&
	    get_digest(digest, v[1], e) != 0) ||
	    get_array(&a, v[2], "from", e) != 0)
		goto out;
	if ((from = mem_alloc(a->size, sizeof *from)) == NULL) {
		err_nomem(e);
		goto out;
	}
	for (i = 0; i < a->size; i++) {
		if (get_size(&from[i], &a->ptr[i], "from", e) != 0)
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

	if (get_array(&a, o, "argv", e) != 0)
		return -1;
	if ((*argv = mem_zalloc(a->size + 1, sizeof **argv)) == NULL)
		return err_nomem(e);
	for (; *argc < a->size; ++*argc)
		if (get_text(&(*argv)[*argc], &a->ptr[*argc], "argv", e) != 0)
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

	if (get_keys(v, keys, 5, o, "provenance", e) != 0 ||
	    get_text(&tool, v[0], "tool", e) != 0 ||
	    get_text(&release, v[1], "release", e) != 0 ||
	    get_argv(&argv, &argc, v[2], e) != 0 ||
	    get_array(&a, v[4], "inputs", e) != 0)
		goto out;
	if (v[3]->type == MSGPACK_OBJECT_POSITIVE_INTEGER)
		seed = v[3]->via.u64;
	else if (v[3]->type != MSGPACK_OBJECT_NIL) {
		wrong(e, "seed", "not a whole number");
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

static int
get_prov(struct prov **p, const msgpack_object *o, struct err *e)
{
	const msgpack_object_array *a = NULL;
	size_t i;

	if (get_array(&a, o, "provenance", e) != 0)
		return -1;
	if (a->size == 0)
		return wrong(e, "provenance", "empty");
	if ((*p = prov_new()) == NULL)
		return err_nomem(e);
	for (i = 0; i < a->size; i++)
		if (get_node(*p, &a->ptr[i], e) != 0)
			return -1;
	return 0;
}

static int
get_shard(struct wire_header *h, const msgpack_object *o, struct err *e)
{
	const msgpack_object_array *a = NULL;

	if (get_array(&a, o, "shard", e) != 0)
		return -1;
	if (a->size != 2)
		return wrong(e, "shard", "not a pair");
	if (get_size(&h->shard, &a->ptr[0], "shard", e) != 0 ||
	    get_size(&h->shards, &a->ptr[1], "shard", e) != 0)
		return -1;
	if (h->shard < 1 || h->shard > h->shards)
		return err_set(e, RC_INPUT, "shard %zu of %zu", h->shard,
		    h->shards);
	return 0;
}

static int
get_header(struct wire_header *h, const msgpack_object *o, struct err *e)
{
	static const char *const keys[] = { "format", "version", "content",
	    "shard", "layouts", "provenance" };
	const msgpack_object *v[6];
	const msgpack_object_array *a = NULL;
	size_t version = 0;

	if (get_keys(v, keys, 6, o, "header", e) != 0)
		return -1;
	if (!is_text(v[0]) || v[0]->via.str.size != 9 ||
	    memcmp(v[0]->via.str.ptr, "plumbline", 9) != 0)
		return wrong(e, "format", "not plumbline");
	if (get_size(&version, v[1], "version", e) != 0)
		return -1;
	if (version != STREAM_VERSION)
		return err_set(e, RC_INPUT,
		    "format version %zu, this release reads %d", version,
		    STREAM_VERSION);
	if (get_text(&h->content, v[2], "content", e) != 0)
		return -1;
	if (!wire_known_content(h->content, strlen(h->content)))
		return err_set(e, RC_INPUT, "unknown content '%.40s'",
		    h->content);
	if (get_shard(h, v[3], e) != 0 ||
	    get_array(&a, v[4], "layouts", e) != 0)
		return -1;
	h->layouts = mem_zalloc(a->size + 1, sizeof *h->layouts);
	if (h->layouts == NULL)
		return err_nomem(e);
	for (; h->n_layouts < a->size; h->n_layouts++)
		if (get_layout(&h->layouts[h->n_layouts],
		    &a->ptr[h->n_layouts], e) != 0)
			return -1;
	return get_prov(&h->prov, v[5], e);
}

static int
get_label(struct ts_labels *l, const msgpack_object_kv *kv, struct err *e)
{
	const msgpack_object *o = &kv->val;
	enum label_key k;
	char text[LABEL_TEXT_MAX + 1];

	if (!is_text(&kv->key))
		return wrong(e, "labels", "a key is not text");
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
			return wrong(e, label_name(k), "not a whole number");
		labels_set_int(l, k, o->via.i64);
		return 0;
	case LABEL_REAL:
		if (o->type != MSGPACK_OBJECT_FLOAT64 || !isfinite(o->via.f64))
			return wrong(e, label_name(k), "not a finite f64");
		labels_set_real(l, k, o->via.f64);
		return 0;
	default:
		if (!is_text(o) || o->via.str.size > LABEL_TEXT_MAX)
			return wrong(e, label_name(k),
			    "not text of at most 255 bytes");
		memcpy(text, o->via.str.ptr, o->via.str.size);
		text[o->via.str.size] = '\0';
		return labels_set_text(l, k, text) ? err_nomem(e) : 0;
	}
}

static int
get_record(struct wire_record *r, const msgpack_object *o, struct err *e)
{
	static const char *const keys[] = { "record", "layout", "labels" };
	const msgpack_object *v[3];
	size_t i;

	if (get_keys(v, keys, 3, o, "record", e) != 0 ||
	    get_size(&r->record, v[0], "record", e) != 0)
		return -1;
	r->layout = SIZE_MAX;
	if (v[1]->type == MSGPACK_OBJECT_ARRAY) {
		if (get_layout(&r->own, v[1], e) != 0)
			return -1;
	} else if (get_size(&r->layout, v[1], "layout", e) != 0)
		return -1;
	if (v[2]->type != MSGPACK_OBJECT_MAP)
		return wrong(e, "labels", "not a map");
	for (i = 0; i < v[2]->via.map.size; i++)
		if (get_label(&r->labels, &v[2]->via.map.ptr[i], e) != 0)
			return -1;
	return 0;
}

static int
get_end(struct wire_end *t, const msgpack_object *o, struct err *e)
{
	static const char *const keys[] = { "end", "bytes", "digest",
	    "provenance" };
	const msgpack_object *v[4];

	if (get_keys(v, keys, 4, o, "end map", e) != 0 ||
	    get_size(&t->records, v[0], "end", e) != 0 ||
	    get_size(&t->bytes, v[1], "bytes", e) != 0 ||
	    get_digest(t->digest, v[2], e) != 0)
		return -1;
	return get_prov(&t->prov, v[3], e);
}

/* The kind of a map is told by a key that only that kind has. */
static int
kind_of(enum wire_kind *kind, const msgpack_object *o, struct err *e)
{
	static const char *const keys[] = { "format", "record", "end" };
	size_t i, k;

	if (o->type != MSGPACK_OBJECT_MAP)
		return err_set(e, RC_INPUT, "not a map");
	for (i = 0; i < o->via.map.size; i++)
		for (k = 0; k < 3; k++)
			if (is_text(&o->via.map.ptr[i].key) &&
			    o->via.map.ptr[i].key.via.str.size ==
			    strlen(keys[k]) &&
			    memcmp(o->via.map.ptr[i].key.via.str.ptr, keys[k],
			    strlen(keys[k])) == 0) {
				*kind = (enum wire_kind)k;
				return 0;
			}
	return err_set(e, RC_INPUT,
	    "a map that is no header, record or end map");
}

int
wire_get_map(struct wire_object *o, const unsigned char *p, size_t n,
    size_t *used, struct err *e)
{
	msgpack_unpacked u;
	size_t at = 0;
	int status = -1;

	memset(o, 0, sizeof *o);
	if (scan(p, n, used, e) != 0)
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
		break;
	case WIRE_END:
		prov_free(o->u.end.prov);
		break;
	}
	memset(o, 0, sizeof *o);
}
