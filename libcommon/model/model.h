/*
 * model: a decoder with its parameters in one block, and its directory in the
 * Hugging Face layout.  Includes what is needed to run it.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdint.h>

#include "base/err.h"
#include "model/batch.h"
#include "model/config.h"
#include "model/pool.h"
#include "model/work.h"
#include "tensor/layout.h"

struct model {
	struct model_config config;
	struct layout	*layout;
	float		*params;	/* layout->n values, one block */
};

/* All parameters 0.  NULL: bad configuration or out of memory.  Free with
 * model_free(). */
struct model	*model_new(const struct model_config *c, struct err *e);
/* Accepts NULL. */
void		 model_free(struct model *m);
/*
 * The initialisation of the family in transformers: weights N(0, init_std^2),
 * GPT-2's projections into the residual stream (c_proj) divided by
 * sqrt(2 n_layer), norms 1 and 0, biases 0.  Value i of a tensor is draw i of
 * the key (seed, name of the tensor, 0) times the deviation in f32.
 */
int		 model_init(struct model *m, uint64_t seed, struct err *e);

/*
 * Reads config.json and model.safetensors, or the shards that
 * model.safetensors.index.json names; F32, F16 and BF16 become f32.  Names may
 * have the prefix "transformer." or "model." or lack it.  A tied head may
 * stand under lm_head.weight, alone or beside an equal embedding.  Buffers of
 * older files (causal masks, rotary frequencies) are skipped.  Any other
 * tensor, a missing one, a wrong shape or a non-finite value is an error.
 */
struct model	*model_load(const char *dir, struct err *e);
/* The files that model_load() reads, *n paths: config.json, the index if there
 * is one, the weights.  NULL: *e.  Free each, and the array, with
 * mem_free(). */
char		**model_directory_files(const char *dir, size_t *n,
		    struct err *e);
/* Writes config.json and model.safetensors under temporary names, then renames
 * them; makes the directory if there is none. */
int		 model_save(const struct model *m, const char *dir,
		    struct err *e);

#endif
