/*
 * line: a file line by line, of bounded length, so that one without ends does
 * not fill the memory.
 */
#ifndef BASE_LINE_H
#define BASE_LINE_H

#include <stddef.h>
#include <stdio.h>

#include "base/err.h"

/* Zeroed to begin with. */
struct line {
	char		*s;	/* n bytes and a NUL */
	size_t		 n;
	size_t		 size;	/* of s; private */
};

/*
 * Reads a line, without its line feed: 1, or 0 at the end of the file.  -1
 * (RC_INPUT): more than max bytes, of which no more are read, or what cannot
 * be read, a directory for one; RC_SYSTEM: memory.
 */
int	line_read(struct line *l, FILE *fp, size_t max, struct err *e);
void	line_free(struct line *l);

#endif
