#include "base/cpu.h"
#include "nn/linear.h"
#include "nn/mlp.h"

CPU_CLONES static void
multiply_by(real *restrict y, const real *restrict x, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		y[i] *= x[i];
}

/* a->h = act(x wg + bg) (x w1 + b1). */
static void
gated_forward(const struct mlp_acts *a, const real *x,
    const struct mlp_weights *w, const struct mlp_shape *s, size_t m)
{
	real *in = a->slope != NULL ? a->slope : a->gate;
	size_t n = m * s->inner;

	linear_forward(in, x, w->wg, w->bg, s->op, m, s->c, s->inner,
	    s->inner);
	if (a->slope != NULL)
		act_forward_slope(a->gate, a->slope, s->act, n);
	else
		act_forward(a->gate, a->gate, s->act, n);
	linear_forward(a->h, x, w->w1, w->b1, s->op, m, s->c, s->inner,
	    s->inner);
	if (a->slope != NULL)
		multiply_by(a->slope, a->h, n);
	multiply_by(a->h, a->gate, n);
}

void
mlp_forward(real *y, const struct mlp_acts *a, const real *x,
    const struct mlp_weights *w, const struct mlp_shape *s, size_t m)
{
	real *in = a->slope != NULL ? a->slope : a->h;

	if (w->wg != NULL)
		gated_forward(a, x, w, s, m);
	else {
		linear_forward(in, x, w->w1, w->b1, s->op, m, s->c, s->inner,
		    s->inner);
		if (a->slope != NULL)
			act_forward_slope(a->h, in, s->act, m * s->inner);
		else
			act_forward(in, in, s->act, m * s->inner);
	}
	linear_forward_add(y, a->h, w->w2, w->b2, s->op, m, s->inner, s->c);
}

void
mlp_backward(real *dx, const struct mlp_grads *g, const real *dy,
    const real *x, const struct mlp_acts *a, const struct mlp_weights *w,
    const struct mlp_shape *s, real *work, size_t m)
{
	size_t n = m * s->inner;
	real *dup = work + n;

	linear_backward(work, g->w2, g->b2, dy, a->h, w->w2, s->op, 0, m,
	    s->inner, s->c, s->c);
	if (w->wg == NULL) {
		act_backward(work, work, a->slope, n);
		linear_backward(dx, g->w1, g->b1, work, x, w->w1, s->op, 0, m,
		    s->c, s->inner, s->inner);
		return;
	}
	act_backward(dup, work, a->gate, n);
	act_backward(work, work, a->slope, n);
	linear_backward(dx, g->wg, g->bg, work, x, w->wg, s->op, 0, m, s->c,
	    s->inner, s->inner);
	linear_backward(dx, g->w1, g->b1, dup, x, w->w1, s->op, 1, m, s->c,
	    s->inner, s->inner);
}
