/*
 * What the stream tests share: streams in memory, read through a file that
 * is reused, and told as text, so that two streams can be compared by what
 * they say.
 */
#ifndef UNIT_STREAMS_H
#define UNIT_STREAMS_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <zstd.h>

#include "base/mem.h"
#include "stream/reader.h"
#include "stream/writer.h"

struct bytes {
	char	*p;
	size_t	 n;
};

/* A file, at its beginning, that holds n bytes; the same one every time. */
static inline FILE *
as_file(const void *p, size_t n)
{
	static FILE *fp;

	if (fp == NULL)
		fp = tmpfile();
	assert_non_null(fp);
	assert_int_equal(ftruncate(fileno(fp), 0), 0);
	assert_int_equal(pwrite(fileno(fp), p, n, 0), (ssize_t)n);
	assert_int_equal(lseek(fileno(fp), 0, SEEK_SET), 0);
	return fp;
}

static inline void
tell_layout(FILE *fp, const struct layout *l)
{
	char shape[256];
	size_t i;

	for (i = 0; i < l->n_tensors; i++)
		fprintf(fp, " %s:%s%s", l->t[i].name,
		    dtype_name(l->t[i].dtype),
		    layout_shape_string(shape, sizeof shape, &l->t[i]));
}

static inline void
tell_labels(FILE *fp, const struct ts_labels *l)
{
	char value[LABEL_TEXT_MAX + 1];
	int k;

	for (k = 0; k < L_COUNT; k++)
		if (labels_has(l, (enum label_key)k))
			fprintf(fp, " %s=%s", label_name((enum label_key)k),
			    labels_string(value, sizeof value, l,
			    (enum label_key)k));
}

static inline void
tell_prov(FILE *fp, const struct prov *p)
{
	size_t i, k, j;

	for (i = 0; i < p->n; i++) {
		const struct prov_node *d = &p->node[i];

		fprintf(fp, "%zu: %s %s", i, d->tool, d->release);
		for (k = 0; k < d->argc; k++)
			fprintf(fp, " %s", d->argv[k]);
		if (d->has_seed)
			fprintf(fp, " seed %" PRIu64, d->seed);
		for (k = 0; k < d->n_inputs; k++) {
			fprintf(fp, " < %s (%s", d->input[k].name,
			    d->input[k].digest);
			for (j = 0; j < d->input[k].n_from; j++)
				fprintf(fp, " %zu", d->input[k].from[j]);
			fputc(')', fp);
		}
		fputc('\n', fp);
	}
}

/* All records of r: 0, or -1 when it refuses; what they say goes to fp. */
static inline int
tell_records(FILE *fp, struct ts_reader *r)
{
	struct ts_record rec;
	struct ts_chunk c;
	size_t i, size;
	int got;

	while ((got = ts_read_record(r, &rec)) == 1) {
		fprintf(fp, "%s %zu", ts_reader_content(r), rec.record);
		tell_layout(fp, rec.layout);
		tell_labels(fp, &rec.labels);
		while ((got = ts_read_chunk(r, &c)) == 1) {
			fprintf(fp, " %s@%zu:", c.tensor->name, c.offset);
			size = dtype_size(c.tensor->dtype);
			for (i = 0; i < c.n * size && i < 64; i++)
				fprintf(fp, "%02x",
				    ((const unsigned char *)c.data)[i]);
		}
		if (got < 0)
			return -1;
		fputc('\n', fp);
	}
	return got;
}

/*
 * What a stream says, as text (free() it), or NULL and *e when it is refused.
 * Of long chunks only the beginning is told; the digest stands for the rest.
 */
static inline char *
tell(const void *p, size_t n, struct err *e)
{
	struct ts_reader *r = ts_reader_new(as_file(p, n), "s");
	char *text = NULL;
	size_t size;
	FILE *fp;

	*e = (struct err){ .rc = RC_OK };
	if (r == NULL) {
		err_nomem(e);
		return NULL;
	}
	assert_non_null(fp = open_memstream(&text, &size));
	if (tell_records(fp, r) == 0) {
		tell_prov(fp, ts_reader_provenance(r));
		fprintf(fp, "%s\n", ts_reader_digest(r));
		fclose(fp);
	} else {
		fclose(fp);
		free(text);
		text = NULL;
		*e = *ts_reader_err(r);
		/* a failed stream stays failed */
		assert_int_equal(ts_read_record(r, &(struct ts_record){ 0 }),
		    -1);
	}
	ts_reader_free(r);
	return text;
}

/* The stream must be refused as bad input, with this in the message. */
static inline void
refuse(const void *p, size_t n, const char *message)
{
	struct err e;
	char *text = tell(p, n, &e);

	if (text != NULL)
		fail_msg("read, but wanted '%s':\n%s", message, text);
	if (e.rc != RC_INPUT || strstr(e.msg, message) == NULL)
		fail_msg("wanted '%s', got %d '%s'", message, (int)e.rc,
		    e.msg);
}

static inline struct prov *
one_node(void)
{
	static char *argv[] = { "--rank=2", "-" };
	const uint64_t seed = 7;
	struct prov *p = prov_new();

	assert_non_null(p);
	assert_int_equal(prov_add_node(p, "maker", "0.1.0", argv, 2, &seed),
	    0);
	return p;
}

/* Layout "a" [2,3] f32, "b" [] f32, "none" [0,4] f32. */
static inline struct layout *
small_layout(void)
{
	static const size_t a[] = { 2, 3 }, none[] = { 0, 4 };
	struct layout *l = layout_new();
	struct err e = { .rc = RC_OK };

	assert_int_equal(layout_add(l, "a", DT_F32, 2, a, &e), 0);
	assert_int_equal(layout_add(l, "b", DT_F32, 0, NULL, &e), 0);
	assert_int_equal(layout_add(l, "none", DT_F32, 2, none, &e), 0);
	return l;
}

/* n records of small_layout() in one segment; frames end after each record
 * when flush is set. */
static inline struct bytes
small_stream(size_t n, int flush)
{
	struct bytes s = { NULL, 0 };
	FILE *fp = open_memstream(&s.p, &s.n);
	struct layout *l = small_layout();
	const struct layout *ls[] = { l };
	struct prov *p = one_node();
	struct err e = { .rc = RC_OK };
	struct ts_writer *w = ts_writer_new(fp, "gradients", ls, 1, 1, 1, p,
	    &e);
	float x[7] = { 1, -2, 3.5f, 0x1p-149f, 0x1p127f, -0.0f, 0.1f };
	struct ts_labels labels;
	size_t i;

	assert_non_null(w);
	labels_init(&labels);
	for (i = 0; i < n; i++) {
		labels_set_int(&labels, L_STEP, (int64_t)i - 1);
		labels_set_real(&labels, L_LOSS, 0.25 * (double)i);
		assert_int_equal(labels_set_text(&labels, L_TASK, "copy"), 0);
		assert_int_equal(ts_write_f32(w, l, &labels, x, &e), 0);
		if (flush)
			assert_int_equal(ts_write_flush(w, &e), 0);
	}
	assert_int_equal(ts_write_end(w, p, &e), 0);
	labels_clear(&labels);
	ts_writer_free(w);
	prov_free(p);
	layout_free(l);
	fclose(fp);
	return s;
}

/* a followed by b; frees neither. */
static inline struct bytes
joined(const void *a, size_t na, const void *b, size_t nb)
{
	struct bytes s = { malloc(na + nb + 1), na + nb };

	assert_non_null(s.p);
	memcpy(s.p, a, na);
	memcpy(s.p + na, b, nb);
	return s;
}

/* One zstd frame around n bytes. */
static inline struct bytes
framed(const void *p, size_t n, int checksum)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	struct bytes s = { malloc(ZSTD_compressBound(n)), 0 };

	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, checksum);
	s.n = ZSTD_compress2(c, s.p, ZSTD_compressBound(n), p, n);
	assert_false(ZSTD_isError(s.n));
	ZSTD_freeCCtx(c);
	return s;
}

/* The content of all frames, as `zstd -dc' gives it. */
static inline struct bytes
unframed(const void *p, size_t n)
{
	struct bytes s = { malloc(1 << 22), 0 };
	ZSTD_DCtx *d = ZSTD_createDCtx();

	s.n = ZSTD_decompressDCtx(d, s.p, 1 << 22, p, n);
	assert_false(ZSTD_isError(s.n));
	ZSTD_freeDCtx(d);
	return s;
}

#endif
