/*
 * materialise: the values of a recipe, plumbline-stream(5).  The same bits
 * for any number of threads and any instruction set.
 */
#ifndef RANDOM_MATERIALISE_H
#define RANDOM_MATERIALISE_H

#include "stream/recipe.h"

/*
 * x (l->n values, overwritten) := the recipe's vector in layout l.  A glob
 * that no tensor matches, a basis or deviations of another layout, and a
 * value that is not finite are errors (RC_INPUT).
 */
int	recipe_fill_f32(float *x, const struct recipe *r,
	    const struct layout *l, struct err *e);
/* touched (l->n_tensors, overwritten): 1 for the tensors that a term takes
 * part in.  -1: a glob that no tensor matches. */
int	recipe_touches(unsigned char *touched, const struct recipe *r,
	    const struct layout *l, struct err *e);
/*
 * x[i] := base[i] + the recipe's values of tensor i of l, the same bits as
 * those of recipe_fill_f32() added, for the tensors that it touches; others
 * are not looked at.  base[i] may be x[i]; base NULL: zeros, and other tensors
 * become zeros.  Takes no memory of a vector's size.  Errors as above; x is
 * then undefined.
 */
int	recipe_add_f32(float *const x[], const float *const base[],
	    const struct recipe *r, const struct layout *l, struct err *e);

#endif
