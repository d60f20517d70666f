/*
 * lora: a low-rank change of a linear layer's weight,
 *
 *	w' = w + scale B A
 *
 * A is r x in, B is out x r (Hu, Shen, Wallis, Allen-Zhu, Li, Wang, Wang and
 * Chen, "LoRA: low-rank adaptation of large language models", ICLR 2022,
 * section 4.1).  As in nn/linear.h, op says how the weight is stored: MAT_T,
 * out x in, as B A is; MAT_N, in x out, the transpose of B A.
 */
#ifndef NN_LORA_H
#define NN_LORA_H

#include <stddef.h>

#include "nn/real.h"

struct lora_shape {
	enum mat_op	op;
	size_t		in, out, r;
	real		scale;
};

/* dw (as the weight is stored, overwritten) = scale B A. */
void	lora_product(real *dw, const real *a, const real *b,
	    const struct lora_shape *s);
/*
 * da (r x in), db (out x r), overwritten: the gradients of the factors from g,
 * that of the weight, stored as it is:
 *	db = scale g A^T,  da = scale B^T g
 */
void	lora_backward(real *da, real *db, const real *g, const real *a,
	    const real *b, const struct lora_shape *s);

#endif
