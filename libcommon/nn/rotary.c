#include <string.h>

#include "base/cpu.h"
#include "nn/math.h"
#include "nn/rotary.h"

static const char *const kind_names[ROTARY_COUNT] = {
	[ROTARY_PLAIN] = "default", [ROTARY_LINEAR] = "linear",
	[ROTARY_LLAMA3] = "llama3",
};

const char *
rotary_name(enum rotary_kind k)
{
	return kind_names[k];
}

int
rotary_parse(enum rotary_kind *k, const char *name)
{
	int i;

	for (i = 0; i < ROTARY_COUNT; i++)
		if (strcmp(kind_names[i], name) == 0) {
			*k = (enum rotary_kind)i;
			return 0;
		}
	return -1;
}

/* The nearest integer; |x| < 2^51. */
static double
nearest(double x)
{
	const double magic = 0x1.8p52;

	return (x + magic) - magic;
}

/* e^-x for x >= 0: e^-x = 2^-n e^r with |r| <= log(2)/2, the latter by its
 * series. */
static double
exp_minus(double x)
{
	double n = nearest(x * 1.44269504088896341), sum = 1;
	double r = n * 6.93147180369123816490e-01 - x;	/* exact */
	int i;

	r += n * 1.90821492927058770002e-10;
	for (i = 20; i > 0; i--)
		sum = 1 + sum * r / i;
	for (; n > 0; n--)
		sum /= 2;
	return sum;
}

/*
 * Cosine and sine of x, 0 <= x < 2^20: the remainder by pi/2 in two parts, of
 * which the first has 33 bits (fdlibm's e_rem_pio2.c), then the series, whose
 * next term is below 1e-17.
 */
static void
turn(double *c, double *s, double x)
{
	double n = nearest(x * 0.636619772367581343), z, t;
	double r = (x - n * 1.57079632673412561417e+00) -
	    n * 6.07710050650619224932e-11;
	unsigned quarter = (unsigned)n & 3;
	int i;

	z = r * r;
	*c = *s = 1;
	for (i = 16; i > 0; i -= 2) {
		*c = 1 - *c * z / (i * (i - 1));
		*s = 1 - *s * z / (i * (i + 1));
	}
	*s *= r;
	if (quarter & 1) {
		t = *c;
		*c = -*s;
		*s = t;
	}
	if (quarter & 2) {
		*c = -*c;
		*s = -*s;
	}
}

static double
llama3(double f, const struct rotary *r)
{
	double turns = r->original * f / 6.28318530717958648; /* original/l */
	double s = (turns - r->low) / (r->high - r->low);

	if (turns < r->low)
		return f / r->factor;
	return turns > r->high ? f : (1 - s) * f / r->factor + s * f;
}

void
rotary_frequencies(double *freq, const struct rotary *r, size_t d)
{
	double log_theta = plain_log(r->theta);
	size_t j;

	for (j = 0; j < d / 2; j++) {
		freq[j] = exp_minus((double)(2 * j) / (double)d * log_theta);
		if (r->kind == ROTARY_LINEAR)
			freq[j] /= r->factor;
		else if (r->kind == ROTARY_LLAMA3)
			freq[j] = llama3(freq[j], r);
	}
}

void
rotary_table(real *table, const double *freq, size_t t, size_t half)
{
	double c, s;
	size_t i, j;

	for (i = 0; i < t; i++, table += 2 * half)
		for (j = 0; j < half; j++) {
			turn(&c, &s, (double)i * freq[j]);
			table[j] = (real)c;
			table[half + j] = (real)s;
		}
}

/* One head at one position. */
static inline void
turn_head(real *restrict x, const real *restrict c, const real *restrict s,
    real sign, size_t half)
{
	size_t j;

	for (j = 0; j < half; j++) {
		real a = x[j], b = x[half + j];

		x[j] = a * c[j] - b * (sign * s[j]);
		x[half + j] = b * c[j] + a * (sign * s[j]);
	}
}

CPU_CLONES static void
turn_rows(real *x, const real *table, real sign, size_t t, size_t n_head,
    size_t d, size_t ld)
{
	size_t i, h;

	for (i = 0; i < t; i++, table += d)
		for (h = 0; h < n_head; h++)
			turn_head(x + i * ld + h * d, table, table + d / 2,
			    sign, d / 2);
}

void
rotary_forward(real *x, const real *table, size_t t, size_t n_head, size_t d,
    size_t ld)
{
	turn_rows(x, table, 1, t, n_head, d, ld);
}

void
rotary_backward(real *dx, const real *table, size_t t, size_t n_head,
    size_t d, size_t ld)
{
	turn_rows(dx, table, -1, t, n_head, d, ld);
}
