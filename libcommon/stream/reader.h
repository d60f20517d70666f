/*
 * reader: reads a tensor stream, plumbline-stream(5), in bounded memory.
 *
 * Nothing is lent that was not covered by a frame checksum, and 0 ("end") is
 * only returned after the end map of the last segment.  A failed stream stays
 * failed.  Several segments (cat a b) read as one stream.
 */
#ifndef STREAM_READER_H
#define STREAM_READER_H

#include <stdio.h>

#include "stream/labels.h"
#include "stream/provenance.h"
#include "stream/recipe.h"
#include "tensor/layout.h"

struct ts_reader;

struct ts_record {
	size_t			 record;	/* index in the stream, from 0 */
	const struct layout	*layout;	/* lent until the next segment */
	struct ts_labels	 labels;	/* lent until the next record */
	const struct recipe	*recipe;	/* lent; NULL: it has values */
};

struct ts_chunk {
	const struct tensor_spec *tensor;
	size_t		 offset;	/* first value, within the tensor */
	size_t		 n;		/* values */
	const void	*data;		/* tensor->dtype, unaligned; lent */
};

/*
 * Borrows fp; name is for messages ("<stdin>").  Reads nothing yet.
 * NULL when out of memory.
 */
struct ts_reader *ts_reader_new(FILE *fp, const char *name);
void		 ts_reader_free(struct ts_reader *r);	/* accepts NULL */
/*
 * What the recipes of a segment cite may take this many bytes of memory; by
 * default any number.  A stream that needs more is refused.
 */
void		 ts_reader_limit(struct ts_reader *r, size_t bytes);
/*
 * 1: *rec is the next record (what is left of the last one is checked and
 * skipped); 0: end; -1: ts_reader_err().
 */
int		 ts_read_record(struct ts_reader *r, struct ts_record *rec);
/* 1: the current record's next chunk; 0: no more (a recipe has none); -1:
 * ts_reader_err(). */
int		 ts_read_chunk(struct ts_reader *r, struct ts_chunk *c);
/*
 * The current record's values, all of them, as f32 into x (rec->layout->n
 * values).  A value that is not finite is an error that names the tensor and
 * the element; so is a recipe, see random/materialise.h.  Call it instead of
 * ts_read_chunk().  0 or -1.
 */
int		 ts_read_f32(struct ts_reader *r, float *x);
/*
 * The same into new memory, which grows as the values arrive: what a layout
 * announces is a claim.  Free *x with mem_free(); NULL on failure.
 */
int		 ts_read_f32_new(struct ts_reader *r, float **x);

/* The current record's recipe and its layout; NULL: it has values. */
const struct recipe *ts_reader_recipe(const struct ts_reader *r,
		    const struct layout **l);
const struct err *ts_reader_err(const struct ts_reader *r);
const char	*ts_reader_name(const struct ts_reader *r);
/* "gradients", ...; of the current segment; NULL before the first. */
const char	*ts_reader_content(const struct ts_reader *r);
/* Opens the first segment if that was not done; 1, 0 never, -1 error. */
int		 ts_reader_start(struct ts_reader *r);
/* 1 when the next object starts a new frame: what was read so far could be
 * passed on at once. */
int		 ts_reader_at_frame_end(const struct ts_reader *r);
/* Of all segments that ended; complete after the end of the stream. */
const struct prov *ts_reader_provenance(const struct ts_reader *r);
/* What the current segment's header knows; NULL before the first. */
const struct prov *ts_reader_header_provenance(const struct ts_reader *r);
/* Which of its nodes wrote those segments; *n of them; lent. */
const size_t	*ts_reader_origins(const struct ts_reader *r, size_t *n);
/* Over the uncompressed bytes; valid after the end. */
const char	*ts_reader_digest(const struct ts_reader *r);
/* Layouts of the current segment's header; lent. */
size_t		 ts_reader_layouts(const struct ts_reader *r);
const struct layout *ts_reader_layout(const struct ts_reader *r, size_t i);
/* Shard I of N of the current segment, 1 of 1 when unsharded. */
void		 ts_reader_shard(const struct ts_reader *r, size_t *i,
		    size_t *n);

#endif
