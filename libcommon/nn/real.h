/*
 * real: what layers compute with.  float; double when compiled with -DNN_F64,
 * which is how tests check every backward pass against central differences.
 */
#ifndef NN_REAL_H
#define NN_REAL_H

#include "linalg/gemm.h"
#include "tensor/dtype.h"

#ifdef NN_F64
typedef double	real;
#define nn_gemm	mat_gemm_f64
#define REAL_DTYPE	DT_F64
#else
typedef float	real;
#define nn_gemm	mat_gemm_f32
#define REAL_DTYPE	DT_F32
#endif

#endif
