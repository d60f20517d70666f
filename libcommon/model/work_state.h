/*
 * work_state: what a model_work holds.  Within the room.
 */
#ifndef MODEL_WORK_STATE_H
#define MODEL_WORK_STATE_H

#include "model/head.h"
#include "model/layer.h"
#include "model/work.h"

struct model_work {
	struct model_config config;
	/* what there is room for: */
	size_t		 max_tokens, longest;
	size_t		 from;		/* layers from here on keep their
					   activations for a backward pass */
	size_t		 n_matrix;
	size_t		 n_tensors;
	struct model_at	 model_at;
	struct layer_at	*at;		/* n_layer */
	size_t		*all;		/* offsets of all tensors */
	const size_t	*grad_at;	/* of gradients: all, or a choice */
	size_t		 lowest;	/* layer that has a wanted gradient */
	int		 to_embedding;	/* so has the embedding */
	real		*rotary;	/* table for the longest sequence */
	struct layer_acts *acts;	/* n_layer */
	struct layer_acts shared;	/* of layers that do not keep theirs;
					   x is z */
	struct layer_work layer;
	struct head_work head;
	const struct site_hook *hook;	/* NULL: nobody looks */
	real		*z;		/* max_tokens x c: the last layer's */
	real		*d;		/* max_tokens x c: its gradient */
	double		*loss;		/* max_tokens */
	int32_t		*top;		/* max_tokens: the argmax */
	real		*block;		/* all activations */
	real		*matrix;	/* n_matrix: see layer_run, head_work */
};

#endif
