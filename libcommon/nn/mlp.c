#include "nn/linear.h"
#include "nn/mlp.h"

void
mlp_forward(real *y, real *h, real *slope, const real *x,
    const struct mlp_weights *w, enum nn_act act, size_t m, size_t c,
    size_t inner)
{
	if (slope != NULL) {
		linear_forward(slope, x, w->w1, w->b1, m, c, inner);
		act_forward_slope(h, slope, act, m * inner);
	} else {
		linear_forward(h, x, w->w1, w->b1, m, c, inner);
		act_forward(h, h, act, m * inner);
	}
	linear_forward_add(y, h, w->w2, w->b2, m, inner, c);
}

void
mlp_backward(real *dx, const struct mlp_grads *g, const real *dy,
    const real *x, const real *h, const real *slope,
    const struct mlp_weights *w, real *work, size_t m, size_t c,
    size_t inner)
{
	linear_backward(work, g->w2, g->b2, dy, h, w->w2, m, inner, c);
	act_backward(work, work, slope, m * inner);
	linear_backward(dx, g->w1, g->b1, work, x, w->w1, m, c, inner);
}
