#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "stream/digest.h"
#include "stream/frame.h"
#include "stream/reader.h"
#include "stream/shards.h"
#include "tensor/finite.h"

enum state { BEFORE_SEGMENT, IN_SEGMENT, ENDED, FAILED };

struct ts_reader {
	char			*name;
	struct frame_reader	*frames;
	const unsigned char	*p;	/* what is left of the frame */
	size_t			 n;
	enum state		 state;
	struct err		 err;

	struct wire_object	 header;	/* of the segment */
	struct wire_object	 record;
	size_t			 segment;	/* how many began */
	size_t			 in_segment;	/* records of this segment */
	size_t			 records;	/* of all segments */
	size_t			 bytes;		/* chunk data of the segment */
	size_t			 tensor, done;	/* place in the record */

	struct digest		*segment_digest, *stream_digest;
	char			 digest[DIGEST_SIZE];
	struct prov		*prov;
	size_t			*origin;
	size_t			 n_origins;
	struct shards		 shards;
};

struct ts_reader *
ts_reader_new(FILE *fp, const char *name)
{
	struct ts_reader *r = mem_zalloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	r->name = mem_strdup(name);
	r->frames = frame_reader_new(fp);
	r->segment_digest = digest_new();
	r->stream_digest = digest_new();
	r->prov = prov_new();
	if (r->name == NULL || r->frames == NULL || r->prov == NULL ||
	    r->segment_digest == NULL || r->stream_digest == NULL) {
		ts_reader_free(r);
		return NULL;
	}
	return r;
}

void
ts_reader_free(struct ts_reader *r)
{
	if (r == NULL)
		return;
	frame_reader_free(r->frames);
	wire_object_free(&r->header);
	wire_object_free(&r->record);
	digest_free(r->segment_digest);
	digest_free(r->stream_digest);
	prov_free(r->prov);
	mem_free(r->origin);
	shards_free(&r->shards);
	mem_free(r->name);
	mem_free(r);
}

/* The stream stays failed; the message gets the file's name and place. */
static int
fail(struct ts_reader *r)
{
	r->state = FAILED;
	err_prefix(&r->err, r->name);
	return -1;
}

/* A fault of the current object. */
static int
fail_here(struct ts_reader *r)
{
	char where[80];

	if (r->in_segment > 0)
		snprintf(where, sizeof where, "offset %" PRIu64 ": record %zu",
		    frame_offset(r->frames), r->records - 1);
	else
		snprintf(where, sizeof where, "offset %" PRIu64,
		    frame_offset(r->frames));
	err_prefix(&r->err, where);
	return fail(r);
}

/* Content to read: 1; the end of the file: 0. */
static int
more(struct ts_reader *r)
{
	int got = 1;

	if (r->n == 0 && (got = frame_read(r->frames, &r->p, &r->n,
	    &r->err)) < 0)
		return fail(r);
	return got;
}

static void
take(struct ts_reader *r, size_t used)
{
	digest_update(r->stream_digest, r->p, used);
	r->p += used;
	r->n -= used;
}

static int
truncated(struct ts_reader *r)
{
	err_set(&r->err, RC_INPUT, "offset %" PRIu64
	    ": truncated: no end mark", frame_position(r->frames));
	return fail(r);
}

static int
begin_segment(struct ts_reader *r)
{
	size_t used;

	wire_object_free(&r->header);
	r->in_segment = 0;
	r->bytes = 0;
	if (wire_get_map(&r->header, r->p, r->n, &used, &r->err) != 0)
		return fail_here(r);
	if (r->header.kind != WIRE_HEADER) {
		err_set(&r->err, RC_INPUT,
		    "a stream begins with a header, not with a record");
		return fail_here(r);
	}
	digest_reset(r->segment_digest);
	digest_update(r->segment_digest, r->p, used);
	take(r, used);
	r->segment++;
	r->state = IN_SEGMENT;
	if (shards_add(&r->shards, r->header.u.header.shard,
	    r->header.u.header.shards, &r->err) != 0)
		return fail_here(r);
	return 0;
}

/* Keeps what made this segment: its header's word, or the end map's. */
static int
note_provenance(struct ts_reader *r, const struct prov *p)
{
	size_t *map = mem_alloc(p->n, sizeof *map);
	size_t *origin = mem_grow(r->origin, r->n_origins + 1,
	    sizeof *origin);
	int bad;

	if (origin != NULL)
		r->origin = origin;
	bad = map == NULL || origin == NULL ||
	    prov_merge(r->prov, p, map) != 0;
	if (!bad)
		r->origin[r->n_origins++] = map[p->n - 1];
	mem_free(map);
	if (!bad)
		return 0;
	err_nomem(&r->err);
	return fail(r);
}

static int
end_segment(struct ts_reader *r, const struct wire_end *t, size_t used)
{
	char digest[DIGEST_SIZE];

	digest_hex(r->segment_digest, digest);
	if (t->records != r->in_segment)
		err_set(&r->err, RC_INPUT, "%zu records, the end map says %zu",
		    r->in_segment, t->records);
	else if (t->bytes != r->bytes)
		err_set(&r->err, RC_INPUT,
		    "%zu bytes of data, the end map says %zu", r->bytes,
		    t->bytes);
	else if (strcmp(t->digest, digest) != 0)
		err_set(&r->err, RC_INPUT,
		    "digest %s, the end map says %s", digest, t->digest);
	if (r->err.rc != RC_OK)
		return fail_here(r);
	take(r, used);
	r->state = BEFORE_SEGMENT;
	return note_provenance(r, t->prov);
}

static const struct layout *
record_layout(const struct ts_reader *r)
{
	const struct wire_record *c = &r->record.u.record;

	return c->own ? c->own : r->header.u.header.layouts[c->layout];
}

static int
begin_record(struct ts_reader *r, size_t used)
{
	const struct wire_record *c = &r->record.u.record;

	r->records++;
	r->in_segment++;
	if (c->record != r->in_segment - 1) {
		err_set(&r->err, RC_INPUT, "out of order: it says record %zu "
		    "of its segment, which has %zu before it", c->record,
		    r->in_segment - 1);
		return fail_here(r);
	}
	if (c->own == NULL && c->layout >= r->header.u.header.n_layouts) {
		err_set(&r->err, RC_INPUT, "layout %zu, the header has %zu",
		    c->layout, r->header.u.header.n_layouts);
		return fail_here(r);
	}
	digest_update(r->segment_digest, r->p, used);
	take(r, used);
	r->tensor = 0;
	r->done = 0;
	return 1;
}

/* The next tensor of the record that still has values: 1, or 0. */
static int
unfinished(struct ts_reader *r)
{
	const struct layout *l = record_layout(r);

	while (r->tensor < l->n_tensors && r->done == l->t[r->tensor].n) {
		r->tensor++;
		r->done = 0;
	}
	return r->tensor < l->n_tensors;
}

int
ts_read_chunk(struct ts_reader *r, struct ts_chunk *c)
{
	const struct tensor_spec *t;
	size_t head, size, want;
	int got;

	if (r->state == FAILED)
		return -1;
	if (r->state != IN_SEGMENT || r->record.kind != WIRE_RECORD ||
	    !unfinished(r))
		return 0;
	t = &record_layout(r)->t[r->tensor];
	if ((got = more(r)) <= 0)
		return got < 0 ? -1 : truncated(r);
	want = t->n - r->done;
	if (want > CHUNK_BYTES / dtype_size(t->dtype))
		want = CHUNK_BYTES / dtype_size(t->dtype);
	got = wire_get_bin(r->p, r->n, &head, &size);
	if (got == 1 && size != want * dtype_size(t->dtype))
		err_set(&r->err, RC_INPUT, "tensor %s: a chunk of %zu bytes, "
		    "%zu expected", t->name, size,
		    want * dtype_size(t->dtype));
	else if (got < 0 || (got == 1 && size > r->n - head))
		err_set(&r->err, RC_INPUT,
		    "tensor %s: a chunk is cut by the end of its frame",
		    t->name);
	else if (got == 0)
		err_set(&r->err, RC_INPUT, "tensor %s: %zu of %zu values, "
		    "then something else", t->name, r->done, t->n);
	if (r->err.rc != RC_OK)
		return fail_here(r);
	*c = (struct ts_chunk){ t, r->done, want, r->p + head };
	digest_update(r->segment_digest, r->p, head + size);
	take(r, head + size);
	r->done += want;
	r->bytes += size;
	return 1;
}

/* What the caller left of a record is read all the same. */
static int
finish_record(struct ts_reader *r)
{
	struct ts_chunk c;
	int got;

	while ((got = ts_read_chunk(r, &c)) == 1)
		;
	return got;
}

static int
end_stream(struct ts_reader *r)
{
	if (r->segment == 0) {
		err_set(&r->err, RC_INPUT, "empty: no stream");
		return fail(r);
	}
	if (shards_complete(&r->shards, &r->err) != 0)
		return fail(r);
	digest_hex(r->stream_digest, r->digest);
	r->state = ENDED;
	return 0;
}

int
ts_reader_start(struct ts_reader *r)
{
	int got;

	if (r->state == FAILED)
		return -1;
	if (r->segment > 0)
		return 1;
	if ((got = more(r)) < 0)
		return -1;
	if (got == 0)
		return end_stream(r);
	return begin_segment(r) == 0 ? 1 : -1;
}

int
ts_read_record(struct ts_reader *r, struct ts_record *rec)
{
	size_t used;
	int got;

	if (r->state == FAILED || finish_record(r) < 0)
		return -1;
	while (r->state != ENDED) {
		wire_object_free(&r->record);
		r->record.kind = WIRE_HEADER;	/* no record */
		if ((got = more(r)) < 0)
			return -1;
		if (r->state == BEFORE_SEGMENT) {
			if (got == 0)
				return end_stream(r);
			if (begin_segment(r) != 0)
				return -1;
			continue;
		}
		if (got == 0)
			return truncated(r);
		if (wire_get_map(&r->record, r->p, r->n, &used, &r->err) != 0)
			return fail_here(r);
		if (r->record.kind == WIRE_RECORD) {
			if (begin_record(r, used) < 0)
				return -1;
			rec->record = r->records - 1;
			rec->layout = record_layout(r);
			rec->labels = r->record.u.record.labels;
			return 1;
		}
		if (r->record.kind == WIRE_HEADER) {
			err_set(&r->err, RC_INPUT,
			    "a header inside a segment: no end mark");
			return fail_here(r);
		}
		if (end_segment(r, &r->record.u.end, used) != 0)
			return -1;
	}
	return 0;
}

int
ts_read_f32(struct ts_reader *r, float *x)
{
	struct ts_chunk c;
	size_t bad;
	int got;

	while ((got = ts_read_chunk(r, &c)) == 1) {
		float *dst = x + c.tensor->offset + c.offset;

		dtype_to_f32(dst, c.data, c.n, c.tensor->dtype);
		if ((bad = finite_prefix_f32(dst, c.n)) == c.n)
			continue;
		err_set(&r->err, RC_INPUT, "record %zu: tensor %s: value %zu "
		    "of %zu is %s", r->records - 1, c.tensor->name,
		    c.offset + bad, c.tensor->n,
		    isnan(dst[bad]) ? "not a number" : "infinite");
		return fail(r);
	}
	return got;
}

const struct err *
ts_reader_err(const struct ts_reader *r)
{
	return &r->err;
}

const char *
ts_reader_name(const struct ts_reader *r)
{
	return r->name;
}

const char *
ts_reader_content(const struct ts_reader *r)
{
	return r->segment == 0 ? NULL : r->header.u.header.content;
}

int
ts_reader_at_frame_end(const struct ts_reader *r)
{
	return r->n == 0;
}

const struct prov *
ts_reader_provenance(const struct ts_reader *r)
{
	return r->prov;
}

const struct prov *
ts_reader_header_provenance(const struct ts_reader *r)
{
	return r->segment == 0 ? NULL : r->header.u.header.prov;
}

const size_t *
ts_reader_origins(const struct ts_reader *r, size_t *n)
{
	*n = r->n_origins;
	return r->origin;
}

const char *
ts_reader_digest(const struct ts_reader *r)
{
	return r->digest;
}

size_t
ts_reader_layouts(const struct ts_reader *r)
{
	return r->segment == 0 ? 0 : r->header.u.header.n_layouts;
}

const struct layout *
ts_reader_layout(const struct ts_reader *r, size_t i)
{
	return r->header.u.header.layouts[i];
}

void
ts_reader_shard(const struct ts_reader *r, size_t *i, size_t *n)
{
	*i = r->segment == 0 ? 1 : r->header.u.header.shard;
	*n = r->segment == 0 ? 1 : r->header.u.header.shards;
}
