/*
 * wire: the objects of a stream as msgpack, plumbline-stream(5).  Private to
 * this room: here and in frame.h are the only uses of msgpack and zstd.
 */
#ifndef STREAM_WIRE_H
#define STREAM_WIRE_H

#include <stddef.h>

#include "stream/labels.h"
#include "stream/provenance.h"
#include "stream/recipe.h"
#include "tensor/layout.h"

enum {
	STREAM_VERSION = 1,
	CHUNK_BYTES = 1 << 18,	/* data of a full chunk */
	FRAME_FULL = 1 << 20,	/* a writer ends a frame at this size */
	FRAME_MAX = 1 << 24,	/* a reader refuses larger frames */
	OBJECT_ELEMENTS = 1 << 18,	/* limits of one map, so that a few */
	OBJECT_DEPTH = 8		/* bytes cannot ask for much memory */
};

struct wire_header {
	char		*content;
	size_t		 shard, shards;		/* from 1 */
	struct layout	**layouts;
	size_t		 n_layouts;
	struct prov	*prov;
};

/* Which of the segment's resources a term cites; SIZE_MAX: none. */
struct wire_cite {
	size_t		 basis, deviations;
};

struct wire_record {
	size_t		 record;	/* within the segment */
	size_t		 layout;	/* of the header's, or SIZE_MAX: own */
	struct layout	*own;
	struct ts_labels labels;
	struct recipe	*recipe;	/* NULL: chunks follow */
	struct wire_cite *cite;		/* of each term; the terms' own
					   pointers are NULL on the wire */
};

struct wire_resource {
	size_t		 resource;	/* within the segment */
	enum resource_kind kind;
	size_t		 rows;
	struct layout	*layout;	/* of a row */
};

struct wire_end {
	size_t		 records;
	size_t		 bytes;		/* of all chunks' data */
	char		 digest[DIGEST_SIZE];
	struct prov	*prov;
};

/* A growing string of encoded bytes. */
struct wire_buf {
	unsigned char	*p;
	size_t		 n, cap;
};
/* Makes room for more bytes; -1 when out of memory. */
int	wire_reserve(struct wire_buf *b, size_t more);
void	wire_buf_free(struct wire_buf *b);

/* 1 when content is one of the words of the format. */
int	wire_known_content(const char *content, size_t len);

/* Encoders append to b; -1 when out of memory. */
int	wire_put_header(struct wire_buf *b, const struct wire_header *h);
int	wire_put_record(struct wire_buf *b, const struct wire_record *r);
int	wire_put_resource(struct wire_buf *b, const struct wire_resource *r);
int	wire_put_end(struct wire_buf *b, const struct wire_end *t);
/* The head of a binary object of n bytes. */
int	wire_put_bin(struct wire_buf *b, size_t n);

enum wire_kind { WIRE_HEADER, WIRE_RECORD, WIRE_RESOURCE, WIRE_END };

struct wire_object {
	enum wire_kind	kind;
	union {
		struct wire_header	header;
		struct wire_record	record;
		struct wire_resource	resource;
		struct wire_end		end;
	} u;
};
/*
 * Decodes the map at p (n bytes up to the frame's end); *used is its length.
 * 0, or -1 with what is wrong (RC_INPUT).  Free with wire_object_free().
 */
int	wire_get_map(struct wire_object *o, const unsigned char *p, size_t n,
	    size_t *used, struct err *e);
void	wire_object_free(struct wire_object *o);
/*
 * The length *used of the object at p, all of it within the n bytes that are
 * there.  A library that decodes an object takes memory for every element
 * that it announces, so the counts are held against the bytes before a
 * library sees them.  -1: cut, announces too much, nested too deep.
 */
int	wire_scan(const unsigned char *p, size_t n, size_t *used,
	    struct err *e);
/*
 * 1 when a binary object starts at p: *head is the length of its head, *size
 * of its data.  0 for another type, -1 when the head is cut.
 */
int	wire_get_bin(const unsigned char *p, size_t n, size_t *head,
	    size_t *size);

#endif
