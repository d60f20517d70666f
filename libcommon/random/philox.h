/*
 * philox: counter-based random bits, Philox4x32-10 of Salmon, Moraes, Dror
 * and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
 */
#ifndef RANDOM_PHILOX_H
#define RANDOM_PHILOX_H

#include <stddef.h>
#include <stdint.h>

/*
 * What a sequence of draws is a function of.  Nothing else matters: not
 * order, thread, batch, shard or machine.
 */
struct random_key {
	uint64_t	seed;
	uint64_t	name;	/* random_name(): of the tensor, or purpose */
	uint32_t	draw;	/* index of the draw */
};

/* XXH64 of the name with seed 0: what stands for a name in a counter. */
uint64_t	random_name(const char *name);
/*
 * Block b of a key's sequence: four 32-bit words from
 * counter (b, draw, low and high half of name), key (low, high of seed).
 */
void		random_block(uint32_t out[4], const struct random_key *k,
		    uint32_t b);
/* Word i of the sequence: lane i mod 4 of block i / 4. */
uint32_t	random_word(const struct random_key *k, uint64_t i);
/* The plain generator: counter and key to four words. */
void		philox4x32_10(uint32_t out[4], const uint32_t counter[4],
		    const uint32_t key[2]);

#endif
