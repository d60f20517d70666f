#include <string.h>

#include "base/mem.h"
#include "stream/reader_state.h"

struct ts_reader *
ts_reader_new(FILE *fp, const char *name)
{
	struct ts_reader *r = mem_zalloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	r->cited_limit = SIZE_MAX;
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

static void
drop_resources(struct ts_reader *r)
{
	while (r->n_resources > 0)
		resource_drop(r->resource[--r->n_resources]);
	r->cited = 0;
}

void
ts_reader_free(struct ts_reader *r)
{
	if (r == NULL)
		return;
	frame_reader_free(r->frames);
	wire_object_free(&r->header);
	wire_object_free(&r->record);
	drop_resources(r);
	mem_free(r->resource);
	digest_free(r->segment_digest);
	digest_free(r->stream_digest);
	prov_free(r->prov);
	mem_free(r->origin);
	shards_free(&r->shards);
	mem_free(r->name);
	mem_free(r);
}

void
ts_reader_limit(struct ts_reader *r, size_t bytes)
{
	r->cited_limit = bytes;
}

static int
begin_segment(struct ts_reader *r)
{
	size_t used;

	wire_object_free(&r->header);
	drop_resources(r);
	r->in_segment = 0;
	r->bytes = 0;
	if (wire_get_map(&r->header, r->p, r->n, &used, &r->err) != 0)
		return reader_fail_here(r);
	if (r->header.kind != WIRE_HEADER) {
		err_set(&r->err, RC_INPUT,
		    "a stream begins with a header, not with a record");
		return reader_fail_here(r);
	}
	digest_reset(r->segment_digest);
	r->segment++;
	reader_take(r, used, 0);
	r->state = IN_SEGMENT;
	if (shards_add(&r->shards, r->header.u.header.shard,
	    r->header.u.header.shards, &r->err) != 0)
		return reader_fail_here(r);
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
	return reader_fail(r);
}

static int
end_segment(struct ts_reader *r, const struct wire_end *t, size_t used)
{
	char digest[DIGEST_SIZE];

	digest_hex(r->segment > 1 ? r->segment_digest : r->stream_digest,
	    digest);
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
		return reader_fail_here(r);
	reader_take(r, used, 1);
	r->state = BEFORE_SEGMENT;
	return note_provenance(r, t->prov);
}

static const struct layout *
record_layout(const struct ts_reader *r)
{
	const struct wire_record *c = &r->record.u.record;

	return c->own ? c->own : r->header.u.header.layouts[c->layout];
}

/* Gives the terms what they cite. */
static int
resolve(struct ts_reader *r, const struct wire_record *c)
{
	const size_t none = SIZE_MAX;
	size_t i;

	for (i = 0; c->recipe != NULL && i < c->recipe->n; i++) {
		struct recipe_term *t = &c->recipe->term[i];
		size_t b = c->cite[i].basis, d = c->cite[i].deviations;

		if ((b != none && (b >= r->n_resources ||
		    r->resource[b]->kind != RESOURCE_BASIS)) ||
		    (d != none && (d >= r->n_resources ||
		    r->resource[d]->kind != RESOURCE_DEVIATIONS))) {
			err_set(&r->err, RC_INPUT, "term %zu of its recipe "
			    "cites a resource that the segment has not", i);
			return reader_fail_here(r);
		}
		if (b != none)
			t->basis = resource_hold(r->resource[b]);
		if (d != none)
			t->deviations = resource_hold(r->resource[d]);
	}
	return 0;
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
		return reader_fail_here(r);
	}
	if (c->own == NULL && c->layout >= r->header.u.header.n_layouts) {
		err_set(&r->err, RC_INPUT, "layout %zu, the header has %zu",
		    c->layout, r->header.u.header.n_layouts);
		return reader_fail_here(r);
	}
	reader_take(r, used, 0);
	reader_begin_data(r, record_layout(r), c->recipe == NULL);
	return resolve(r, c) == 0 ? 1 : -1;
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
		return reader_fail(r);
	}
	if (shards_complete(&r->shards, &r->err) != 0)
		return reader_fail(r);
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
	if ((got = reader_more(r)) < 0)
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
		r->rows = 0;
		if ((got = reader_more(r)) < 0)
			return -1;
		if (r->state == BEFORE_SEGMENT) {
			if (got == 0)
				return end_stream(r);
			if (begin_segment(r) != 0)
				return -1;
			continue;
		}
		if (got == 0)
			return reader_truncated(r);
		if (wire_get_map(&r->record, r->p, r->n, &used, &r->err) != 0)
			return reader_fail_here(r);
		if (r->record.kind == WIRE_RECORD) {
			if (begin_record(r, used) < 0)
				return -1;
			rec->record = r->records - 1;
			rec->layout = record_layout(r);
			rec->labels = r->record.u.record.labels;
			rec->recipe = r->record.u.record.recipe;
			return 1;
		}
		if (r->record.kind == WIRE_RESOURCE) {
			if (reader_resource(r, &r->record.u.resource,
			    used) != 0)
				return -1;
			continue;
		}
		if (r->record.kind == WIRE_HEADER) {
			err_set(&r->err, RC_INPUT,
			    "a header inside a segment: no end mark");
			return reader_fail_here(r);
		}
		if (end_segment(r, &r->record.u.end, used) != 0)
			return -1;
	}
	return 0;
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

const struct recipe *
ts_reader_recipe(const struct ts_reader *r, const struct layout **l)
{
	if (r->state != IN_SEGMENT || r->record.kind != WIRE_RECORD)
		return NULL;
	*l = record_layout(r);
	return r->record.u.record.recipe;
}
