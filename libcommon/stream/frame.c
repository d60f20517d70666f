#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "base/mem.h"
#include "stream/frame.h"

/*
 * A fast level: weights and gradients hardly compress, and the checksum is
 * what a frame is for.
 */
enum { LEVEL = -7 };

struct frame_writer {
	FILE		*fp;
	ZSTD_CCtx	*ctx;
	unsigned char	*buf;
	size_t		 cap;
};

struct frame_writer *
frame_writer_new(FILE *fp)
{
	struct frame_writer *w = mem_zalloc(1, sizeof *w);

	if (w == NULL)
		return NULL;
	w->fp = fp;
	if ((w->ctx = ZSTD_createCCtx()) == NULL) {
		mem_free(w);
		return NULL;
	}
	ZSTD_CCtx_setParameter(w->ctx, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(w->ctx, ZSTD_c_checksumFlag, 1);
	return w;
}

void
frame_writer_free(struct frame_writer *w)
{
	if (w == NULL)
		return;
	ZSTD_freeCCtx(w->ctx);
	mem_free(w->buf);
	mem_free(w);
}

int
frame_write(struct frame_writer *w, const void *p, size_t n, struct err *e)
{
	size_t bound = ZSTD_compressBound(n), size;

	if (bound > w->cap) {
		mem_free(w->buf);
		w->cap = 0;
		if ((w->buf = mem_alloc(bound, 1)) == NULL)
			return err_nomem(e);
		w->cap = bound;
	}
	size = ZSTD_compress2(w->ctx, w->buf, w->cap, p, n);
	if (ZSTD_isError(size))
		return err_set(e, RC_SYSTEM, "zstd: %s",
		    ZSTD_getErrorName(size));
	if (fwrite(w->buf, 1, size, w->fp) != size || fflush(w->fp) != 0)
		return err_errno(e, "write");
	return 0;
}

struct frame_reader {
	FILE		*fp;
	ZSTD_DCtx	*ctx;
	unsigned char	*in;		/* file bytes [head, tail) of it wait */
	size_t		 cap, head, tail;
	size_t		 last;		/* compressed size of the last frame */
	unsigned char	*out;		/* the frame's content */
	size_t		 out_cap;
	uint64_t	 offset;	/* of the last frame */
	uint64_t	 position;	/* of in[head] */
};

static const unsigned char magic[4] = { 0x28, 0xb5, 0x2f, 0xfd };

enum {
	READ_STEP = 1 << 18,
	SKIP_HEAD = 8,			/* a skippable frame's magic, length */
	CHECKSUM_FLAG = 4		/* in the frame header descriptor */
};

struct frame_reader *
frame_reader_new(FILE *fp)
{
	struct frame_reader *r = mem_zalloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	r->fp = fp;
	if ((r->ctx = ZSTD_createDCtx()) == NULL) {
		mem_free(r);
		return NULL;
	}
	return r;
}

void
frame_reader_free(struct frame_reader *r)
{
	if (r == NULL)
		return;
	ZSTD_freeDCtx(r->ctx);
	mem_free(r->in);
	mem_free(r->out);
	mem_free(r);
}

uint64_t
frame_offset(const struct frame_reader *r)
{
	return r->offset;
}

uint64_t
frame_position(const struct frame_reader *r)
{
	return r->position + (r->tail - r->head);
}

static size_t
waiting(const struct frame_reader *r)
{
	return r->tail - r->head;
}

static void
consume(struct frame_reader *r, size_t n)
{
	r->head += n;
	r->position += n;
	if (r->head == r->tail)
		r->head = r->tail = 0;
}

/*
 * Room for want more bytes behind tail; want is a step, or what the last
 * frame had, so that twice the room is enough.  What waits moves to the front
 * first; it is less than a frame, and moves once a frame at most.
 */
static int
make_room(struct frame_reader *r, size_t want, struct err *e)
{
	unsigned char *p;
	size_t cap;

	if (r->head > 0 && r->cap - r->tail < want) {
		memmove(r->in, r->in + r->head, waiting(r));
		r->tail -= r->head;
		r->head = 0;
	}
	if (r->cap - r->tail >= want)
		return 0;
	cap = r->cap ? 2 * r->cap : 4 * READ_STEP;
	if ((p = mem_grow(r->in, cap, 1)) == NULL)
		return err_nomem(e);
	r->in = p;
	r->cap = cap;
	return 0;
}

/*
 * Reads what the file has ready, at least a byte.  1, 0 at the end, -1.
 * read(2) by way of stdio would wait for a full buffer and hold back live
 * records, so stdio's buffer is passed by.  Frames of one stream are mostly
 * of one size: reading as much as the last one had leaves little to move.
 */
static int
fill(struct frame_reader *r, struct err *e)
{
	size_t want = READ_STEP;
	ssize_t got;

	if (r->last > waiting(r) && r->last - waiting(r) > want)
		want = r->last - waiting(r);
	if (make_room(r, want, e) != 0)
		return -1;
	do
		got = read(fileno(r->fp), r->in + r->tail, want);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_errno(e, "read");
	r->tail += (size_t)got;
	return got > 0;
}

/* At least n bytes wait: 1; the file ended before: 0. */
static int
need(struct frame_reader *r, size_t n, struct err *e)
{
	int got;

	while (waiting(r) < n)
		if ((got = fill(r, e)) <= 0)
			return got;
	return 1;
}

static int
truncated(struct frame_reader *r, struct err *e)
{
	return err_set(e, RC_INPUT, "offset %" PRIu64
	    ": truncated in the frame at offset %" PRIu64,
	    frame_position(r), r->offset);
}

/* Passes by a skippable frame without holding it. */
static int
skip(struct frame_reader *r, struct err *e)
{
	const unsigned char *p;
	uint64_t left;
	int got;

	if ((got = need(r, SKIP_HEAD, e)) <= 0)
		return got < 0 ? -1 : truncated(r, e);
	p = r->in + r->head + 4;
	left = SKIP_HEAD + ((uint64_t)p[0] | (uint64_t)p[1] << 8 |
	    (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24);
	while (left > waiting(r)) {
		left -= waiting(r);
		consume(r, waiting(r));
		if ((got = fill(r, e)) <= 0)
			return got < 0 ? -1 : truncated(r, e);
	}
	consume(r, left);
	return 0;
}

/* Waits for the whole frame at head; *size is its compressed length. */
static int
whole_frame(struct frame_reader *r, size_t *size, struct err *e)
{
	size_t limit = ZSTD_compressBound(FRAME_MAX) + 64;
	int got;

	for (;;) {
		*size = ZSTD_findFrameCompressedSize(r->in + r->head,
		    waiting(r));
		if (!ZSTD_isError(*size))
			return 0;
		/* cut or damaged, which it cannot tell apart: read on, within
		 * bounds */
		if (waiting(r) > limit)
			return err_set(e, RC_INPUT, "offset %" PRIu64
			    ": damaged, or a frame larger than %d bytes",
			    r->offset, FRAME_MAX);
		if ((got = fill(r, e)) < 0)
			return -1;
		if (got == 0)
			return truncated(r, e);
	}
}

static int
grow_out(struct frame_reader *r, size_t cap, struct err *e)
{
	if (cap <= r->out_cap)
		return 0;
	mem_free(r->out);
	r->out_cap = 0;
	if ((r->out = mem_alloc(cap, 1)) == NULL)
		return err_nomem(e);
	r->out_cap = cap;
	return 0;
}

/* Decompresses the frame of size bytes at head; *n is the content's size. */
static int
decompress(struct frame_reader *r, size_t size, size_t *n, struct err *e)
{
	const unsigned char *p = r->in + r->head;
	unsigned long long claim = ZSTD_getFrameContentSize(p, size);
	size_t cap = FRAME_FULL + CHUNK_BYTES + 64;

	if (!(p[4] & CHECKSUM_FLAG))
		return err_set(e, RC_INPUT, "offset %" PRIu64
		    ": the frame has no checksum", r->offset);
	if (claim != ZSTD_CONTENTSIZE_UNKNOWN && claim > FRAME_MAX)
		return err_set(e, RC_INPUT, "offset %" PRIu64
		    ": a frame of %llu bytes, at most %d", r->offset, claim,
		    FRAME_MAX);
	if (claim != ZSTD_CONTENTSIZE_UNKNOWN && claim > cap)
		cap = (size_t)claim;
	for (;; cap *= 2) {
		if (grow_out(r, cap, e) != 0)
			return -1;
		*n = ZSTD_decompressDCtx(r->ctx, r->out, r->out_cap, p, size);
		if (!ZSTD_isError(*n) && *n > FRAME_MAX)
			return err_set(e, RC_INPUT, "offset %" PRIu64
			    ": a frame of %zu bytes, at most %d", r->offset,
			    *n, FRAME_MAX);
		if (!ZSTD_isError(*n))
			return 0;
		if (claim != ZSTD_CONTENTSIZE_UNKNOWN || cap >= FRAME_MAX)
			return err_set(e, RC_INPUT, "offset %" PRIu64
			    ": damaged frame: %s", r->offset,
			    ZSTD_getErrorName(*n));
	}
}

int
frame_read(struct frame_reader *r, const unsigned char **p, size_t *n,
    struct err *e)
{
	const unsigned char *in;
	size_t size;
	int got;

	for (;;) {
		r->offset = r->position;
		if ((got = need(r, 5, e)) < 0)
			return -1;
		if (got == 0 && waiting(r) == 0)
			return 0;
		in = r->in + r->head;
		if (waiting(r) >= 4 && (in[0] & 0xf0) == 0x50 &&
		    memcmp(in + 1, "\x2a\x4d\x18", 3) == 0) {
			if (skip(r, e) != 0)
				return -1;
			continue;
		}
		if (memcmp(in, magic, waiting(r) < 4 ? waiting(r) : 4) != 0)
			return err_set(e, RC_INPUT, "offset %" PRIu64 ": not "
			    "a zstd frame, so not a tensor stream", r->offset);
		if (got == 0)
			return truncated(r, e);
		if (whole_frame(r, &size, e) != 0 ||
		    decompress(r, size, n, e) != 0)
			return -1;
		consume(r, size);
		r->last = size;
		if (*n > 0) {
			*p = r->out;
			return 1;
		}
	}
}
