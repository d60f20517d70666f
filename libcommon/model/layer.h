/*
 * layer: one layer of the decoder, and where its parameters and activations
 * are.  Within the room.
 *
 *	y = x + attention(norm(x)),  z = y + mlp(norm(y))
 */
#ifndef MODEL_LAYER_H
#define MODEL_LAYER_H

#include "model/batch.h"
#include "model/config.h"
#include "model/site.h"
#include "nn/real.h"

/* Offsets into a parameter or gradient block. */
struct layer_at {
	size_t	ln_1_w, ln_1_b, attn_w, attn_b, proj_w, proj_b;
	size_t	ln_2_w, ln_2_b, fc_w, fc_b, out_w, out_b;
};

/* What a layer's forward pass leaves; m tokens, width c. */
struct layer_acts {
	real	*x;		/* m x c: the layer's input */
	real	*stat_1;	/* m x NORM_STATS */
	real	*n_1;		/* m x c: first norm's output */
	real	*qkv;		/* m x 3c */
	real	*p;		/* attention's probabilities, by sequence */
	real	*o;		/* m x c: attention's output */
	real	*y;		/* m x c: after attention */
	real	*stat_2;	/* m x NORM_STATS */
	real	*n_2;		/* m x c: second norm's output */
	real	*slope;		/* m x inner: act'; NULL: no backward pass */
	real	*h;		/* m x inner: the MLP's activations */
};

/* Workspace of the backward pass. */
struct layer_work {
	real	*dc;		/* m x c */
	real	*d3c;		/* m x 3c */
	real	*dh;		/* m x inner */
	real	*dp;		/* longest sequence, squared (see attention) */
};

/* Who looks at the sites of a layer; one sequence at a time then. */
struct layer_hook {
	const struct site_hook *hook;
	size_t		 layer;
	real		*room;		/* m x c */
};

/* z (m x c) from a->x, for the sequences [first, last) of b laid end to end;
 * fills *a.  hook NULL: nobody looks. */
void	layer_forward(real *z, const struct layer_acts *a,
	    const struct layer_at *at, const real *params,
	    const struct model_config *c, const struct batch *b, size_t first,
	    size_t last, const struct layer_hook *hook);
/* d: gradient of z before, of x after.  Adds to grad. */
void	layer_backward(real *d, real *grad, const struct layer_acts *a,
	    const struct layer_at *at, const real *params,
	    const struct model_config *c, const struct batch *b, size_t first,
	    size_t last, const struct layer_work *w);

#endif
