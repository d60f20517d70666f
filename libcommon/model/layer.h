/*
 * layer: one layer of the decoder, and its activations.  Within the room.
 *
 *	y = x + attention(norm(x)),  z = y + mlp(norm(y))
 * or, where norms come after,
 *	y = x + norm(attention(x)),  z = y + norm(mlp(y))
 */
#ifndef MODEL_LAYER_H
#define MODEL_LAYER_H

#include "model/batch.h"
#include "model/config.h"
#include "model/names.h"
#include "model/site.h"
#include "nn/mlp.h"
#include "nn/real.h"

/* What a layer's forward pass leaves; m tokens, width c. */
struct layer_acts {
	real	*x;		/* m x c: the layer's input */
	real	*stat_1;	/* m x NORM_STATS */
	real	*n_1;		/* m x c: what attention reads */
	real	*raw;		/* m x attention_width(): q, k, v as projected;
				   only where they are normed or clipped */
	real	*stat_qk;	/* m x (n_head + n_kv_head) x NORM_STATS;
				   only where q and k are normed */
	real	*qkv;		/* m x attention_width() */
	real	*p;		/* attention's probabilities, by sequence */
	real	*o;		/* m x (n_head head_dim): attention's output */
	real	*u_1;		/* m x c: what norm_1 reads, where it is after
				   attention */
	real	*y;		/* m x c: after attention */
	real	*stat_2;	/* m x NORM_STATS */
	real	*n_2;		/* m x c: what the MLP reads */
	struct mlp_acts mlp;
	real	*u_2;		/* m x c: what norm_2 reads, where it is after
				   the MLP */
};

/* Workspace of the backward pass. */
struct layer_work {
	real	*dc;		/* m x c, m x (n_head head_dim) */
	real	*du;		/* m x c; only where norms come after */
	real	*dqkv;		/* m x attention_width() */
	real	*draw;		/* the same; only where layer_acts has raw */
	real	*dh;		/* m x inner; gated: twice that */
	real	*dp;		/* attention_size(t, n_kv_head) for each
				   sequence */
};

/* One pass over the sequences [first, last) of b, laid end to end. */
struct layer_run {
	const struct model_config *c;
	const struct params *params;	/* those of the layer are in place */
	const real	*rotary;	/* rotary_table(), if the model has one */
	const struct batch *b;
	size_t		 first, last;
	real		*room;		/* m x c */
	const struct site_hook *hook;	/* looks at the sites, one sequence at
					   a time; NULL: nobody */
	size_t		 layer;
};

/* Called m in this file. */
static inline size_t
layer_tokens(const struct layer_run *r)
{
	return r->b->start[r->last] - r->b->start[r->first];
}

/* z (m x c) from a->x, which it may be if no backward pass follows; fills
 * *a. */
void	layer_forward(real *z, const struct layer_acts *a,
	    const struct layer_at *at, const struct layer_run *r);
/* d: gradient of z before, of x after; below 0: that of x is not wanted, and
 * d is left somewhere between.  Adds to g. */
void	layer_backward(real *d, const struct grads *g,
	    const struct layer_acts *a, const struct layer_at *at,
	    const struct layer_run *r, const struct layer_work *w, int below);

/* Of them: a->qkv from a->n_1, and back to dn (m x c, overwritten; NULL: not
 * wanted) from w->dqkv, which is lost. */
void	qkv_forward(const struct layer_acts *a, const struct layer_at *at,
	    const struct layer_run *r);
void	qkv_backward(real *dn, const struct grads *g,
	    const struct layer_acts *a, const struct layer_at *at,
	    const struct layer_run *r, const struct layer_work *w);

#endif
