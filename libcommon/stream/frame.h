/*
 * frame: zstd frames with checksums, one at a time.  Private to this room.
 */
#ifndef STREAM_FRAME_H
#define STREAM_FRAME_H

#include <stdio.h>

#include "base/err.h"
#include "stream/wire.h"

struct frame_writer;

/* Borrows fp; NULL when out of memory. */
struct frame_writer *frame_writer_new(FILE *fp);
void		 frame_writer_free(struct frame_writer *w);
/* Writes one frame with n bytes of content. */
int		 frame_write(struct frame_writer *w, const void *p, size_t n,
		    struct err *e);

struct frame_reader;

struct frame_reader *frame_reader_new(FILE *fp);
void		 frame_reader_free(struct frame_reader *r);
/*
 * 1: *p is the content of the next frame that has any, *n bytes, lent until
 * the next call, its checksum verified; 0: end of the file; -1: error.
 */
int		 frame_read(struct frame_reader *r, const unsigned char **p,
		    size_t *n, struct err *e);
/* Where the last frame began, and where reading stopped, in file bytes. */
uint64_t	 frame_offset(const struct frame_reader *r);
uint64_t	 frame_position(const struct frame_reader *r);

#endif
