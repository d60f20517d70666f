/*
 * weights: the tensors of a model's directory, in one file or in shards.
 * Within the room.
 */
#ifndef MODEL_WEIGHTS_H
#define MODEL_WEIGHTS_H

#include "base/err.h"
#include "tensor/safetensors.h"

struct weights {
	struct safetensors **file;
	size_t		 n_files;
	char		*index;		/* its path; NULL: one file */
};

/*
 * Opens dir/model.safetensors, or where there is none the files that
 * dir/model.safetensors.index.json names, which must hold exactly the tensors
 * that it says they hold.  -1: *w holds nothing.
 */
int	weights_open(struct weights *w, const char *dir, struct err *e);
void	weights_close(struct weights *w);

#endif
