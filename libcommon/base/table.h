/*
 * table: tables as tab-separated text with a header line, or JSON lines.
 * Values are given in the order of the columns.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdio.h>
#include <stdint.h>

#include "base/err.h"

struct table;

/* columns: NULL-terminated, borrowed.  Writes the header line (TSV).  NULL
 * when out of memory. */
struct table	*table_new(FILE *fp, int json, const char *const *columns);
void		 table_free(struct table *t);		/* accepts NULL */
void		 table_text(struct table *t, const char *s);
void		 table_int(struct table *t, int64_t i);
void		 table_real(struct table *t, double x);	/* not finite: NA */
void		 table_na(struct table *t);
/* Ends the row; the number of values must be that of the columns. */
void		 table_end_row(struct table *t);
/* Flushes what was written so far; -1 on a write error. */
int		 table_flush(struct table *t, struct err *e);

#endif
