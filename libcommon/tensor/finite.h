/* finite: are all values of a block numbers? */
#ifndef TENSOR_FINITE_H
#define TENSOR_FINITE_H

#include <stddef.h>

/* The index of the first value that is infinite or not a number, or n. */
size_t	finite_prefix_f32(const float *x, size_t n);
/* The same of the n values at src, unaligned, that it copies to x; one pass
 * over both. */
size_t	finite_copy_f32(float *x, const void *src, size_t n);

#endif
