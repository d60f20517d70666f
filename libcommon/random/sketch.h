/*
 * sketch: random projections of long vectors to few numbers, by a matrix that
 * is never stored.
 *
 *	(S x)_k = 1/2 sum over i and j with h_j(i) = k of s_j(i) x_i
 *
 * Each element i of a tensor goes to 4 of the K results, one in each quarter
 * j, with an independent sign.  For all x and y, over the draws,
 *	E <S x, S y> = <x, y>
 *	Var <S x, S y> = (|x|^2 |y|^2 + <x, y>^2 - 2 sum x_i^2 y_i^2) / K
 * (where results are drawn evenly, to 2^-21 of K), which is at most
 * 2 |x|^2 |y|^2 / K and no more than that of K dense random signs: one, two
 * or four results have the same variance, four have the lightest tails.
 * Charikar, Chen and Farach-Colton, "Finding frequent items in data streams"
 * (ICALP 2002); Clarkson and Woodruff, "Low rank approximation and regression
 * in input sparsity time" (STOC 2013); Nelson and Nguyen, "OSNAP: faster
 * numerical linear algebra algorithms via sparser subspace embeddings" (FOCS
 * 2013).
 *
 * Word j of block i of the key (seed, "sketch." and the tensor's name, 0) is
 * what i draws for quarter j: its top bit is the sign, 1 is minus; its other
 * bits, times K / 4 and divided by 2^31, the place in the quarter.
 */
#ifndef RANDOM_SKETCH_H
#define RANDOM_SKETCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "tensor/layout.h"

enum { SKETCH_QUARTERS = 4, SKETCH_MAX = 1 << 20 };

struct sketch;

/* Of K = k results, a multiple of 4, at most SKETCH_MAX, for vectors of layout
 * l, which is borrowed and has tensors of at most 2^32 values.  NULL: *e.
 * Free with sketch_free(). */
struct sketch	*sketch_new(const struct layout *l, size_t k, uint64_t seed,
		    struct err *e);
void		 sketch_free(struct sketch *s);		/* accepts NULL */
/* y (k values, overwritten) = S x, summed in f64 in an order that depends on
 * the layout alone; on all threads. */
void		 sketch_f32(float *y, struct sketch *s, const float *x);

#endif
