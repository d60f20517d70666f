/*
 * work_state: what a model_work holds.  Within the room.
 */
#ifndef MODEL_WORK_STATE_H
#define MODEL_WORK_STATE_H

#include "model/head.h"
#include "model/layer.h"
#include "model/work.h"

/* Sequences, each by itself, for which parameters that are not in place are
 * converted once: so many tokens, or one sequence. */
enum { WORK_TOGETHER = 512 };

struct model_work {
	struct model_config config;
	struct layout	*layout;
	/* what there is room for: */
	size_t		 max_tokens, longest;
	size_t		 from;		/* layers from here on keep their
					   activations for a backward pass */
	size_t		 n_room;
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
	const struct params *params;	/* of this pass: model_work_reserve() */
	struct params	*near;		/* the same, but for what was brought:
					   what layers use */
	real		*room;		/* n_room: for that */
};

/* From now on, until the next, those of layer i are in place in w->near; there
 * is room for it. */
void	work_bring_layer(struct model_work *w, size_t i);

#endif
