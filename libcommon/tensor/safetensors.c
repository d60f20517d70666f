#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tensor/safetensors.h"

enum { LENGTH_BYTES = 8, MAX_HEADER = 100000000 };

/* Kinds of numbers that may stand in a file, and their bytes. */
static const struct kind {
	char		 name[12];
	size_t		 size;
	enum dtype	 dtype;		/* DT_COUNT: not converted */
} kinds[] = {
	{ "F32", 4, DT_F32 }, { "F64", 8, DT_F64 }, { "F16", 2, DT_F16 },
	{ "BF16", 2, DT_BF16 }, { "I32", 4, DT_I32 }, { "I64", 8, DT_I64 },
	{ "U8", 1, DT_U8 }, { "BOOL", 1, DT_COUNT }, { "I8", 1, DT_COUNT },
	{ "I16", 2, DT_COUNT }, { "U16", 2, DT_COUNT },
	{ "U32", 4, DT_COUNT }, { "U64", 8, DT_COUNT },
	{ "C64", 8, DT_COUNT }, { "F8_E5M2", 1, DT_COUNT },
	{ "F8_E4M3", 1, DT_COUNT }, { "F8_E8M0", 1, DT_COUNT },
};

/* A tensor while its file is checked: where its data are. */
struct entry {
	struct safetensor	t;
	uint64_t		begin, end;
	const struct kind	*kind;
};

struct reading {
	struct safetensors	*s;
	struct entry		*entry;
	size_t			 n;
	const unsigned char	*data;
	uint64_t		 n_data;	/* bytes */
};

static int
read_count(uint64_t *n, const json_t *v)
{
	json_int_t i = json_integer_value(v);

	if (!json_is_integer(v) || i < 0)
		return -1;
	*n = (uint64_t)i;
	return 0;
}

static int
read_dtype(struct entry *x, const json_t *o, struct err *e)
{
	const char *s = json_string_value(json_object_get(o, "dtype"));
	size_t i;

	if (s == NULL)
		return err_set(e, RC_INPUT, "tensor %s: no dtype", x->t.name);
	for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, s) == 0) {
			x->kind = &kinds[i];
			x->t.dtype = kinds[i].dtype;
			strcpy(x->t.dtype_text, kinds[i].name);
			return 0;
		}
	return err_set(e, RC_INPUT, "tensor %s: unknown dtype \"%.32s\"",
	    x->t.name, s);
}

static int
read_shape(struct entry *x, const json_t *o, struct err *e)
{
	json_t *shape = json_object_get(o, "shape"), *v;
	uint64_t n = 1, d;
	size_t i;

	if (!json_is_array(shape))
		return err_set(e, RC_INPUT, "tensor %s: no shape", x->t.name);
	if ((x->t.rank = json_array_size(shape)) > LAYOUT_MAX_RANK)
		return err_set(e, RC_INPUT, "tensor %s: rank %zu, at most %d",
		    x->t.name, x->t.rank, LAYOUT_MAX_RANK);
	json_array_foreach(shape, i, v) {
		if (read_count(&d, v) != 0)
			return err_set(e, RC_INPUT, "tensor %s: dimension %zu "
			    "is not a size", x->t.name, i);
		if (d != 0 && n > UINT64_MAX / 16 / d)
			return err_set(e, RC_INPUT,
			    "tensor %s: too many values", x->t.name);
		x->t.shape[i] = (size_t)d;
		n *= d;
	}
	x->t.n = (size_t)n;
	return 0;
}

static int
read_offsets(struct entry *x, const json_t *o, const struct reading *r,
    struct err *e)
{
	json_t *a = json_object_get(o, "data_offsets");
	uint64_t bytes = (uint64_t)x->t.n * x->kind->size;

	if (json_array_size(a) != 2 ||
	    read_count(&x->begin, json_array_get(a, 0)) != 0 ||
	    read_count(&x->end, json_array_get(a, 1)) != 0)
		return err_set(e, RC_INPUT,
		    "tensor %s: no pair of data_offsets", x->t.name);
	if (x->begin > x->end)
		return err_set(e, RC_INPUT, "tensor %s: data from %" PRIu64
		    " to %" PRIu64, x->t.name, x->begin, x->end);
	if (x->end > r->n_data)
		return err_set(e, RC_INPUT, "tensor %s: data end at %" PRIu64
		    ", the file has %" PRIu64, x->t.name, x->end, r->n_data);
	if (x->end - x->begin != bytes)
		return err_set(e, RC_INPUT, "tensor %s: %" PRIu64 " bytes of "
		    "data, dtype and shape need %" PRIu64, x->t.name,
		    x->end - x->begin, bytes);
	x->t.data = r->data + x->begin;
	return 0;
}

static int
read_entry(struct reading *r, const char *name, json_t *o,
    struct err *e)
{
	struct entry *x = &r->entry[r->n];
	const char *key;
	json_t *v;

	memset(x, 0, sizeof *x);
	if (!json_is_object(o))
		return err_set(e, RC_INPUT, "tensor %.128s: no object", name);
	json_object_foreach(o, key, v)
		if (strcmp(key, "dtype") != 0 && strcmp(key, "shape") != 0 &&
		    strcmp(key, "data_offsets") != 0)
			return err_set(e, RC_INPUT, "tensor %.128s: unknown "
			    "key \"%.32s\"", name, key);
	if ((x->t.name = mem_strdup(name)) == NULL)
		return err_nomem(e);
	r->n++;
	if (read_dtype(x, o, e) != 0 || read_shape(x, o, e) != 0)
		return -1;
	return read_offsets(x, o, r, e);
}

static int
by_data(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	if (x->end != y->end)		/* empty ones come first */
		return x->end < y->end ? -1 : 1;
	return strcmp(x->t.name, y->t.name);
}

/* In order of their data, each must begin where the last one ended. */
static int
check_coverage(struct reading *r, struct err *e)
{
	uint64_t at = 0;
	size_t i;

	if (r->n > 0)
		qsort(r->entry, r->n, sizeof *r->entry, by_data);
	for (i = 0; i < r->n; at = r->entry[i++].end)
		if (r->entry[i].begin != at)
			return err_set(e, RC_INPUT, "tensor %s: data begin at "
			    "%" PRIu64 ", the tensor before ends at %" PRIu64,
			    r->entry[i].t.name, r->entry[i].begin, at);
	return at == r->n_data ? 0 : err_set(e, RC_INPUT, "tensors cover %"
	    PRIu64 " bytes of %" PRIu64, at, r->n_data);
}

static int
check_metadata(json_t *o, struct err *e)
{
	const char *key;
	json_t *v;

	if (!json_is_object(o))
		return err_set(e, RC_INPUT, "__metadata__ is not an object");
	json_object_foreach(o, key, v)
		if (!json_is_string(v))
			return err_set(e, RC_INPUT,
			    "__metadata__: \"%.64s\" is not a string", key);
	return 0;
}

static int
read_header(struct reading *r, json_t *header, struct err *e)
{
	const char *name;
	json_t *v;

	if (!json_is_object(header))
		return err_set(e, RC_INPUT, "the header is not an object");
	r->entry = mem_alloc(json_object_size(header), sizeof *r->entry);
	if (r->entry == NULL)
		return err_nomem(e);
	json_object_foreach(header, name, v) {
		if (strcmp(name, "__metadata__") == 0) {
			if (check_metadata(v, e) != 0)
				return -1;
		} else if (read_entry(r, name, v, e) != 0)
			return -1;
	}
	return check_coverage(r, e);
}

/* Takes what r holds into r->s, whatever came of it. */
static int
keep_tensors(struct reading *r, struct err *e)
{
	struct safetensors *s = r->s;
	size_t i;

	if ((s->t = mem_alloc(r->n, sizeof *s->t)) == NULL) {
		for (i = 0; i < r->n; i++)
			mem_free(r->entry[i].t.name);
		return err_nomem(e);
	}
	for (i = 0; i < r->n; i++)
		s->t[i] = r->entry[i].t;
	s->n_tensors = r->n;
	return 0;
}

static int
read_map(struct safetensors *s, struct err *e)
{
	const unsigned char *map = s->map.p;
	struct reading r = { .s = s };
	json_error_t why;
	json_t *header;
	uint64_t n = 0;
	int i, status;

	if (s->map.n < LENGTH_BYTES)
		return err_set(e, RC_INPUT, "%zu bytes, a header needs %d",
		    s->map.n, LENGTH_BYTES);
	for (i = LENGTH_BYTES - 1; i >= 0; i--)
		n = n << 8 | map[i];
	if (n > MAX_HEADER)
		return err_set(e, RC_INPUT, "a header of %" PRIu64
		    " bytes, at most %d are allowed", n, MAX_HEADER);
	if (n > s->map.n - LENGTH_BYTES)
		return err_set(e, RC_INPUT, "a header of %" PRIu64 " bytes, "
		    "the file has %zu", n, s->map.n);
	/* jansson passes other white space, before and after */
	if (n > 0 && (map[LENGTH_BYTES] != '{' ||
	    strchr("} ", map[LENGTH_BYTES + n - 1]) == NULL))
		return err_set(e, RC_INPUT, "header: does not begin with '{' "
		    "and end with '}' or spaces");
	header = json_loadb((const char *)map + LENGTH_BYTES, (size_t)n,
	    JSON_REJECT_DUPLICATES, &why);
	if (header == NULL)
		return err_set(e, RC_INPUT, "header: byte %d: %s",
		    why.position, why.text);
	r.data = map + LENGTH_BYTES + n;
	r.n_data = s->map.n - LENGTH_BYTES - n;
	status = read_header(&r, header, e);
	if (r.entry != NULL && keep_tensors(&r, e) != 0)
		status = -1;
	mem_free(r.entry);
	json_decref(header);
	return status;
}

struct safetensors *
safetensors_open(const char *path, struct err *e)
{
	struct safetensors *s = mem_zalloc(1, sizeof *s);

	if (s == NULL || (s->path = mem_strdup(path)) == NULL) {
		mem_free(s);
		err_nomem(e);
		return NULL;
	}
	if (file_map_open(&s->map, path, e) != 0 || read_map(s, e) != 0) {
		safetensors_close(s);
		err_prefix(e, path);
		return NULL;
	}
	return s;
}

void
safetensors_close(struct safetensors *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->n_tensors; i++)
		mem_free(s->t[i].name);
	mem_free(s->t);
	file_map_close(&s->map);
	mem_free(s->path);
	mem_free(s);
}

const struct safetensor *
safetensors_find(const struct safetensors *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->n_tensors; i++)
		if (strcmp(s->t[i].name, name) == 0)
			return &s->t[i];
	return NULL;
}

int
safetensors_read_f32(float *x, const struct safetensors *s,
    const struct safetensor *t, struct err *e)
{
	if (t->dtype == DT_COUNT)
		return err_set(e, RC_INPUT, "%s: tensor %s: dtype %s cannot "
		    "be converted", s->path, t->name, t->dtype_text);
	dtype_to_f32(x, t->data, t->n, t->dtype);
	return 0;
}
