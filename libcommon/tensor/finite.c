#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/cpu.h"
#include "tensor/finite.h"

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

size_t
finite_prefix_f32(const float *x, size_t n)
{
	size_t i;

	if (largest_magnitude(x, n) < 0x7f800000)
		return n;
	for (i = 0; i < n && isfinite(x[i]); i++)
		;
	return i;
}
