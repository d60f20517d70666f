/* finite: are all values of a block numbers? */
#ifndef TENSOR_FINITE_H
#define TENSOR_FINITE_H

#include <stddef.h>

/* The index of the first value that is infinite or not a number, or n. */
size_t	finite_prefix_f32(const float *x, size_t n);

#endif
