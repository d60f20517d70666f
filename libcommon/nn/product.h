/*
 * product: matrix products on all threads.  Large ones are cut into pieces of
 * the result at boundaries that depend on the shape alone; small ones are one
 * call of nn_gemm().
 */
#ifndef NN_PRODUCT_H
#define NN_PRODUCT_H

#include "nn/real.h"

/* c (m x n) := alpha op(a) op(b) + beta c; see mat_gemm_f32(). */
void	nn_product(real *c, const real *a, const real *b, enum mat_op ta,
	    enum mat_op tb, size_t m, size_t n, size_t k, real alpha,
	    size_t lda, size_t ldb, real beta, size_t ldc);

#endif
