/*
 * model: a decoder, and its directory in the Hugging Face layout.  Includes
 * what is needed to run it.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdint.h>

#include "base/err.h"
#include "model/batch.h"
#include "model/config.h"
#include "model/params.h"
#include "model/pool.h"
#include "model/work.h"
#include "stream/provenance.h"
#include "tensor/layout.h"

struct weights;

struct model {
	struct model_config config;
	struct layout	*layout;
	struct params	*params;	/* where the parameters are */
	float		*block;		/* all of them, in the order of the
					   layout: of model_new() and
					   model_own(), else NULL */
	struct weights	*files;		/* mapped, or NULL */
	float		*vectors;	/* n_vectors, of rank 1, that could not
					   be used in place */
	size_t		 n_vectors;
};

/* All parameters 0, in a block.  NULL: bad configuration or out of memory.  Free with
 * model_free(). */
struct model	*model_new(const struct model_config *c, struct err *e);
/* Accepts NULL. */
void		 model_free(struct model *m);
/*
 * For a model with a block.
 * The initialisation of the family in transformers: weights N(0, init_std^2),
 * GPT-2's projections into the residual stream (c_proj) divided by
 * sqrt(2 n_layer), norms 1 and 0, biases 0.  Value i of a tensor is draw i of
 * the key (seed, name of the tensor, 0) times the deviation in f32.
 */
int		 model_init(struct model *m, uint64_t seed, struct err *e);

/*
 * Reads config.json and maps model.safetensors, or the shards that
 * model.safetensors.index.json names.  Parameters stay where they are: F32 is
 * used in place, matrices of F16 and BF16 are converted whenever they are
 * used, by params.h, with the same results as a block.  Names may
 * have the prefix "transformer." or "model." or lack it.  A tied head may
 * stand under lm_head.weight, alone or beside an equal embedding.  Buffers of
 * older files (causal masks, rotary frequencies) are skipped.  Any other
 * tensor, a missing one, a wrong shape or a non-finite value is an error.
 * The files must not change while the model is there.
 */
struct model	*model_load(const char *dir, struct err *e);
/* Copies the parameters to a block of the model's own and closes its files:
 * for what changes them. */
int		 model_own(struct model *m, struct err *e);
/* A digest of the parameters that are in memory; files are mapped for reading
 * only, so that nothing here can change those. */
void		 model_digest(char hex[DIGEST_SIZE], const struct model *m);
/* The files that model_load() reads, *n paths: config.json, the index if there
 * is one, the weights.  NULL: *e.  Free each, and the array, with
 * mem_free(). */
char		**model_directory_files(const char *dir, size_t *n,
		    struct err *e);
/* Writes config.json and model.safetensors under temporary names, then renames
 * them; makes the directory if there is none.  Values are rounded to d, f32,
 * f16 or bf16, to nearest, ties to even; -1 too for a finite one that this
 * makes infinite. */
int		 model_save(const struct model *m, enum dtype d,
		    const char *dir, struct err *e);
/* The same of model_new() and model_init(), tensor by tensor: what a model
 * takes in memory does not matter. */
int		 model_save_initial(const struct model_config *c,
		    uint64_t seed, enum dtype d, const char *dir,
		    struct err *e);

#endif
