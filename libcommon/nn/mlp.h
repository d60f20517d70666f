/*
 * mlp: y += act(x w1 + b1) w2 + b2.
 */
#ifndef NN_MLP_H
#define NN_MLP_H

#include <stddef.h>

#include "nn/act.h"
#include "nn/real.h"

/* Weights or their gradients; b1 and b2 NULL: none. */
struct mlp_weights {
	const real	*w1;		/* c x inner */
	const real	*b1;		/* inner */
	const real	*w2;		/* inner x c */
	const real	*b2;		/* c */
};
struct mlp_grads {
	real		*w1, *b1, *w2, *b2;
};

/*
 * y (m x c) += the MLP of x (m x c).  h (m x inner) becomes the activations.
 * slope (m x inner; NULL: no backward pass follows) becomes act'.
 */
void	mlp_forward(real *y, real *h, real *slope, const real *x,
	    const struct mlp_weights *w, enum nn_act act, size_t m, size_t c,
	    size_t inner);
/* dx (m x c) = gradient of x; adds to *g; h and slope from the forward pass.
 * work: m x inner. */
void	mlp_backward(real *dx, const struct mlp_grads *g, const real *dy,
	    const real *x, const real *h, const real *slope,
	    const struct mlp_weights *w, real *work, size_t m, size_t c,
	    size_t inner);

#endif
