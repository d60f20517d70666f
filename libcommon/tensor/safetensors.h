/*
 * safetensors: files of named tensors as Hugging Face writes them: 8 bytes
 * header length, a JSON header, then the data.
 */
#ifndef TENSOR_SAFETENSORS_H
#define TENSOR_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "tensor/dtype.h"
#include "tensor/layout.h"
#include "tensor/map.h"

struct safetensor {
	char		*name;
	char		 dtype_text[16];	/* as the file says: "F32" */
	enum dtype	 dtype;		/* DT_COUNT: not one that we convert */
	size_t		 rank;
	size_t		 shape[LAYOUT_MAX_RANK];
	size_t		 n;		/* values */
	const unsigned char *data;	/* lent until close; not aligned:
					   the format allows it */
};

struct safetensors {
	char		*path;
	struct safetensor *t;		/* in the order of their data */
	size_t		 n_tensors;
	struct file_map	 map;
};

/*
 * Maps a file and checks every rule of the format: the header within the file
 * and at most 100 MB, a JSON object without duplicate keys, known dtypes,
 * sizes that follow from the shapes, data that the tensors cover without hole
 * or overlap.  NULL: *e names the file, the tensor and both numbers.
 */
struct safetensors	*safetensors_open(const char *path, struct err *e);
/* Accepts NULL. */
void	safetensors_close(struct safetensors *s);
/* NULL when there is none. */
const struct safetensor	*safetensors_find(const struct safetensors *s,
			    const char *name);
/* x[i] = value i of t, i < t->n.  -1: a dtype that is not converted. */
int	safetensors_read_f32(float *x, const struct safetensors *s,
	    const struct safetensor *t, struct err *e);
/* Writes x as F32 tensors of layout l, which is all f32, under their own names,
 * in that order, to fp.  -1: fp failed; errno says why. */
int	safetensors_write(FILE *fp, const struct layout *l, const float *x,
	    struct err *e);
/*
 * Writes the header of a file with the tensors of l, whatever their dtypes.
 * Where the data of tensor i must be written, from the start of the file, goes
 * to at[i]: wider numbers come first, so that all of them are aligned, and
 * equally wide ones in the order of l.  -1: as above, or a name that a
 * file cannot have.
 */
int	safetensors_write_header(FILE *fp, const struct layout *l,
	    uint64_t at[], struct err *e);

#endif
