/* source: where the bytes of a file, or the values of a tensor, come from. */
#ifndef TENSOR_SOURCE_H
#define TENSOR_SOURCE_H

#include <stddef.h>
#include <stdio.h>

#include "base/err.h"

struct byte_source {
	/* Up to n bytes into p: how many came, 0 at the end, -1 and *e. */
	ptrdiff_t	(*read)(void *from, void *p, size_t n, struct err *e);
	void		*from;
};
/* A file's bytes from where it stands; borrows fp. */
struct byte_source	byte_source_file(FILE *fp);
/* Bytes in memory; r moves past those that were read. */
struct byte_range {
	const unsigned char	*p;
	size_t			 n;
};
struct byte_source	byte_source_memory(struct byte_range *r);
/* The next n bytes, all of them; how many came is in *got (may be NULL).
 * -1 and *e when the source fails, or, if got is NULL, ends before. */
int	byte_source_read(const struct byte_source *s, void *p, size_t n,
	    size_t *got, struct err *e);

#endif
