/*
 * mlp: y += act(x w1 + b1) w2 + b2, or gated,
 *	y += (act(x wg + bg) (x w1 + b1)) w2 + b2
 * with an element-wise product (Shazeer, arXiv 2002.05202).
 */
#ifndef NN_MLP_H
#define NN_MLP_H

#include <stddef.h>

#include "nn/act.h"
#include "nn/real.h"

/* Weights or their gradients, as linear.h has them; a bias NULL: none. */
struct mlp_weights {
	const real	*w1;		/* c x inner */
	const real	*b1;		/* inner */
	const real	*w2;		/* inner x c */
	const real	*b2;		/* c */
	const real	*wg;		/* c x inner; NULL: no gate */
	const real	*bg;		/* inner */
};
struct mlp_grads {
	real		*w1, *b1, *w2, *b2, *wg, *bg;
};

struct mlp_shape {
	size_t		 c, inner;
	enum nn_act	 act;
	enum mat_op	 op;		/* of all weights */
};

/* What the forward pass leaves. */
struct mlp_acts {
	real		*h;		/* m x inner: what w2 multiplies */
	real		*slope;		/* m x inner: dh/d(what act is applied
					   to); NULL: no backward pass */
	real		*gate;		/* m x inner: act of the gate; unused
					   without one */
};

/* y (m x c) += the MLP of x (m x c). */
void	mlp_forward(real *y, const struct mlp_acts *a, const real *x,
	    const struct mlp_weights *w, const struct mlp_shape *s, size_t m);
/* dx (m x c) = gradient of x; adds to *g.  work: m x inner, twice that with a
 * gate. */
void	mlp_backward(real *dx, const struct mlp_grads *g, const real *dy,
	    const real *x, const struct mlp_acts *a,
	    const struct mlp_weights *w, const struct mlp_shape *s,
	    real *work, size_t m);

#endif
