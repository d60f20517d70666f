/* map: a regular file's bytes, mapped for reading. */
#ifndef TENSOR_MAP_H
#define TENSOR_MAP_H

#include <stddef.h>

#include "base/err.h"

struct file_map {
	const unsigned char	*p;	/* NULL for an empty file */
	size_t			 n;
};

/* -1: *e says why, without the path: no such file, not a regular one (both
 * bad input), no memory to map it. */
int	file_map_open(struct file_map *m, const char *path, struct err *e);
/* Leaves *m empty; accepts an empty one. */
void	file_map_close(struct file_map *m);

#endif
