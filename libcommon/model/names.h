/*
 * names: which tensors of its layout a model is made of.  Within the room.
 */
#ifndef MODEL_NAMES_H
#define MODEL_NAMES_H

#include <stdint.h>

#include "model/config.h"
#include "model/params.h"

/* Numbers of tensors in the layout. */
struct param_at {
	size_t	w, b;			/* PARAM_NONE: there is none */
};
#define PARAM_NONE SIZE_MAX

/* What follows is in the order of the forward pass of models with norms
 * before; others have norm_1 after proj and norm_2 after down. */
struct layer_at {
	struct param_at	norm_1;
	struct param_at	qkv[3];		/* GPT-2: qkv[0] is all three */
	struct param_at	q_norm, k_norm;
	struct param_at	proj;
	struct param_at	norm_2;
	struct param_at	gate, up, down;
};

struct model_at {
	size_t		 wte, wpe;
	struct param_at	 norm;		/* the final one */
	size_t		 head;		/* wte if tied */
};

/* l: model_layout() of c. */
void	model_find(struct model_at *at, const struct layout *l,
	    const struct model_config *c);
void	layer_find(struct layer_at *at, const struct layout *l,
	    const struct model_config *c, size_t layer);

/* A tensor that is in place; NULL where there is none. */
static inline const real *
param(const struct params *p, size_t i)
{
	return i == PARAM_NONE ? NULL : p->view[i].p;
}

/* Where gradients are added. */
struct grads {
	real		*x;
	const size_t	*at;		/* where in x the gradient of each
					   tensor begins; PARAM_NONE: it is
					   not wanted */
};

/* NULL where there is none, or none is wanted. */
static inline real *
grad_of(const struct grads *g, size_t i)
{
	return i == PARAM_NONE || g->at[i] == PARAM_NONE ? NULL :
	    g->x + g->at[i];
}

static inline int
wants(const struct grads *g, const struct param_at *at)
{
	return grad_of(g, at->w) != NULL || grad_of(g, at->b) != NULL;
}

#endif
