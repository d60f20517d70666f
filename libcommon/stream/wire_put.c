#include <msgpack.h>
#include <string.h>

#include "base/mem.h"
#include "stream/wire.h"

int
wire_reserve(struct wire_buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 4096;
	unsigned char *p;

	if (b->n + more <= b->cap)
		return 0;
	while (cap < b->n + more)
		cap *= 2;
	if ((p = mem_grow(b->p, cap, 1)) == NULL)
		return -1;
	b->p = p;
	b->cap = cap;
	return 0;
}

void
wire_buf_free(struct wire_buf *b)
{
	mem_free(b->p);
	memset(b, 0, sizeof *b);
}

/* What msgpack-c calls to write; a failure is sticky. */
static int
append(void *data, const char *bytes, size_t n)
{
	struct wire_buf *b = data;

	if (wire_reserve(b, n) != 0)
		return -1;
	memcpy(b->p + b->n, bytes, n);
	b->n += n;
	return 0;
}

static int
put_str(msgpack_packer *pk, const char *s)
{
	return msgpack_pack_str_with_body(pk, s, strlen(s));
}

static int
put_uint(msgpack_packer *pk, const char *key, uint64_t v)
{
	return put_str(pk, key) | msgpack_pack_uint64(pk, v);
}

static int
put_text(msgpack_packer *pk, const char *key, const char *v)
{
	return put_str(pk, key) | put_str(pk, v);
}

static int
put_layout(msgpack_packer *pk, const struct layout *l)
{
	int bad = msgpack_pack_array(pk, l->n_tensors);
	size_t i, k;

	for (i = 0; i < l->n_tensors; i++) {
		const struct tensor_spec *t = &l->t[i];

		bad |= msgpack_pack_map(pk, 3);
		bad |= put_text(pk, "name", t->name);
		bad |= put_text(pk, "dtype", dtype_name(t->dtype));
		bad |= put_str(pk, "shape");
		bad |= msgpack_pack_array(pk, t->rank);
		for (k = 0; k < t->rank; k++)
			bad |= msgpack_pack_uint64(pk, t->shape[k]);
	}
	return bad;
}

static int
put_input(msgpack_packer *pk, const struct prov_input *in)
{
	int bad = msgpack_pack_map(pk, 3);
	size_t i;

	bad |= put_text(pk, "name", in->name);
	bad |= put_str(pk, "digest");
	bad |= in->digest[0] ? put_str(pk, in->digest) : msgpack_pack_nil(pk);
	bad |= put_str(pk, "from");
	bad |= msgpack_pack_array(pk, in->n_from);
	for (i = 0; i < in->n_from; i++)
		bad |= msgpack_pack_uint64(pk, in->from[i]);
	return bad;
}

static int
put_prov(msgpack_packer *pk, const struct prov *p)
{
	int bad = put_str(pk, "provenance");
	size_t i, k;

	bad |= msgpack_pack_array(pk, p->n);
	for (i = 0; i < p->n; i++) {
		const struct prov_node *d = &p->node[i];

		bad |= msgpack_pack_map(pk, 5);
		bad |= put_text(pk, "tool", d->tool);
		bad |= put_text(pk, "release", d->release);
		bad |= put_str(pk, "argv");
		bad |= msgpack_pack_array(pk, d->argc);
		for (k = 0; k < d->argc; k++)
			bad |= put_str(pk, d->argv[k]);
		bad |= put_str(pk, "seed");
		bad |= d->has_seed ? msgpack_pack_uint64(pk, d->seed) :
		    msgpack_pack_nil(pk);
		bad |= put_str(pk, "inputs");
		bad |= msgpack_pack_array(pk, d->n_inputs);
		for (k = 0; k < d->n_inputs; k++)
			bad |= put_input(pk, &d->input[k]);
	}
	return bad;
}

int
wire_put_header(struct wire_buf *b, const struct wire_header *h)
{
	msgpack_packer pk;
	size_t i;
	int bad;

	msgpack_packer_init(&pk, b, append);
	bad = msgpack_pack_map(&pk, 6);
	bad |= put_text(&pk, "format", "plumbline");
	bad |= put_uint(&pk, "version", STREAM_VERSION);
	bad |= put_text(&pk, "content", h->content);
	bad |= put_str(&pk, "shard");
	bad |= msgpack_pack_array(&pk, 2);
	bad |= msgpack_pack_uint64(&pk, h->shard);
	bad |= msgpack_pack_uint64(&pk, h->shards);
	bad |= put_str(&pk, "layouts");
	bad |= msgpack_pack_array(&pk, h->n_layouts);
	for (i = 0; i < h->n_layouts; i++)
		bad |= put_layout(&pk, h->layouts[i]);
	bad |= put_prov(&pk, h->prov);
	return bad ? -1 : 0;
}

static int
put_labels(msgpack_packer *pk, const struct ts_labels *l)
{
	int bad = put_str(pk, "labels"), k, n = 0;

	for (k = 0; k < L_COUNT; k++)
		n += labels_has(l, (enum label_key)k);
	bad |= msgpack_pack_map(pk, (size_t)n);
	for (k = 0; k < L_COUNT; k++) {
		if (!labels_has(l, (enum label_key)k))
			continue;
		bad |= put_str(pk, label_name((enum label_key)k));
		switch (label_type((enum label_key)k)) {
		case LABEL_INT:
			bad |= msgpack_pack_int64(pk, l->v[k].i);
			break;
		case LABEL_REAL:
			bad |= msgpack_pack_double(pk, l->v[k].x);
			break;
		case LABEL_TEXT:
			bad |= put_str(pk, l->v[k].s);
			break;
		}
	}
	return bad;
}

static int
put_cite(msgpack_packer *pk, const char *key, size_t cite)
{
	return put_str(pk, key) | (cite == SIZE_MAX ? msgpack_pack_nil(pk) :
	    msgpack_pack_uint64(pk, cite));
}

static int
put_real(msgpack_packer *pk, const char *key, double x)
{
	return put_str(pk, key) | msgpack_pack_double(pk, x);
}

static int
put_recipe(msgpack_packer *pk, const struct wire_record *r)
{
	int bad = put_str(pk, "recipe");
	size_t i;

	bad |= msgpack_pack_array(pk, r->recipe->n);
	for (i = 0; i < r->recipe->n; i++) {
		const struct recipe_term *t = &r->recipe->term[i];

		bad |= msgpack_pack_map(pk, 10);
		bad |= put_text(pk, "kind", "gaussian");
		bad |= put_text(pk, "scheme", t->scheme == SCHEME_RESEEDED ?
		    "reseeded" : "independent");
		bad |= put_uint(pk, "seed", t->seed);
		bad |= put_uint(pk, "draw", t->draw);
		bad |= put_real(pk, "weight", t->weight);
		bad |= put_real(pk, "sigma", t->sigma);
		bad |= put_real(pk, "norm", t->norm);
		bad |= put_str(pk, "tensors");
		bad |= t->tensors == NULL ? msgpack_pack_nil(pk) :
		    put_str(pk, t->tensors);
		bad |= put_cite(pk, "basis", r->cite[i].basis);
		bad |= put_cite(pk, "deviations", r->cite[i].deviations);
	}
	return bad;
}

int
wire_put_record(struct wire_buf *b, const struct wire_record *r)
{
	msgpack_packer pk;
	int bad;

	msgpack_packer_init(&pk, b, append);
	bad = msgpack_pack_map(&pk, r->recipe ? 4 : 3);
	bad |= put_uint(&pk, "record", r->record);
	bad |= put_str(&pk, "layout");
	bad |= r->own ? put_layout(&pk, r->own) :
	    msgpack_pack_uint64(&pk, r->layout);
	bad |= put_labels(&pk, &r->labels);
	if (r->recipe != NULL)
		bad |= put_recipe(&pk, r);
	return bad ? -1 : 0;
}

int
wire_put_resource(struct wire_buf *b, const struct wire_resource *r)
{
	msgpack_packer pk;
	int bad;

	msgpack_packer_init(&pk, b, append);
	bad = msgpack_pack_map(&pk, 4);
	bad |= put_uint(&pk, "resource", r->resource);
	bad |= put_text(&pk, "kind", r->kind == RESOURCE_BASIS ? "basis" :
	    "deviations");
	bad |= put_uint(&pk, "rows", r->rows);
	bad |= put_str(&pk, "layout");
	bad |= put_layout(&pk, r->layout);
	return bad ? -1 : 0;
}

int
wire_put_end(struct wire_buf *b, const struct wire_end *t)
{
	msgpack_packer pk;
	int bad;

	msgpack_packer_init(&pk, b, append);
	bad = msgpack_pack_map(&pk, 4);
	bad |= put_uint(&pk, "end", t->records);
	bad |= put_uint(&pk, "bytes", t->bytes);
	bad |= put_text(&pk, "digest", t->digest);
	bad |= put_prov(&pk, t->prov);
	return bad ? -1 : 0;
}

int
wire_put_bin(struct wire_buf *b, size_t n)
{
	msgpack_packer pk;

	msgpack_packer_init(&pk, b, append);
	return msgpack_pack_bin(&pk, n) ? -1 : 0;
}
