/*
 * random: Philox against the known answers of its authors, the normal draws
 * against Box and Muller's formula in f64, and the table of known answers that
 * plumbline-stream(5) shows.  How the draws are distributed: test_draws.c.
 */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "random/normal.h"

static const double TURN = 6.283185307179586476925286766559;

/* The file kat_vectors of Random123: philox4x32, 10 rounds. */
static const struct {
	uint32_t counter[4], key[2], out[4];
} known[] = {
	{ { 0, 0, 0, 0 }, { 0, 0 },
	  { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
	{ { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
	  { 0xffffffff, 0xffffffff },
	  { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
	{ { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
	  { 0xa4093822, 0x299f31d0 },
	  { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
};

static void
philox_gives_the_known_answers(void **state)
{
	uint32_t out[4];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof known / sizeof *known; i++) {
		philox4x32_10(out, known[i].counter, known[i].key);
		assert_memory_equal(out, known[i].out, sizeof out);
	}
}

static void
a_block_is_philox_of_its_key(void **state)
{
	const struct random_key k = { 0x0123456789abcdef, 0xfedcba9876543210,
	    77 };
	const uint32_t counter[4] = { 5, 77, 0x76543210, 0xfedcba98 };
	const uint32_t key[2] = { 0x89abcdef, 0x01234567 };
	uint32_t a[4], b[4];
	size_t i;

	(void)state;
	philox4x32_10(a, counter, key);
	random_block(b, &k, 5);
	assert_memory_equal(a, b, sizeof a);
	for (i = 0; i < 4; i++)
		assert_int_equal(random_word(&k, 20 + i), a[i]);
}

static void
names_are_xxh64(void **state)
{
	(void)state;
	/* xxhsum -H1 of no bytes, and of three */
	assert_true(random_name("") == 0xef46db3751d8e999);
	assert_true(random_name("abc") == 0x44bc2cf5ad770999);
}

/* The exact transform of the same words, rounded to f64 only. */
static void
exact_pair(double z[2], uint32_t w0, uint32_t w1)
{
	double u = ((w0 >> 1) + 0.5) / 0x1p31;
	/* near 1 the logarithm is that of a difference from 1 */
	double l = u < 0.5 ? log(u) : log1p(-((0x7fffffff ^ (w0 >> 1)) + 0.5)
	    / 0x1p31);
	double t = sqrt(-2 * l), a = TURN * ((w1 + 0.5) / 0x1p32);

	z[0] = t * cos(a);
	z[1] = t * sin(a);
}

/* The largest relative error of n draws. */
static double
worst_error(const struct random_key *k, uint64_t first, size_t n)
{
	float *x = mem_alloc(n, sizeof *x);
	double worst = 0;
	uint32_t w[4];
	size_t i, h;

	assert_non_null(x);
	normal_fill_f32(x, k, first, n);
	for (i = 0; i < n; i += 4) {
		random_block(w, k, (uint32_t)((first + i) / 4));
		for (h = 0; h < 2; h++) {
			double z[2], *y = z;

			exact_pair(z, w[2 * h], w[2 * h + 1]);
			for (; y < z + 2; y++)
				worst = fmax(worst, fabs(x[i + 2 * h +
				    (size_t)(y - z)] - *y) / fabs(*y));
		}
	}
	mem_free(x);
	return worst;
}

static void
draws_follow_box_and_muller(void **state)
{
	const struct random_key k = { 1, random_name("wte.weight"), 0 };
	const struct random_key far = { UINT64_MAX, UINT64_MAX, UINT32_MAX };

	(void)state;
	/* a handful of roundings of 2^-24 each; measured: 4.95 of them */
	assert_true(worst_error(&k, 0, 1 << 20) < 6 * 0x1p-24);
	assert_true(worst_error(&far, ((uint64_t)1 << 34) - 4096, 4096) <
	    6 * 0x1p-24);
}

static void
any_split_gives_the_same_bits(void **state)
{
	const struct random_key k = { 3, random_name("h.0.attn"), 9 };
	static const size_t step[] = { 1, 2, 3, 5, 255, 256, 257, 1000 };
	enum { N = 3000 };
	float whole[N], part[N];
	size_t i, s, n;

	(void)state;
	normal_fill_f32(whole, &k, 1234567, N);
	for (s = 0; s < sizeof step / sizeof *step; s++) {
		memset(part, 0, sizeof part);
		for (i = 0; i < N; i += n) {
			n = step[s] < N - i ? step[s] : N - i;
			normal_fill_f32(part + i, &k, 1234567 + i, n);
		}
		assert_memory_equal(part, whole, sizeof whole);
	}
	normal_fill_f32(NULL, &k, 0, 0);
}

/*
 * The lines of the manual page between "known answers" marks:
 * seed name draw index bits.
 */
static void
the_page_shows_what_is_drawn(void **state)
{
	const char *root = getenv("PLUMBLINE_ROOT");
	char path[512], line[256], name[64];
	uint64_t seed, index;
	uint32_t draw, bits, got;
	int inside = 0, lines = 0;
	FILE *fp;
	float x;

	(void)state;
	snprintf(path, sizeof path, "%s/man/plumbline-stream.5",
	    root ? root : ".");
	assert_non_null(fp = fopen(path, "r"));
	while (fgets(line, sizeof line, fp) != NULL) {
		if (strncmp(line, ".\\\" known answers", 17) == 0)
			inside = !inside;
		if (!inside || sscanf(line, "%" SCNu64 " %63s %" SCNu32
		    " %" SCNu64 " %" SCNx32, &seed, name, &draw, &index,
		    &bits) != 5)
			continue;
		struct random_key k = { seed, random_name(name), draw };

		normal_fill_f32(&x, &k, index, 1);
		memcpy(&got, &x, sizeof got);
		assert_int_equal(got, bits);
		lines++;
	}
	fclose(fp);
	assert_true(lines >= 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(philox_gives_the_known_answers),
		cmocka_unit_test(a_block_is_philox_of_its_key),
		cmocka_unit_test(names_are_xxh64),
		cmocka_unit_test(draws_follow_box_and_muller),
		cmocka_unit_test(any_split_gives_the_same_bits),
		cmocka_unit_test(the_page_shows_what_is_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
