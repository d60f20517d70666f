/*
 * permute: a permutation of 0 ... n - 1 that is drawn, and computed place by
 * place: a Feistel network of eight rounds on the smallest 2^(2 h) >= n, whose
 * values that are not below n are sent through it again (Black and Rogaway,
 * "Ciphers with arbitrary finite domains", CT-RSA 2002, section 5).  Round r
 * adds to one half word number r 2^h + x of the key's sequence, x the other
 * half, modulo 2^h.
 */
#ifndef TASK_PERMUTE_H
#define TASK_PERMUTE_H

#include <stddef.h>

#include "random/philox.h"

/* Where i < n goes; n at most 2^32. */
size_t	permute(size_t i, size_t n, const struct random_key *k);

#endif
