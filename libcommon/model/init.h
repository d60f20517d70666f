/*
 * init: how a model begins, and the first values of its parameters.  Within
 * the room.
 */
#ifndef MODEL_INIT_H
#define MODEL_INIT_H

#include "model/config.h"
#include "model/model.h"

/* Without parameters, which have no views.  Free with model_free(). */
struct model *model_empty(const struct model_config *c, struct err *e);

/* Refuses a tensor of more values than can be drawn. */
int	init_check(const struct layout *l, struct err *e);
/* x = the n values of t from the from-th on; see model_init(). */
void	init_values(float *x, const struct tensor_spec *t,
	    const struct model_config *c, uint64_t seed, size_t from,
	    size_t n);

#endif
