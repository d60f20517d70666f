/*
 * spool: a stack of f32 rows of one length, in memory while it fits a bound,
 * and beyond it in a file in TMPDIR (or /tmp) that has no name: nothing is
 * left of it, however the process ends.
 *
 * In the file the rows stand in bands, and a band in panels of SPOOL_PANEL
 * columns, row after row: a range of columns of all rows is one piece a band,
 * and so is a band itself.  Which of the two it is, memory or file, shows in
 * no result.
 */
#ifndef STREAM_SPOOL_H
#define STREAM_SPOOL_H

#include <stddef.h>

#include "base/err.h"

enum { SPOOL_PANEL = 1024 };

struct spool;

/* Of rows of d values.  memory: bytes that they may take, 0 for no bound; at
 * least one row is held.  NULL when out of memory. */
struct spool	*spool_new(size_t d, size_t memory);
void		 spool_free(struct spool *s);		/* accepts NULL */
size_t		 spool_rows(const struct spool *s);	/* accepts NULL: 0 */
size_t		 spool_columns(const struct spool *s);
/* Where the next row goes, d values, lent until the next call; it is there
 * after spool_add().  NULL and *e on failure. */
float		*spool_room(struct spool *s, struct err *e);
void		 spool_add(struct spool *s);
/* To an empty spool that never had room: x, of mem_grow(), is the room of the
 * next row, and the spool's from now on. */
void		 spool_give(struct spool *s, float *x);
/* To an empty spool: n rows, to be filled by spool_write(). */
int		 spool_fill(struct spool *s, size_t n, struct err *e);
/* No rows; the memory is kept, the file's space is not. */
void		 spool_clear(struct spool *s);

/* All rows, rows x columns, when they are in memory; else NULL. */
float		*spool_data(const struct spool *s);
/* Row i, lent until the next call.  On a file, it is cheap to go on with the
 * next row; none can be added afterwards.  NULL and *e on failure. */
const float	*spool_row(struct spool *s, size_t i, struct err *e);
/*
 * Columns [c0, c1) of rows [r0, r1) to x, row stride ld, or from x.  Calls may
 * run side by side where what they write is not what others touch.  What is
 * written after the first spool_row() may not be seen by others.
 */
int		 spool_read(const struct spool *s, float *x, size_t ld,
		    size_t r0, size_t r1, size_t c0, size_t c1,
		    struct err *e);
int		 spool_write(struct spool *s, const float *x, size_t ld,
		    size_t r0, size_t r1, size_t c0, size_t c1,
		    struct err *e);

/* Another bound from now on; what exceeds it goes to the file, and then
 * nothing stays in memory until spool_row(). */
int		 spool_limit(struct spool *s, size_t memory, struct err *e);
/* Bytes of rows in memory. */
size_t		 spool_resident(const struct spool *s);	/* accepts NULL: 0 */
/* Rows of a band, the last one may have less; 0 in memory. */
size_t		 spool_band(const struct spool *s);
/* All rows, to be freed with mem_free(), when they are in memory; else NULL.
 * The spool is empty then. */
float		*spool_take(struct spool *s);

#endif
