#include "nn/lora.h"

void
lora_product(real *dw, const real *a, const real *b,
    const struct lora_shape *s)
{
	if (s->op == MAT_T)
		nn_gemm(dw, b, a, MAT_N, MAT_N, s->out, s->in, s->r,
		    s->scale, s->r, s->in, 0, s->in);
	else
		nn_gemm(dw, a, b, MAT_T, MAT_T, s->in, s->out, s->r,
		    s->scale, s->in, s->r, 0, s->out);
}

void
lora_backward(real *da, real *db, const real *g, const real *a,
    const real *b, const struct lora_shape *s)
{
	/* g as out x in is op(g) */
	enum mat_op op = s->op == MAT_T ? MAT_N : MAT_T;
	size_t ld = s->op == MAT_T ? s->in : s->out;

	nn_gemm(db, g, a, op, MAT_T, s->out, s->r, s->in, s->scale, ld,
	    s->in, 0, s->r);
	nn_gemm(da, b, g, MAT_T, op, s->r, s->in, s->out, s->scale, s->r, ld,
	    0, s->in);
}
