/*
 * attention: causal self-attention of one sequence,
 *	o = softmax(q k^T / sqrt(d) + causal mask) v  for each head of width d
 * (Vaswani et al., arXiv 1706.03762, equation 1).  With fewer key and value
 * heads than query heads, n_head / n_kv neighbouring query heads share one
 * (Ainslie et al., arXiv 2305.13245).
 */
#ifndef NN_ATTENTION_H
#define NN_ATTENTION_H

#include <stddef.h>

#include "nn/real.h"

struct attention_shape {
	size_t	n_head;
	size_t	n_kv;		/* divides n_head */
	size_t	d;		/* width of a head */
};

/* Row stride of one head's probabilities: t rounded up to whole lanes. */
size_t	attention_stride(size_t t);
/* Values of p for a sequence of t: n_head x t x attention_stride(t). */
size_t	attention_size(size_t t, size_t n_head);
/* Width of qkv: (n_head + 2 n_kv) d. */
size_t	attention_width(const struct attention_shape *s);
/*
 * Sequences of t = start[1] - start[0], start[2] - start[1], ... tokens, their
 * rows end to end, by themselves.  For each: o is t x (n_head d); p the
 * probabilities (see attention_size()), kept for the backward pass; qkv is
 * t x attention_width(): a row holds n_head slices of q, n_kv of k and n_kv of
 * v, each of d.
 */
void	attention_forward(real *o, real *p, const real *qkv,
	    const size_t *start, size_t n_seq,
	    const struct attention_shape *s);
/* dqkv (shaped as qkv, overwritten) from dout (shaped as o).  work: for each
 * sequence attention_size(t, n_kv) values. */
void	attention_backward(real *dqkv, const real *dout, const real *qkv,
	    const real *p, real *work, const size_t *start, size_t n_seq,
	    const struct attention_shape *s);

#endif
