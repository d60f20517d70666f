/*
 * The ten rounds of Philox4x32 on four variables, as a macro so that a loop
 * over many counters vectorises.  Private to this room.
 */
#ifndef RANDOM_ROUNDS_H
#define RANDOM_ROUNDS_H

#include <stdint.h>

#define PHILOX_M0 0xD2511F53u
#define PHILOX_M1 0xCD9E8D57u
#define PHILOX_W0 0x9E3779B9u		/* golden ratio */
#define PHILOX_W1 0xBB67AE85u		/* sqrt(3) - 1 */

#define PHILOX_ROUND(a, b, c, d, k0, k1, r) do {			\
	uint64_t p0_ = (uint64_t)PHILOX_M0 * (a);			\
	uint64_t p1_ = (uint64_t)PHILOX_M1 * (c);			\
	uint32_t a_ = (uint32_t)(p1_ >> 32) ^ (b) ^			\
	    ((k0) + (r) * PHILOX_W0);					\
	uint32_t c_ = (uint32_t)(p0_ >> 32) ^ (d) ^			\
	    ((k1) + (r) * PHILOX_W1);					\
	(b) = (uint32_t)p1_;						\
	(d) = (uint32_t)p0_;						\
	(a) = a_;							\
	(c) = c_;							\
} while (0)

#define PHILOX_ROUNDS(a, b, c, d, k0, k1) do {				\
	PHILOX_ROUND(a, b, c, d, k0, k1, 0u);				\
	PHILOX_ROUND(a, b, c, d, k0, k1, 1u);				\
	PHILOX_ROUND(a, b, c, d, k0, k1, 2u);				\
	PHILOX_ROUND(a, b, c, d, k0, k1, 3u);				\
	PHILOX_ROUND(a, b, c, d, k0, k1, 4u);				\
	PHILOX_ROUND(a, b, c, d, k0, k1, 5u);				\
	PHILOX_ROUND(a, b, c, d, k0, k1, 6u);				\
	PHILOX_ROUND(a, b, c, d, k0, k1, 7u);				\
	PHILOX_ROUND(a, b, c, d, k0, k1, 8u);				\
	PHILOX_ROUND(a, b, c, d, k0, k1, 9u);				\
} while (0)

#endif
