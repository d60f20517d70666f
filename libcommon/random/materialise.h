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

#endif
