#include <string.h>
#include <xxhash.h>

#include "random/philox.h"
#include "random/rounds.h"

uint64_t
random_name(const char *name)
{
	return XXH64(name, strlen(name), 0);
}

void
philox4x32_10(uint32_t out[4], const uint32_t counter[4],
    const uint32_t key[2])
{
	memcpy(out, counter, 4 * sizeof *out);
	PHILOX_ROUNDS(out[0], out[1], out[2], out[3], key[0], key[1]);
}

void
random_block(uint32_t out[4], const struct random_key *k, uint32_t b)
{
	const uint32_t counter[4] = { b, k->draw, (uint32_t)k->name,
	    (uint32_t)(k->name >> 32) };
	const uint32_t key[2] = { (uint32_t)k->seed,
	    (uint32_t)(k->seed >> 32) };

	philox4x32_10(out, counter, key);
}

uint32_t
random_word(const struct random_key *k, uint64_t i)
{
	uint32_t out[4];

	random_block(out, k, (uint32_t)(i / 4));
	return out[i % 4];
}
