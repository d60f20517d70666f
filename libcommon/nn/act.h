/*
 * act: activation functions, element by element.
 *
 *	gelu_new(x) = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
 *	gelu(x)     = x/2 (1 + erf(x / sqrt(2)))
 *	silu(x)     = x / (1 + exp(-x))
 */
#ifndef NN_ACT_H
#define NN_ACT_H

#include <stddef.h>

#include "nn/real.h"

enum nn_act { ACT_GELU_TANH, ACT_GELU, ACT_SILU, ACT_COUNT };

/* The Hugging Face name: "gelu_new", "gelu", "silu". */
const char	*act_name(enum nn_act a);
/* 0, or -1 when no activation has that name. */
int		 act_parse(enum nn_act *a, const char *name);
/* y[i] = act(x[i]); x and y may be the same. */
void		 act_forward(real *y, const real *x, enum nn_act a, size_t n);
/* The same, and x[i] is replaced by the slope act'(x[i]), which is what the
 * backward pass needs; y and x differ. */
void		 act_forward_slope(real *y, real *x, enum nn_act a, size_t n);
/* dx[i] = dy[i] slope[i]; dx may be dy. */
void		 act_backward(real *dx, const real *dy, const real *slope,
		    size_t n);

#endif
