/*
 * math: exp, log and the like in plain arithmetic, so that loops over them
 * vectorise and the same bits come out on every processor.  With NN_F64 exp
 * and erfc are libm's, since there the point is an exact reference.
 */
#ifndef NN_MATH_H
#define NN_MATH_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "nn/real.h"

enum { LANES = 16 };		/* partial sums of a long sum */

#ifdef NN_F64

#define real_exp	exp
#define real_erfc	erfc
#define real_sqrt	sqrt

#else

#define real_sqrt	sqrtf

/*
 * e^x within 2 units in the last place for -87 <= x <= 87; the value at the
 * nearer end outside, NaN for NaN.  x = n log 2 + r, then the polynomial of
 * Cephes' expf for |r| <= log(2)/2.  (Clamped by way of |x|: two comparisons
 * in a row keep the compiler from vectorising.)
 */
static inline float
real_exp(float x)
{
	const float magic = 0x1.8p23f;	/* adding it rounds to an integer */
	float a = fabsf(x), t, n, r, p, scale;
	uint32_t bits;

	x = copysignf(a > 87.0f ? 87.0f : a, x);
	t = x * 1.44269504f + magic;
	n = t - magic;
	r = x - n * 0.693359375f;
	r = r - n * -2.12194440e-4f;
	p = 1.9875691500e-4f;
	p = p * r + 1.3981999507e-3f;
	p = p * r + 8.3334519073e-3f;
	p = p * r + 4.1665795894e-2f;
	p = p * r + 1.6666665459e-1f;
	p = p * r + 5.0000001201e-1f;
	p = p * (r * r) + r + 1.0f;
	memcpy(&bits, &t, sizeof bits);
	bits = (bits - 0x4b400000 + 127) << 23;		/* 2^n */
	memcpy(&scale, &bits, sizeof scale);
	return p * scale;
}

/*
 * erfc(x), within 5e-7 absolute and 2e-5 relative down to 1e-37: the rational
 * Chebyshev fit erfcc of Press et al., "Numerical recipes", section 6.2.
 */
static inline float
real_erfc(float x)
{
	float z = fabsf(x), t = 1.0f / (1.0f + 0.5f * z), p;
	float sign = copysignf(1.0f, x);

	p = 0.17087277f;
	p = p * t - 0.82215223f;
	p = p * t + 1.48851587f;
	p = p * t - 1.13520398f;
	p = p * t + 0.27886807f;
	p = p * t - 0.18628806f;
	p = p * t + 0.09678418f;
	p = p * t + 0.37409196f;
	p = p * t + 1.00002368f;
	p = p * t - 1.26551223f;
	/* below 0 it is 2 - erfc(-x) */
	return (1.0f - sign) + sign * (t * real_exp(p - z * z));
}

#endif

/*
 * Natural logarithm of a normal x > 0, within 2 units in the last place:
 * x = 2^k m with m in [sqrt(1/2), sqrt(2)), log m = 2 atanh((m-1)/(m+1)).
 */
static inline double
plain_log(double x)
{
	uint64_t bits;
	int64_t k;
	double m, s, z, sum = 0;
	int i;

	memcpy(&bits, &x, sizeof bits);
	k = (int64_t)(bits - 0x3fe6a09e667f3bcd) >> 52;
	bits -= (uint64_t)k << 52;
	memcpy(&m, &bits, sizeof m);
	s = (m - 1) / (m + 1);
	z = s * s;
	for (i = 23; i >= 3; i -= 2)
		sum = sum * z + 1.0 / i;
	return (double)k * 0x1.62e42fefa39efp-1 + (2 * s + 2 * s * z * sum);
}

/* The sum of the lanes, in the order of a binary tree. */
static inline real
lanes_sum(const real lane[LANES])
{
	real s[LANES / 2];
	int i, h;

	for (i = 0; i < LANES / 2; i++)
		s[i] = lane[i] + lane[i + LANES / 2];
	for (h = LANES / 4; h > 0; h /= 2)
		for (i = 0; i < h; i++)
			s[i] += s[i + h];
	return s[0];
}

#endif
