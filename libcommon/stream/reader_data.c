#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "stream/reader_state.h"
#include "tensor/finite.h"

int
reader_fail(struct ts_reader *r)
{
	r->state = FAILED;
	err_prefix(&r->err, r->name);
	return -1;
}

int
reader_fail_here(struct ts_reader *r)
{
	char where[80];

	if (r->in_segment > 0)
		snprintf(where, sizeof where, "offset %" PRIu64 ": record %zu",
		    frame_offset(r->frames), r->records - 1);
	else
		snprintf(where, sizeof where, "offset %" PRIu64,
		    frame_offset(r->frames));
	err_prefix(&r->err, where);
	return reader_fail(r);
}

int
reader_more(struct ts_reader *r)
{
	int got = 1;

	if (r->n == 0 && (got = frame_read(r->frames, &r->p, &r->n,
	    &r->err)) < 0)
		return reader_fail(r);
	return got;
}

void
reader_take(struct ts_reader *r, size_t used, int is_end)
{
	if (!is_end && r->segment > 1)
		digest_update(r->segment_digest, r->p, used);
	digest_update(r->stream_digest, r->p, used);
	r->p += used;
	r->n -= used;
}

int
reader_truncated(struct ts_reader *r)
{
	err_set(&r->err, RC_INPUT, "offset %" PRIu64
	    ": truncated: no end mark", frame_position(r->frames));
	return reader_fail(r);
}

void
reader_begin_data(struct ts_reader *r, const struct layout *l, size_t rows)
{
	r->layout = l;
	r->rows = rows;
	r->tensor = 0;
	r->done = 0;
}

/* Goes on to the next tensor that still has values: 1; all are read: 0. */
static int
unfinished(struct ts_reader *r)
{
	const struct layout *l = r->layout;

	for (; r->rows > 0; r->rows--, r->tensor = 0, r->done = 0) {
		while (r->tensor < l->n_tensors &&
		    r->done == l->t[r->tensor].n) {
			r->tensor++;
			r->done = 0;
		}
		if (r->tensor < l->n_tensors)
			return 1;
		if (l->n == 0)		/* any number of empty rows */
			r->rows = 1;
	}
	return 0;
}

int
ts_read_chunk(struct ts_reader *r, struct ts_chunk *c)
{
	const struct tensor_spec *t;
	size_t head, size, want;
	int got;

	if (r->state == FAILED)
		return -1;
	if (r->state != IN_SEGMENT || !unfinished(r))
		return 0;
	t = &r->layout->t[r->tensor];
	if ((got = reader_more(r)) <= 0)
		return got < 0 ? -1 : reader_truncated(r);
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
		return reader_fail_here(r);
	*c = (struct ts_chunk){ t, r->done, want, r->p + head };
	reader_take(r, head + size, 0);
	r->done += want;
	r->bytes += size;
	return 1;
}

/* What a resource will take counts when it is announced. */
static int
count_resource(struct ts_reader *r, const struct wire_resource *c)
{
	size_t left = r->cited_limit - r->cited, n = c->layout->n;

	if (n > 0 && c->rows > left / sizeof(float) / n) {
		err_set(&r->err, RC_INPUT, "resource %zu: %zu rows of %zu "
		    "values, held for recipes that cite them, need more than "
		    "the %zu bytes there are for it", c->resource, c->rows, n,
		    left);
		return reader_fail_here(r);
	}
	r->cited += c->rows * n * sizeof(float);
	return 0;
}

int
reader_resource(struct ts_reader *r, struct wire_resource *c, size_t used)
{
	struct resource **list = mem_grow(r->resource, r->n_resources + 1,
	    sizeof *list);
	struct ts_chunk chunk;
	size_t n = 0, cap = 0, all;
	float *x = NULL, *grown = x;
	int got;

	if (list != NULL)
		r->resource = list;
	if (c->resource != r->n_resources) {
		err_set(&r->err, RC_INPUT, "out of order: it says resource "
		    "%zu, %zu are before it", c->resource, r->n_resources);
		return reader_fail_here(r);
	}
	if (count_resource(r, c) != 0)
		return -1;
	all = c->rows * c->layout->n;
	reader_take(r, used, 0);
	reader_begin_data(r, c->layout, c->rows);
	while ((got = ts_read_chunk(r, &chunk)) == 1) {
		if (n + chunk.n > cap) {
			cap = 2 * cap + chunk.n;
			cap = cap < all ? cap : all;
			if ((grown = mem_grow(x, cap, sizeof *x)) == NULL)
				break;
			x = grown;
		}
		memcpy(x + n, chunk.data, chunk.n * sizeof *x);
		n += chunk.n;
	}
	if (got == 0 && x == NULL)
		grown = x = mem_alloc(0, sizeof *x);
	if (got == 0 && list != NULL && grown != NULL) {
		list[r->n_resources] = resource_new(c->kind, c->layout,
		    c->rows, x);
		c->layout = NULL;	/* taken over, even by a failure */
		r->layout = NULL;
		x = NULL;
		if (list[r->n_resources] != NULL) {
			r->n_resources++;
			return 0;
		}
	}
	mem_free(x);
	if (got < 0)
		return -1;
	err_nomem(&r->err);
	return reader_fail_here(r);
}

static int
refuse_recipe(struct ts_reader *r)
{
	if (r->state != IN_SEGMENT || r->record.kind != WIRE_RECORD ||
	    r->record.u.record.recipe == NULL)
		return 0;
	err_set(&r->err, RC_INPUT, "record %zu: a recipe, not values",
	    r->records - 1);
	return reader_fail(r);
}

/* A chunk's values, at their place in the record x. */
static int
take_values(struct ts_reader *r, const struct ts_chunk *c, float *x)
{
	float *dst = x + c->tensor->offset + c->offset;
	size_t bad;

	if (c->tensor->dtype == DT_F32)
		bad = finite_copy_f32(dst, c->data, c->n);
	else {
		dtype_to_f32(dst, c->data, c->n, c->tensor->dtype);
		bad = finite_prefix_f32(dst, c->n);
	}
	if (bad == c->n)
		return 0;
	err_set(&r->err, RC_INPUT, "record %zu: tensor %s: value %zu of %zu "
	    "is %s", r->records - 1, c->tensor->name, c->offset + bad,
	    c->tensor->n, isnan(dst[bad]) ? "not a number" : "infinite");
	return reader_fail(r);
}

int
ts_read_f32(struct ts_reader *r, float *x)
{
	struct ts_chunk c;
	int got = refuse_recipe(r);

	if (got != 0)
		return -1;
	while ((got = ts_read_chunk(r, &c)) == 1)
		if (take_values(r, &c, x) != 0)
			return -1;
	return got;
}

int
ts_read_f32_new(struct ts_reader *r, float **x)
{
	size_t need, cap = 0;
	struct ts_chunk c;
	float *grown;
	int got = refuse_recipe(r);

	*x = NULL;
	while (got == 0 && (got = ts_read_chunk(r, &c)) == 1) {
		need = c.tensor->offset + c.offset + c.n;
		if (need > cap) {
			cap = need < r->layout->n - need ? 2 * need :
			    r->layout->n;
			if ((grown = mem_grow(*x, cap, sizeof *grown)) == NULL)
				break;
			*x = grown;
		}
		got = take_values(r, &c, *x);
	}
	if (got == 0 && *x == NULL)
		*x = mem_alloc(0, sizeof **x);
	if (got == 0 && *x != NULL)
		return 0;
	mem_free(*x);
	*x = NULL;
	if (got < 0)
		return -1;
	err_nomem(&r->err);
	return reader_fail_here(r);
}
