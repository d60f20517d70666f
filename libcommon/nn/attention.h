/*
 * attention: causal self-attention of one sequence,
 *	o = softmax(q k^T / sqrt(d) + causal mask) v  for each head of width d
 * (Vaswani et al., arXiv 1706.03762, equation 1).
 */
#ifndef NN_ATTENTION_H
#define NN_ATTENTION_H

#include <stddef.h>

#include "nn/real.h"

/* Row stride of one head's probabilities: t rounded up to whole lanes. */
size_t	attention_stride(size_t t);
/* Values of p for a sequence of t: n_head x t x attention_stride(t). */
size_t	attention_size(size_t t, size_t n_head);
/*
 * o is t x c; p the probabilities (see attention_size()), kept for the
 * backward pass; qkv is t x 3c: a row holds q, k and v, each n_head slices of
 * c / n_head.
 */
void	attention_forward(real *o, real *p, const real *qkv, size_t t,
	    size_t n_head, size_t c);
/* dqkv (t x 3c, overwritten) from dout (t x c).  work: t x
 * attention_stride(t) values. */
void	attention_backward(real *dqkv, const real *dout, const real *qkv,
	    const real *p, real *work, size_t t, size_t n_head, size_t c);

#endif
