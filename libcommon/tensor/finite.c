#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/cpu.h"
#include "tensor/finite.h"

static const uint32_t INFINITE_BITS = 0x7f800000;

/* Magnitudes order like their bits; infinities and NaNs are above all. */
CPU_CLONES static uint32_t
largest_magnitude(const float *x, size_t n)
{
	uint32_t worst = 0, u;
	size_t i;

	for (i = 0; i < n; i++) {
		memcpy(&u, &x[i], sizeof u);
		u &= 0x7fffffff;
		worst = u > worst ? u : worst;
	}
	return worst;
}

/* The same, copied on the way; a memcpy of 4 is how to load what is not
 * aligned. */
CPU_CLONES static uint32_t
copy_largest_magnitude(float *x, const unsigned char *src, size_t n)
{
	uint32_t worst = 0, u;
	size_t i;

	for (i = 0; i < n; i++) {
		memcpy(&u, src + i * sizeof u, sizeof u);
		memcpy(&x[i], &u, sizeof u);
		u &= 0x7fffffff;
		worst = u > worst ? u : worst;
	}
	return worst;
}

static size_t
first_that_is_not(const float *x, size_t n)
{
	size_t i;

	for (i = 0; i < n && isfinite(x[i]); i++)
		;
	return i;
}

size_t
finite_prefix_f32(const float *x, size_t n)
{
	return largest_magnitude(x, n) < INFINITE_BITS ? n :
	    first_that_is_not(x, n);
}

size_t
finite_copy_f32(float *x, const void *src, size_t n)
{
	return copy_largest_magnitude(x, src, n) < INFINITE_BITS ? n :
	    first_that_is_not(x, n);
}
