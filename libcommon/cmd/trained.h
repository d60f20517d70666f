/*
 * trained: what a run of train moves: a model's parameters, or the factors of
 * an adapter over a model that stays as it is.  Every function ends the
 * process when something is wrong.
 */
#ifndef CMD_TRAINED_H
#define CMD_TRAINED_H

#include "cmd/train_options.h"
#include "model/adapter.h"
#include "model/model.h"
#include "stream/provenance.h"
#include "text/tokenizer.h"

struct trained {
	const struct model *model;
	float		*theta;		/* what moves */
	const struct layout *layout;	/* of it */
	const struct params *params;	/* the model's, at theta */
	const struct layout *streamed;	/* of the stream's vectors */
	struct adapter	*adapter;	/* NULL: the model is trained */
	/* of an adapter: */
	struct params	*changed;
	float		*block;		/* of the changed weights */
	float		*products;	/* the last trained_now() */
};

/* m has a block where there is no adapter, and is borrowed. */
void	trained_open(struct trained *t, const struct model *m,
	    const struct train_options *o);
void	trained_close(struct trained *t);
/* Where c says nothing of them: bos_token_id and eos_token_id, the tokens that
 * the configuration of tokenizer t (NULL: is loaded), of dir, names. */
void	trained_name_ids(struct model_config *c, const struct tokenizer *t,
	    const char *dir);
/* theta has moved, params follow. */
void	trained_follow(struct trained *t);
/* What the stream is of: theta, or an adapter's products; lent until the next
 * call. */
const float *trained_now(struct trained *t);
/* Of what the run starts from, arguments aside.  An adapter's model is in its
 * files, and text tasks are (texts): these are inputs with digests of their
 * own. */
void	trained_digest(char digest[DIGEST_SIZE], const struct trained *t,
	    int texts);

#endif
