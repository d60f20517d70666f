#include <stdint.h>
#include <string.h>

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

static float
from_bits(uint32_t u)
{
	float x;

	memcpy(&x, &u, sizeof x);
	return x;
}

/* IEEE binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
static float
from_f16(uint16_t h)
{
	uint32_t sign = (uint32_t)(h & 0x8000) << 16;
	uint32_t exponent = h >> 10 & 0x1f, fraction = h & 0x3ff;

	if (exponent == 0x1f)		/* infinity, not a number */
		return from_bits(sign | 0x7f800000 | fraction << 13);
	if (exponent == 0)		/* zero, subnormal: fraction * 2^-24 */
		return (sign ? -1.0f : 1.0f) * (float)fraction * 0x1p-24f;
	return from_bits(sign | (exponent + 112) << 23 | fraction << 13);
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
	case DT_F16: CONVERT(uint16_t, from_f16(v)); break;
	case DT_BF16: CONVERT(uint16_t, from_bits((uint32_t)v << 16)); break;
	case DT_I32: CONVERT(int32_t, (float)v); break;
	case DT_I64: CONVERT(int64_t, (float)v); break;
	case DT_U8: CONVERT(uint8_t, (float)v); break;
	default: break;
	}
}
