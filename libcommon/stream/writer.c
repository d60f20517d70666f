#include <string.h>

#include "base/mem.h"
#include "stream/digest.h"
#include "stream/frame.h"
#include "stream/writer.h"

struct ts_writer {
	struct frame_writer	*frames;
	struct wire_buf		 buf;		/* the frame being filled */
	size_t			 digested;	/* of buf */
	struct digest		*digest;
	struct layout		**layouts;
	size_t			 n_layouts;
	size_t			 records, bytes;
	struct layout		*current;	/* of the record, or NULL */
	struct resource		**resource;	/* that were written */
	size_t			 n_resources;
	size_t			 tensor, done;	/* bytes of the tensor */
	size_t			 left;		/* bytes of the open chunk */
};

void
ts_writer_free(struct ts_writer *w)
{
	size_t i;

	if (w == NULL)
		return;
	frame_writer_free(w->frames);
	wire_buf_free(&w->buf);
	digest_free(w->digest);
	for (i = 0; i < w->n_layouts; i++)
		layout_free(w->layouts[i]);
	mem_free(w->layouts);
	layout_free(w->current);
	for (i = 0; i < w->n_resources; i++)
		resource_drop(w->resource[i]);
	mem_free(w->resource);
	mem_free(w);
}

int
ts_write_flush(struct ts_writer *w, struct err *e)
{
	if (w->buf.n == 0)
		return 0;
	digest_update(w->digest, w->buf.p + w->digested,
	    w->buf.n - w->digested);
	if (w->buf.n > FRAME_MAX)
		return err_set(e, RC_INPUT, "a header or record of %zu bytes, "
		    "at most %d", w->buf.n, FRAME_MAX);
	if (frame_write(w->frames, w->buf.p, w->buf.n, e) != 0)
		return -1;
	w->buf.n = 0;
	w->digested = 0;
	return 0;
}

static int
write_header(struct ts_writer *w, const char *content, size_t shard,
    size_t shards, const struct prov *prov, struct err *e)
{
	struct wire_header h = { (char *)content, shard, shards, w->layouts,
	    w->n_layouts, (struct prov *)prov };

	if (wire_put_header(&w->buf, &h) != 0)
		return err_nomem(e);
	return ts_write_flush(w, e);
}

struct ts_writer *
ts_writer_new(FILE *fp, const char *content,
    const struct layout *const layouts[], size_t n_layouts, size_t shard,
    size_t shards, const struct prov *prov, struct err *e)
{
	struct ts_writer *w = mem_zalloc(1, sizeof *w);

	if (w == NULL)
		goto nomem;
	w->layouts = mem_zalloc(n_layouts, sizeof *w->layouts);
	w->frames = frame_writer_new(fp);
	w->digest = digest_new();
	if (w->layouts == NULL || w->frames == NULL || w->digest == NULL)
		goto nomem;
	for (; w->n_layouts < n_layouts; w->n_layouts++)
		if ((w->layouts[w->n_layouts] =
		    layout_copy(layouts[w->n_layouts])) == NULL)
			goto nomem;
	if (write_header(w, content, shard, shards, prov, e) == 0)
		return w;
	ts_writer_free(w);
	return NULL;
nomem:
	ts_writer_free(w);
	err_nomem(e);
	return NULL;
}

static size_t
tensor_bytes(const struct tensor_spec *t)
{
	return t->n * dtype_size(t->dtype);
}

/* Opens the next chunk of the record: 1, or 0 when the record is full. */
static int
open_chunk(struct ts_writer *w, struct err *e)
{
	const struct layout *l = w->current;
	const struct tensor_spec *t;

	while (w->tensor < l->n_tensors &&
	    w->done == tensor_bytes(&l->t[w->tensor])) {
		w->tensor++;
		w->done = 0;
	}
	if (w->tensor == l->n_tensors)
		return 0;
	t = &l->t[w->tensor];
	w->left = tensor_bytes(t) - w->done;
	if (w->left > CHUNK_BYTES)
		w->left = CHUNK_BYTES;
	if (wire_reserve(&w->buf, w->left + 8) != 0 ||
	    wire_put_bin(&w->buf, w->left) != 0)
		return err_nomem(e);
	return 1;
}

/* What was written of a record must be all of it. */
static int
complete(struct ts_writer *w, struct err *e)
{
	const struct layout *l = w->current;
	size_t i;

	if (l == NULL)
		return 0;
	for (i = w->tensor; i < l->n_tensors; i++)
		if (i == w->tensor ? w->done != tensor_bytes(&l->t[i]) :
		    l->t[i].n != 0)
			return err_set(e, RC_SYSTEM, "record %zu was not "
			    "written whole", w->records - 1);
	layout_free(w->current);
	w->current = NULL;
	return 0;
}

/* What follows is data in layout l; where chunks are cut starts anew. */
static int
begin_data(struct ts_writer *w, const struct layout *l, struct err *e)
{
	if ((w->current = layout_copy(l)) == NULL)
		return err_nomem(e);
	w->tensor = 0;
	w->done = 0;
	w->left = 0;
	return 0;
}

/* The map of a record; *r has its labels and perhaps a recipe. */
static int
write_record_map(struct ts_writer *w, struct wire_record *r,
    const struct layout *l, struct err *e)
{
	r->record = w->records;
	for (r->layout = 0; r->layout < w->n_layouts; r->layout++)
		if (layout_equal(w->layouts[r->layout], l))
			break;
	if (r->layout == w->n_layouts)
		r->own = (struct layout *)l;
	if (w->buf.n >= FRAME_FULL && ts_write_flush(w, e) != 0)
		return -1;
	if (wire_put_record(&w->buf, r) != 0)
		return err_nomem(e);
	w->records++;
	return 0;
}

int
ts_write_record(struct ts_writer *w, const struct layout *l,
    const struct ts_labels *labels, struct err *e)
{
	struct wire_record r = { .labels = *labels };

	if (labels_check(labels, e) != 0 || complete(w, e) != 0 ||
	    write_record_map(w, &r, l, e) != 0)
		return -1;
	return begin_data(w, l, e);
}

static int
same_resource(const struct resource *a, const struct resource *b)
{
	return a == b || (a->kind == b->kind && a->rows == b->rows &&
	    layout_equal(a->layout, b->layout) && memcmp(a->x, b->x,
	    a->rows * a->layout->n * sizeof *a->x) == 0);
}

static int
write_resource(struct ts_writer *w, struct resource *c, struct err *e)
{
	struct wire_resource head = { w->n_resources, c->kind, c->rows,
	    c->layout };
	struct resource **list = mem_grow(w->resource, w->n_resources + 1,
	    sizeof *list);
	size_t i;

	if (list == NULL)
		return err_nomem(e);
	w->resource = list;
	if (wire_put_resource(&w->buf, &head) != 0)
		return err_nomem(e);
	for (i = 0; i < c->rows; i++)
		if (begin_data(w, c->layout, e) != 0 ||
		    ts_write_values(w, c->x + i * c->layout->n,
		    c->layout->n * sizeof *c->x, e) != 0 ||
		    complete(w, e) != 0)
			return -1;
	w->resource[w->n_resources++] = resource_hold(c);
	return 0;
}

/* Which of the segment's resources c is, written if it is new. */
static int
cite(size_t *at, struct ts_writer *w, struct resource *c, struct err *e)
{
	*at = SIZE_MAX;
	if (c == NULL)
		return 0;
	for (*at = 0; *at < w->n_resources; ++*at)
		if (same_resource(w->resource[*at], c))
			return 0;
	return write_resource(w, c, e);
}

int
ts_write_recipe(struct ts_writer *w, const struct layout *l,
    const struct ts_labels *labels, const struct recipe *recipe,
    struct err *e)
{
	struct wire_record r = { .labels = *labels,
	    .recipe = (struct recipe *)recipe };
	size_t i;
	int status;

	if (labels_check(labels, e) != 0 || complete(w, e) != 0)
		return -1;
	r.cite = mem_alloc(recipe->n, sizeof *r.cite);
	status = r.cite == NULL ? err_nomem(e) : 0;
	for (i = 0; i < recipe->n && status == 0; i++)
		if (cite(&r.cite[i].basis, w, recipe->term[i].basis,
		    e) != 0 || cite(&r.cite[i].deviations, w,
		    recipe->term[i].deviations, e) != 0)
			status = -1;
	if (status == 0)
		status = write_record_map(w, &r, l, e);
	mem_free(r.cite);
	return status;
}

int
ts_write_values(struct ts_writer *w, const void *data, size_t bytes,
    struct err *e)
{
	const unsigned char *p = data;
	size_t n;
	int got;

	while (bytes > 0) {
		if (w->left == 0 && (got = open_chunk(w, e)) <= 0)
			return got < 0 ? -1 : err_set(e, RC_SYSTEM,
			    "more values than record %zu has", w->records - 1);
		n = bytes < w->left ? bytes : w->left;
		memcpy(w->buf.p + w->buf.n, p, n);
		w->buf.n += n;
		w->done += n;
		w->left -= n;
		w->bytes += n;
		p += n;
		bytes -= n;
		if (w->left == 0 && w->buf.n >= FRAME_FULL &&
		    ts_write_flush(w, e) != 0)
			return -1;
	}
	return 0;
}

int
ts_write_f32(struct ts_writer *w, const struct layout *l,
    const struct ts_labels *labels, const float *x, struct err *e)
{
	if (ts_write_record(w, l, labels, e) != 0)
		return -1;
	return ts_write_values(w, x, l->n * sizeof *x, e);
}

int
ts_write_end(struct ts_writer *w, const struct prov *prov, struct err *e)
{
	struct wire_end t = { w->records, w->bytes, "", (struct prov *)prov };

	if (complete(w, e) != 0)
		return -1;
	digest_update(w->digest, w->buf.p + w->digested,
	    w->buf.n - w->digested);
	w->digested = w->buf.n;
	digest_hex(w->digest, t.digest);
	if (wire_put_end(&w->buf, &t) != 0)
		return err_nomem(e);
	return ts_write_flush(w, e);
}
