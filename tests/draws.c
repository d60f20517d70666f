/*
 * draws: normal draws as bit patterns, one a line, for tests that hold them
 * against another implementation and other compilers' code.
 * usage: draws seed name draw first count
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random/normal.h"

enum { STEP = 1000 };		/* draws a call: no multiple of a block */

int
main(int argc, char *argv[])
{
	struct random_key k;
	uint64_t first, count;
	uint32_t bits;
	float x[STEP];
	size_t i, n;

	if (argc != 6) {
		fputs("usage: draws seed name draw first count\n", stderr);
		return 2;
	}
	k.seed = strtoull(argv[1], NULL, 10);
	k.name = random_name(argv[2]);
	k.draw = (uint32_t)strtoul(argv[3], NULL, 10);
	first = strtoull(argv[4], NULL, 10);
	for (count = strtoull(argv[5], NULL, 10); count > 0; count -= n) {
		n = count < STEP ? (size_t)count : STEP;
		normal_fill_f32(x, &k, first, n);
		first += n;
		for (i = 0; i < n; i++) {
			memcpy(&bits, &x[i], sizeof bits);
			printf("%08" PRIx32 "\n", bits);
		}
	}
	return fflush(stdout) == 0 ? 0 : 4;
}
