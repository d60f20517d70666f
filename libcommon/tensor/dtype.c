#include <stdint.h>
#include <string.h>

#include "base/cpu.h"
#include "tensor/dtype.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "plumbline's files are little-endian and are not swapped"
#endif

static const struct {
	const char	*name;
	size_t		 size;
} table[DT_COUNT] = {
	[DT_F32] = { "f32", 4 }, [DT_F64] = { "f64", 8 },
	[DT_F16] = { "f16", 2 }, [DT_BF16] = { "bf16", 2 },
	[DT_I32] = { "i32", 4 }, [DT_I64] = { "i64", 8 },
	[DT_U8] = { "u8", 1 },
};

size_t
dtype_size(enum dtype d)
{
	return table[d].size;
}

const char *
dtype_name(enum dtype d)
{
	return table[d].name;
}

int
dtype_is_of_weights(enum dtype d)
{
	return d == DT_F32 || d == DT_F16 || d == DT_BF16;
}

int
dtype_parse(enum dtype *d, const char *name)
{
	int i;

	for (i = 0; i < DT_COUNT; i++)
		if (strcmp(table[i].name, name) == 0) {
			*d = (enum dtype)i;
			return 0;
		}
	return -1;
}

CPU_INLINE float
from_bits(uint32_t u)
{
	float x;

	memcpy(&x, &u, sizeof x);
	return x;
}

CPU_INLINE uint32_t
bits_of(float x)
{
	uint32_t u;

	memcpy(&u, &x, sizeof u);
	return u;
}

/* IEEE binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
CPU_CLONES static void
read_f16(float *restrict x, const unsigned char *restrict p, size_t n)
{
	uint32_t u, small;
	uint16_t h;
	size_t i;

	for (i = 0; i < n; i++) {
		memcpy(&h, p + i * sizeof h, sizeof h);
		/* zero, subnormal: fraction * 2^-24 */
		small = bits_of((float)(int32_t)(h & 0x3ff) * 0x1p-24f);
		u = (uint32_t)(h & 0x7fff) << 13;
		/* infinity, not a number keep the largest exponent */
		u += (h & 0x7c00) == 0x7c00 ? 224u << 23 : 112u << 23;
		u = (h & 0x7c00) == 0 ? small : u;
		x[i] = from_bits(u | (uint32_t)(h & 0x8000) << 16);
	}
}

CPU_CLONES static void
read_bf16(float *restrict x, const unsigned char *restrict p, size_t n)
{
	uint16_t h;
	size_t i;

	for (i = 0; i < n; i++) {
		memcpy(&h, p + i * sizeof h, sizeof h);
		x[i] = from_bits((uint32_t)h << 16);
	}
}

#define CONVERT(type, expr) do {					\
	const unsigned char *p = src;					\
	type v;								\
	for (i = 0; i < n; i++) {					\
		memcpy(&v, p + i * sizeof v, sizeof v);			\
		x[i] = expr;						\
	}								\
} while (0)

void
dtype_to_f32(float *x, const void *src, size_t n, enum dtype d)
{
	size_t i;

	switch (d) {
	case DT_F32: memcpy(x, src, n * sizeof *x); break;
	case DT_F64: CONVERT(double, (float)v); break;
	case DT_F16: read_f16(x, src, n); break;
	case DT_BF16: read_bf16(x, src, n); break;
	case DT_I32: CONVERT(int32_t, (float)v); break;
	case DT_I64: CONVERT(int64_t, (float)v); break;
	case DT_U8: CONVERT(uint8_t, (float)v); break;
	default: break;
	}
}

static uint16_t
to_f16(float x)
{
	uint32_t u = bits_of(x), sign = u >> 16 & 0x8000;

	u &= 0x7fffffff;
	if (u >= 0x7f800000)		/* infinity, not a number */
		return (uint16_t)(sign | 0x7c00 | (u > 0x7f800000 ? 0x200 :
		    0));
	if (u >= 0x477ff000)		/* 65520 and above: infinity */
		return (uint16_t)(sign | 0x7c00);
	if (u < 0x38800000)		/* below 2^-14: a sum rounds to 2^-24 */
		return (uint16_t)(sign | (bits_of(from_bits(u) + 0.5f) -
		    0x3f000000));
	return (uint16_t)(sign | (u - (112u << 23) + 0xfff +
	    (u >> 13 & 1)) >> 13);
}

CPU_CLONES static void
write_bf16(uint16_t *restrict h, const float *restrict x, size_t n)
{
	uint32_t u, round;
	size_t i;

	for (i = 0; i < n; i++) {
		memcpy(&u, &x[i], sizeof u);
		round = 0x7fff + (u >> 16 & 1);
		/* what is not a number must not become infinite */
		u = (u & 0x7fffffff) > 0x7f800000 ? u | 0x400000 : u + round;
		h[i] = (uint16_t)(u >> 16);
	}
}

size_t
dtype_from_f32(void *dst, const float *x, size_t n, enum dtype d)
{
	uint16_t *h = dst, infinite = d == DT_F16 ? 0x7c00 : 0x7f80;
	size_t i;

	if (d == DT_F32) {
		memcpy(dst, x, n * sizeof *x);
		return n;
	}
	if (d == DT_BF16)
		write_bf16(h, x, n);
	else
		for (i = 0; i < n; i++)
			h[i] = to_f16(x[i]);
	for (i = 0; i < n; i++)
		if ((h[i] & 0x7fff) == infinite &&
		    (bits_of(x[i]) & 0x7fffffff) != 0x7f800000)
			return i;
	return n;
}
