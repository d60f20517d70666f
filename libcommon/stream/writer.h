/*
 * writer: writes one segment of a tensor stream, plumbline-stream(5).
 *
 * Where frames end depends on the data alone: after the header, when FRAME
 * bytes are full, and where ts_write_flush() is called.
 */
#ifndef STREAM_WRITER_H
#define STREAM_WRITER_H

#include <stdio.h>

#include "stream/labels.h"
#include "stream/provenance.h"
#include "stream/recipe.h"
#include "tensor/layout.h"

struct ts_writer;

/*
 * Borrows fp.  content is one of the words of plumbline-stream(5).  layouts
 * (n of them, copied) are those that records usually have; a record with
 * another carries its own.  shard of shards, from 1.  prov is what is known
 * of the provenance, the last node being this run.  NULL and *e on failure.
 */
struct ts_writer *ts_writer_new(FILE *fp, const char *content,
		    const struct layout *const layouts[], size_t n_layouts,
		    size_t shard, size_t shards, const struct prov *prov,
		    struct err *e);
void		 ts_writer_free(struct ts_writer *w);	/* accepts NULL */
/* Starts a record; ts_write_values() must follow until it is full.  -1 also
 * for labels that labels_check() refuses. */
int		 ts_write_record(struct ts_writer *w, const struct layout *l,
		    const struct ts_labels *labels, struct err *e);
/*
 * The record's next bytes, any amount, in the order of the layout and in its
 * dtypes.  Chunks are cut here, the same way whatever the amounts.
 */
int		 ts_write_values(struct ts_writer *w, const void *data,
		    size_t bytes, struct err *e);
/* A whole f32 record. */
int		 ts_write_f32(struct ts_writer *w, const struct layout *l,
		    const struct ts_labels *labels, const float *x,
		    struct err *e);
/* A record that is a recipe; what it cites is written before its first use. */
int		 ts_write_recipe(struct ts_writer *w, const struct layout *l,
		    const struct ts_labels *labels, const struct recipe *recipe,
		    struct err *e);
/* Ends the frame, if it holds anything, and hands it to the system. */
int		 ts_write_flush(struct ts_writer *w, struct err *e);
/* The end map, with the complete provenance; then nothing may follow. */
int		 ts_write_end(struct ts_writer *w, const struct prov *prov,
		    struct err *e);

#endif
