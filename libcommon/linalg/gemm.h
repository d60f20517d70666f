/*
 * gemm: matrix products.  Row-major; BLAS on one thread inside, our threads
 * outside at boundaries fixed by the shapes.
 */
#ifndef LINALG_GEMM_H
#define LINALG_GEMM_H

#include <stddef.h>

enum mat_op { MAT_N, MAT_T };		/* as it is, transposed */

/*
 * c := alpha op(a) op(b) + beta c, on the calling thread.
 * op(a) is m x k, op(b) is k x n, c is m x n; ld* are row strides.
 * Bits depend on the shapes, strides and values alone (for one BLAS kernel).
 */
void	mat_gemm_f32(float *c, const float *a, const float *b,
	    enum mat_op ta, enum mat_op tb, size_t m, size_t n, size_t k,
	    float alpha, size_t lda, size_t ldb, float beta, size_t ldc);
void	mat_gemm_f64(double *c, const double *a, const double *b,
	    enum mat_op ta, enum mat_op tb, size_t m, size_t n, size_t k,
	    double alpha, size_t lda, size_t ldb, double beta, size_t ldc);

#endif
