#include <math.h>
#include <string.h>

#include "base/cpu.h"
#include "random/normal.h"
#include "random/rounds.h"

enum {
	BLOCKS = 64		/* counters a pass: its arrays stay in L1 */
};

/* sqrt(1/2) as a binary32 pattern, and times 2^31. */
static const int32_t HALF_ROOT_BITS = 0x3f3504f3;
static const uint32_t HALF_ROOT_31 = 0x5a827999;

CPU_INLINE float
to_float(int32_t bits)
{
	float x;

	memcpy(&x, &bits, sizeof x);
	return x;
}

CPU_INLINE int32_t
to_bits(float x)
{
	int32_t bits;

	memcpy(&bits, &x, sizeof bits);
	return bits;
}

/*
 * sqrt(-2 ln u), u = (y + 1/2) / 2^31, y = w >> 1.  Below sqrt(1/2) the
 * logarithm is e ln 2 + ln(1 + f) with u = 2^e (1 + f); above it f = u - 1
 * comes from the complement of y, whose rounding is relative to 1 - u.
 * ln(1 + f) = f - f^2/2 + f^3 p(f), p the polynomial of Cephes' logf.
 */
CPU_INLINE float
radius(uint32_t w)
{
	uint32_t y = w >> 1;
	float u = ((float)(int32_t)y + 0.5f) * 0x1p-31f;
	float v = ((float)(int32_t)(y ^ 0x7fffffffu) + 0.5f) * 0x1p-31f;
	int32_t i = to_bits(u) - HALF_ROOT_BITS;
	int32_t k = i >> 23;
	float m = to_float((i & 0x7fffff) + HALF_ROOT_BITS);
	int32_t low = -(int32_t)(y < HALF_ROOT_31);
	float e = (float)(k & low);
	float f = to_float((to_bits(m - 1.0f) & low) | (to_bits(-v) & ~low));
	float z = f * f, p, l;

	p = 7.0376836292e-2f * f - 1.1514610310e-1f;
	p = p * f + 1.1676998740e-1f;
	p = p * f - 1.2420140846e-1f;
	p = p * f + 1.4249322787e-1f;
	p = p * f - 1.6668057665e-1f;
	p = p * f + 2.0000714765e-1f;
	p = p * f - 2.4999993993e-1f;
	p = p * f + 3.3333331174e-1f;
	l = p * f * z - 0.5f * z + f + e * 0.69314718056f;
	return sqrtf(-2.0f * l);
}

/*
 * The sine and cosine of (w + 1/2) / 2^32 of a turn: k counts quarter turns
 * to the nearest axis, a is the rest, within an eighth of a turn.
 */
CPU_INLINE void
sine_cosine(float *s, float *c, uint32_t w)
{
	uint32_t r = w + 0x20000000u;
	uint32_t k = r >> 30;
	float a = ((float)((int32_t)(r & 0x3fffffffu) - 0x20000000) + 0.5f) *
	    (1.57079632679f * 0x1p-30f);
	float z = a * a;
	float sn, cs;
	int32_t swap = -(int32_t)(k & 1), x, y;

	sn = -1.9515295891e-4f * z + 8.3321608736e-3f;
	sn = sn * z - 1.6666654611e-1f;
	sn = sn * z * a + a;
	cs = 2.443315711809948e-5f * z - 1.388731625493765e-3f;
	cs = cs * z + 4.166664568298827e-2f;
	cs = cs * z * z - 0.5f * z + 1.0f;
	x = (to_bits(sn) & ~swap) | (to_bits(cs) & swap);
	y = (to_bits(cs) & ~swap) | (to_bits(sn) & swap);
	/* sine is negative in quarters 2, 3; cosine in 1, 2 */
	*s = to_float(x ^ (int32_t)((k & 2) << 30));
	*c = to_float(y ^ (int32_t)(((k + 1) & 2) << 30));
}

/* x[0..4 BLOCKS): blocks b, b + 1, ... */
CPU_CLONES static void
fill_blocks(float *x, const struct random_key *key, uint32_t b)
{
	uint32_t w[4][BLOCKS];
	float z[4][BLOCKS];
	uint32_t k0 = (uint32_t)key->seed, k1 = (uint32_t)(key->seed >> 32);
	uint32_t n0 = (uint32_t)key->name, n1 = (uint32_t)(key->name >> 32);
	uint32_t draw = key->draw;
	int i;

	for (i = 0; i < BLOCKS; i++) {
		uint32_t p = b + (uint32_t)i, q = draw, r = n0, s = n1;

		PHILOX_ROUNDS(p, q, r, s, k0, k1);
		w[0][i] = p;
		w[1][i] = q;
		w[2][i] = r;
		w[3][i] = s;
	}
	for (i = 0; i < BLOCKS; i++) {
		float s, c, t = radius(w[0][i]);

		sine_cosine(&s, &c, w[1][i]);
		z[0][i] = t * c;
		z[1][i] = t * s;
	}
	for (i = 0; i < BLOCKS; i++) {
		float s, c, t = radius(w[2][i]);

		sine_cosine(&s, &c, w[3][i]);
		z[2][i] = t * c;
		z[3][i] = t * s;
	}
	for (i = 0; i < BLOCKS; i++) {
		x[4 * i] = z[0][i];
		x[4 * i + 1] = z[1][i];
		x[4 * i + 2] = z[2][i];
		x[4 * i + 3] = z[3][i];
	}
}

void
normal_fill_f32(float *x, const struct random_key *k, uint64_t first,
    size_t n)
{
	float part[4 * BLOCKS];

	while (n > 0) {
		size_t skip = first % 4, take = 4 * BLOCKS - skip;

		if (take > n)
			take = n;
		if (skip == 0 && take == 4 * BLOCKS)
			fill_blocks(x, k, (uint32_t)(first / 4));
		else {
			fill_blocks(part, k, (uint32_t)(first / 4));
			memcpy(x, part + skip, take * sizeof *x);
		}
		x += take;
		first += take;
		n -= take;
	}
}
