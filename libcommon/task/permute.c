#include <stdint.h>

#include "task/permute.h"

enum { ROUNDS = 8 };

size_t
permute(size_t i, size_t n, const struct random_key *k)
{
	unsigned half = 1, r;
	uint64_t a, b, t, mask;

	while ((uint64_t)1 << 2 * half < n)
		half++;
	mask = ((uint64_t)1 << half) - 1;
	do {
		a = i >> half;
		b = i & mask;
		for (r = 0; r < ROUNDS; r++) {
			t = (a + random_word(k, ((uint64_t)r << half) + b)) &
			    mask;
			a = b;
			b = t;
		}
		i = (size_t)(a << half | b);
	} while (i >= n);
	return i;
}
