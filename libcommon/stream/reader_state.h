/*
 * reader_state: what the two halves of the reader share: reader.c, segments
 * and records; reader_data.c, their values.  Private to this room.
 */
#ifndef STREAM_READER_STATE_H
#define STREAM_READER_STATE_H

#include "stream/digest.h"
#include "stream/frame.h"
#include "stream/reader.h"
#include "stream/shards.h"

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
	const struct layout	*layout;	/* of the data that is read */
	size_t			 rows;		/* of it, from this one on */
	size_t			 tensor, done;	/* place in the row */
	struct resource		**resource;	/* of the segment */
	size_t			 n_resources;
	size_t			 cited, cited_limit;	/* their bytes */

	struct digest		*segment_digest, *stream_digest;
	char			 digest[DIGEST_SIZE];
	struct prov		*prov;
	size_t			*origin;
	size_t			 n_origins;
	struct shards		 shards;
};

/* The stream stays failed; the message gets the file's name.  -1. */
int	reader_fail(struct ts_reader *r);
/* The same for a fault of the current object, with its place. */
int	reader_fail_here(struct ts_reader *r);
/* The file ends without an end mark. */
int	reader_truncated(struct ts_reader *r);
/* Content to read: 1; the end of the file: 0; -1. */
int	reader_more(struct ts_reader *r);
/* Passes by what was read; an end map is not under its own digest.  The
 * first segment's digest is the stream's so far: hashed once. */
void	reader_take(struct ts_reader *r, size_t used, int is_end);
/* From here on rows vectors of layout l are read. */
void	reader_begin_data(struct ts_reader *r, const struct layout *l,
	    size_t rows);
/*
 * Reads a resource, whose map has `used' bytes, and keeps it.  Memory is
 * taken as its data arrives: rows and shapes are claims.
 */
int	reader_resource(struct ts_reader *r, struct wire_resource *c,
	    size_t used);

#endif
