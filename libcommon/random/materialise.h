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
/*
 * x (l->n values) := base + the recipe's vector, the same bits as those of
 * recipe_fill_f32() added, in the tensors that a term takes part in: touched
 * (l->n_tensors, overwritten) is 1 for these, the others are left as they
 * are.  base NULL: zeros.  Takes no memory of a vector's size.  Errors as
 * above; x is then undefined where touched is 1.
 */
int	recipe_add_f32(float *x, unsigned char *touched, const float *base,
	    const struct recipe *r, const struct layout *l, struct err *e);

#endif
