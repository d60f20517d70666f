/*
 * params: where the values of a model's parameters are, tensor by tensor: in
 * a block of memory, or in a file that is mapped, as it has them.
 */
#ifndef MODEL_PARAMS_H
#define MODEL_PARAMS_H

#include <stddef.h>

#include "base/err.h"
#include "nn/real.h"
#include "tensor/layout.h"

/* All borrowed; who moves a tensor points its view elsewhere. */
struct param_view {
	const void	*p;		/* n values, row-major */
	enum dtype	 dtype;		/* REAL_DTYPE and aligned: used in
					   place.  Else it is converted, which
					   is exact, whenever it is used; only
					   matrices may be such */
};

struct params {
	const struct layout *layout;	/* the model's, borrowed */
	struct param_view *view;	/* one for each of its tensors */
};

/* Views of a block with all tensors in the order of l, both borrowed; block
 * NULL: views of nothing, to be set.  NULL: out of memory.  Free with
 * params_free(). */
struct params	*params_new(const struct layout *l, const real *block,
		    struct err *e);
/* The same views. */
struct params	*params_copy(const struct params *p, struct err *e);
/* Accepts NULL. */
void		 params_free(struct params *p);

/* 1: tensor i is used where it is; all are. */
int		 params_in_place(const struct params *p, size_t i);
int		 params_all_in_place(const struct params *p);
/* x = the n values of tensor i from the from-th on. */
void		 params_read(real *x, const struct params *p, size_t i,
		    size_t from, size_t n);
/* block = all tensors, in the order of the layout. */
void		 params_read_all(real *block, const struct params *p);
/* Tensor i: where it is, or converted to *room, which then moves on behind
 * it. */
const real	*params_at(const struct params *p, size_t i, real **room);
/* Values of room that this takes: 0 where it is used in place. */
size_t		 params_room(const struct params *p, size_t i);

#endif
