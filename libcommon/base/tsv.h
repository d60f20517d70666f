/*
 * tsv: reading tables as base/table.h writes them: a header line, then rows
 * of as many fields, separated by tabs.
 */
#ifndef BASE_TSV_H
#define BASE_TSV_H

#include <stdio.h>

#include "base/err.h"

struct tsv {
	char	**field;	/* (n_rows + 1) x n_columns; the first are the
				   names; they point into text */
	size_t	 n_rows, n_columns;
	char	*text;
};

/* Reads all of fp; name is for messages.  A row with another number of
 * fields than the header, a NUL and an empty file are errors that name the
 * line.  -1 leaves *t to tsv_free(). */
int	tsv_read(struct tsv *t, FILE *fp, const char *name, struct err *e);
void	tsv_free(struct tsv *t);
/* The index of the column of that name, or -1 and *e. */
int	tsv_column(size_t *column, const struct tsv *t, const char *column_name,
	    const char *name, struct err *e);
/* The field of row (from 0) and column. */
const char *tsv_at(const struct tsv *t, size_t row, size_t column);
/* The field as a finite number: 1; NA: 0; anything else: -1 and *e. */
int	tsv_real(double *x, const struct tsv *t, size_t row, size_t column,
	    const char *name, struct err *e);

#endif
