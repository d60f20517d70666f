/*
 * gguf: files of ggml; here those whose tensors are plain numbers, as control
 * vectors are (llama.cpp, ggml/docs/gguf.md; versions 2 and 3).
 */
#ifndef TENSOR_GGUF_H
#define TENSOR_GGUF_H

#include <stdio.h>

#include "tensor/layout.h"
#include "tensor/map.h"

struct gguf {
	char		*path;
	char		*architecture;	/* general.architecture, or NULL */
	struct layout	*layout;	/* the tensors, in the file's order;
					   the last index runs fastest */
	const unsigned char **data;	/* of each; lent until close */
	struct file_map	 map;
};

/*
 * Maps a file and checks it: counts and lengths against what the file holds,
 * keys and names that occur twice, the alignment, data that follow each other
 * in the order of the tensors, padded to it, and end with the file.  Tensors of
 * quantised or other kinds are refused.  NULL: *e names the file.
 */
struct gguf	*gguf_open(const char *path, struct err *e);
void		 gguf_close(struct gguf *g);		/* accepts NULL */

/* The layer of a control vector's tensor, "direction.N", N >= 1 without
 * leading zeros; 0 for another name. */
size_t	gguf_direction(const char *name);
/*
 * Writes a control vector: the tensors of l, named direction.N and of rank 1,
 * with the f32 values x.  hint: the kind of model it is for, or NULL.
 */
int	gguf_write_control(FILE *fp, const struct layout *l, const float *x,
	    const char *hint, struct err *e);

#endif
