/*
 * dtype: kinds of numbers.  f32 is what plumbline computes with; the others
 * are read, f16 and bf16 also written.  Everything is little-endian.
 */
#ifndef TENSOR_DTYPE_H
#define TENSOR_DTYPE_H

#include <stddef.h>

enum dtype {
	DT_F32, DT_F64, DT_F16, DT_BF16, DT_I32, DT_I64, DT_U8, DT_COUNT
};

/* Bytes a value. */
size_t		 dtype_size(enum dtype d);
/* "f32", "bf16", ... */
const char	*dtype_name(enum dtype d);
/* 1: weights are kept in it, which is f32, f16 or bf16. */
int		 dtype_is_of_weights(enum dtype d);
/* 0, or -1 when no dtype has that name. */
int		 dtype_parse(enum dtype *d, const char *name);
/* x[i] = src[i] for n values; src need not be aligned.  f64, i32 and i64 are
 * rounded to nearest. */
void		 dtype_to_f32(float *x, const void *src, size_t n,
		    enum dtype d);
/* The n values of x as d, which is f32, f16 or bf16, rounded to nearest, ties
 * to even, to dst, which is aligned.  Returns n, or the index of the first
 * one that this makes infinite. */
size_t		 dtype_from_f32(void *dst, const float *x, size_t n,
		    enum dtype d);

#endif
