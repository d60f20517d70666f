#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "tensor/gguf.h"

enum {
	MAX_DIMENSIONS = 4,		/* GGML_MAX_DIMS */
	DEFAULT_ALIGNMENT = 32,
	VERSION = 3
};
/* Types of metadata. */
enum { V_U8, V_I8, V_U16, V_I16, V_U32, V_I32, V_F32, V_BOOL, V_STRING,
	V_ARRAY, V_U64, V_I64, V_F64, V_COUNT };
static const size_t value_size[V_COUNT] = {
	[V_U8] = 1, [V_I8] = 1, [V_U16] = 2, [V_I16] = 2, [V_U32] = 4,
	[V_I32] = 4, [V_F32] = 4, [V_BOOL] = 1, [V_U64] = 8, [V_I64] = 8,
	[V_F64] = 8,
};
/* ggml's numbers of the kinds that are read. */
static const struct {
	uint32_t	type;
	enum dtype	dtype;
} kinds[] = { { 0, DT_F32 }, { 1, DT_F16 }, { 26, DT_I32 }, { 27, DT_I64 },
    { 28, DT_F64 }, { 30, DT_BF16 } };
static const char magic[] = "GGUF", architecture[] = "general.architecture",
    alignment[] = "general.alignment", direction[] = "direction.";

/* What is left to read. */
struct cursor {
	const unsigned char	*p;
	size_t			 n;
};

struct text {
	const char	*s;		/* no NUL at the end */
	size_t		 n;
};

/* The next n bytes; NULL when there are not as many. */
static const unsigned char *
take(struct cursor *c, uint64_t n, struct err *e)
{
	const unsigned char *p = c->p;

	if (n > c->n) {
		err_set(e, RC_INPUT, "%" PRIu64 " bytes are announced, %zu "
		    "are left", n, c->n);
		return NULL;
	}
	c->p += n;
	c->n -= n;
	return p;
}

static int
take_number(struct cursor *c, uint64_t *v, size_t bytes, struct err *e)
{
	const unsigned char *p = take(c, bytes, e);

	*v = 0;
	if (p == NULL)
		return -1;
	while (bytes > 0)
		*v = *v << 8 | p[--bytes];
	return 0;
}

static int
take_text(struct cursor *c, struct text *t, struct err *e)
{
	uint64_t n;

	if (take_number(c, &n, 8, e) != 0 ||
	    (t->s = (const char *)take(c, n, e)) == NULL)
		return -1;
	t->n = n;
	return n == 0 || memchr(t->s, '\0', n) == NULL ? 0 : err_set(e,
	    RC_INPUT, "a NUL byte in a string");
}

static int
is_text(const struct text *t, const char *s)
{
	return t->n == strlen(s) && memcmp(t->s, s, t->n) == 0;
}

static int
skip_array(struct cursor *c, struct err *e)
{
	struct text t;
	uint64_t type, n;

	if (take_number(c, &type, 4, e) != 0 || take_number(c, &n, 8, e) != 0)
		return -1;
	if (type == V_STRING) {
		for (; n > 0; n--)
			if (take_text(c, &t, e) != 0)
				return -1;
		return 0;
	}
	if (type >= V_COUNT || value_size[type] == 0)
		return err_set(e, RC_INPUT, "an array of type %" PRIu64, type);
	if (n > SIZE_MAX / 8)
		return err_set(e, RC_INPUT, "an array of %" PRIu64 " values",
		    n);
	return take(c, n * value_size[type], e) == NULL ? -1 : 0;
}

/* What the metadata tell that matters here. */
struct known {
	struct text	architecture;
	int		has_architecture;
	uint64_t	alignment;	/* 0: not given */
};

static int
read_value(struct cursor *c, const struct text *key, struct known *k,
    struct err *e)
{
	struct text t;
	uint64_t type;

	if (take_number(c, &type, 4, e) != 0)
		return -1;
	if (is_text(key, architecture)) {
		if (k->has_architecture++ || type != V_STRING)
			return err_set(e, RC_INPUT, "occurs twice, or is "
			    "not a string");
		return take_text(c, &k->architecture, e);
	}
	if (is_text(key, alignment)) {
		if (k->alignment != 0 || type != V_U32)
			return err_set(e, RC_INPUT, "occurs twice, or is "
			    "not a u32");
		if (take_number(c, &k->alignment, 4, e) != 0)
			return -1;
		return k->alignment != 0 &&
		    (k->alignment & (k->alignment - 1)) == 0 ? 0 :
		    err_set(e, RC_INPUT, "%" PRIu64 " is not a power of two",
		    k->alignment);
	}
	if (type == V_ARRAY)
		return skip_array(c, e);
	if (type == V_STRING)
		return take_text(c, &t, e);
	if (type >= V_COUNT)
		return err_set(e, RC_INPUT, "unknown type %" PRIu64, type);
	return take(c, value_size[type], e) == NULL ? -1 : 0;
}

static int
read_metadata(struct cursor *c, uint64_t n, struct known *k, struct err *e)
{
	struct text key = { NULL, 0 };
	char where[96];
	uint64_t i;

	for (i = 0; i < n; i++) {
		if (take_text(c, &key, e) != 0) {
			snprintf(where, sizeof where, "key %" PRIu64
			    " of %" PRIu64, i, n);
			return err_prefix(e, where);
		}
		if (read_value(c, &key, k, e) != 0) {
			snprintf(where, sizeof where, "key %.*s",
			    (int)(key.n < 80 ? key.n : 80), key.s);
			return err_prefix(e, where);
		}
	}
	return 0;
}

/* A tensor, and where its data begin within the data of the file. */
static int
read_tensor(struct gguf *g, struct cursor *c, uint64_t *offset, struct err *e)
{
	size_t shape[MAX_DIMENSIONS], k;
	uint64_t rank, d, type;
	struct text name;
	char *copy;
	int bad;

	if (take_text(c, &name, e) != 0 || take_number(c, &rank, 4, e) != 0)
		return -1;
	if (rank > MAX_DIMENSIONS)
		return err_set(e, RC_INPUT, "%" PRIu64 " dimensions, at most "
		    "%d", rank, MAX_DIMENSIONS);
	for (k = (size_t)rank; k-- > 0; shape[k] = (size_t)d)
		if (take_number(c, &d, 8, e) != 0)
			return -1;
	if (take_number(c, &type, 4, e) != 0 ||
	    take_number(c, offset, 8, e) != 0)
		return -1;
	for (k = 0; k < sizeof kinds / sizeof *kinds; k++)
		if (kinds[k].type == type)
			break;
	if (k == sizeof kinds / sizeof *kinds)
		return err_set(e, RC_INPUT, "type %" PRIu64 " is not one that "
		    "is read (f32, f16, bf16, f64, i32, i64)", type);
	if ((copy = mem_strndup(name.s, name.n)) == NULL)
		return err_nomem(e);
	bad = layout_add(g->layout, copy, kinds[k].dtype, (size_t)rank, shape,
	    e);
	mem_free(copy);
	return bad;
}

static uint64_t
padded(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

/* The tensors' entries; *end is where the data of the last one end. */
static int
read_tensors(struct gguf *g, struct cursor *c, uint64_t n, uint64_t align,
    uint64_t *end, struct err *e)
{
	const struct tensor_spec *t;
	uint64_t i, offset = 0, bytes, next = 0;
	char where[64];

	for (i = *end = 0; i < n; i++) {
		if (read_tensor(g, c, &offset, e) != 0) {
			snprintf(where, sizeof where, "tensor %" PRIu64
			    " of %" PRIu64, i, n);
			return err_prefix(e, where);
		}
		t = &g->layout->t[i];
		if (offset != next)
			return err_set(e, RC_INPUT, "tensor %s: data begin at "
			    "%" PRIu64 ", the tensor before ends at %" PRIu64,
			    t->name, offset, next);
		bytes = (uint64_t)t->n * dtype_size(t->dtype);
		if (bytes > g->map.n)
			return err_set(e, RC_INPUT, "tensor %s: %" PRIu64
			    " bytes, the file has %zu", t->name, bytes,
			    g->map.n);
		*end = next + bytes;
		next = padded(*end, align);
	}
	return 0;
}

/* The data begin at the next multiple of the alignment and end the file. */
static int
place_data(struct gguf *g, const struct cursor *c, uint64_t align,
    uint64_t end, struct err *e)
{
	uint64_t begin = padded(g->map.n - c->n, align), at = begin;
	const struct tensor_spec *t;
	size_t i;

	if (g->layout->n > 0 && (begin > g->map.n || end > g->map.n - begin))
		return err_set(e, RC_INPUT, "data end at %" PRIu64
		    ", the file at %zu", begin + end, g->map.n);
	if (g->map.n > begin + padded(end, align))
		return err_set(e, RC_INPUT, "data end at %" PRIu64
		    ", the file at %zu", begin + padded(end, align), g->map.n);
	g->data = mem_alloc(g->layout->n_tensors, sizeof *g->data);
	if (g->data == NULL)
		return err_nomem(e);
	for (i = 0; i < g->layout->n_tensors; i++, at = padded(at, align)) {
		t = &g->layout->t[i];
		g->data[i] = t->n == 0 ? g->map.p : g->map.p + at;
		at += (uint64_t)t->n * dtype_size(t->dtype);
	}
	return 0;
}

static int
read_map(struct gguf *g, struct err *e)
{
	struct cursor c = { g->map.p, g->map.n };
	struct known k = { .alignment = 0 };
	uint64_t version, n_tensors, n_keys, end, align;

	if (c.n < sizeof magic - 1 || memcmp(c.p, magic, sizeof magic - 1))
		return err_set(e, RC_INPUT, "not a GGUF file: no magic "
		    "number");
	take(&c, sizeof magic - 1, e);
	if (take_number(&c, &version, 4, e) != 0)
		return -1;
	if (version < 2 || version > VERSION)
		return err_set(e, RC_INPUT, "version %" PRIu64 ", 2 and %d "
		    "are read", version, VERSION);
	if (take_number(&c, &n_tensors, 8, e) != 0 ||
	    take_number(&c, &n_keys, 8, e) != 0 ||
	    read_metadata(&c, n_keys, &k, e) != 0)
		return -1;
	if (k.has_architecture && (g->architecture = mem_strndup(
	    k.architecture.s, k.architecture.n)) == NULL)
		return err_nomem(e);
	align = k.alignment != 0 ? k.alignment : DEFAULT_ALIGNMENT;
	if (read_tensors(g, &c, n_tensors, align, &end, e) != 0)
		return -1;
	return place_data(g, &c, align, end, e);
}

struct gguf *
gguf_open(const char *path, struct err *e)
{
	struct gguf *g = mem_zalloc(1, sizeof *g);

	if (g == NULL || (g->path = mem_strdup(path)) == NULL ||
	    (g->layout = layout_new()) == NULL)
		err_nomem(e);
	else if (file_map_open(&g->map, path, e) == 0 && read_map(g, e) == 0)
		return g;
	else
		err_prefix(e, path);
	gguf_close(g);
	return NULL;
}

void
gguf_close(struct gguf *g)
{
	if (g == NULL)
		return;
	file_map_close(&g->map);
	layout_free(g->layout);
	mem_free(g->data);
	mem_free(g->architecture);
	mem_free(g->path);
	mem_free(g);
}

size_t
gguf_direction(const char *name)
{
	const char *s = name + sizeof direction - 1;
	size_t n = 0;

	if (strncmp(name, direction, sizeof direction - 1) != 0 || *s == '0')
		return 0;
	for (; *s >= '0' && *s <= '9' && n < INT32_MAX / 10; s++)
		n = 10 * n + (size_t)(*s - '0');
	return *s == '\0' ? n : 0;
}
