/*
 * params: where a model's parameters are in their block.  Within the room.
 */
#ifndef MODEL_PARAMS_H
#define MODEL_PARAMS_H

#include <stdint.h>

#include "model/config.h"
#include "nn/real.h"

/* Offsets into a parameter or gradient block. */
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

/* NULL where there is none. */
static inline const real *
param(const real *params, size_t at)
{
	return at == PARAM_NONE ? NULL : params + at;
}

static inline real *
param_grad(real *grad, size_t at)
{
	return at == PARAM_NONE ? NULL : grad + at;
}

#endif
