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
	size_t		 max_tokens;
	struct model_at	 model_at;
	struct layer_at	*at;		/* n_layer */
	real		*rotary;	/* table for the longest sequence */
	struct layer_acts *acts;	/* n_layer */
	struct layer_work layer;
	struct head_work head;
	const struct site_hook *hook;	/* NULL: nobody looks */
	real		*z;		/* max_tokens x c: the last layer's */
	real		*d;		/* max_tokens x c: its gradient */
	double		*loss;		/* max_tokens */
	int32_t		*top;		/* max_tokens: the argmax */
	real		*block;		/* all activations */
};

#endif
