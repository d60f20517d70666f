/*
 * normal: standard normal draws, specified to the bit in
 * plumbline-stream(5): Philox words, then the Box-Muller transform in IEEE
 * binary32 with + - x / sqrt and integer operations only.
 */
#ifndef RANDOM_NORMAL_H
#define RANDOM_NORMAL_H

#include "random/philox.h"

/* x[i] = draw number first + i of the key's sequence, i < n.  The largest
 * magnitude is 6.66; first + n may not exceed 2^34. */
void	normal_fill_f32(float *x, const struct random_key *k, uint64_t first,
	    size_t n);

#endif
