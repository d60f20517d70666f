#include "base/cpu.h"
#include "nn/math.h"
#include "nn/norm.h"

/* Sum of (x - shift)^power, power 1 or 2, in 16 lanes. */
static inline real
power_sum(const real *x, real shift, int power, size_t n)
{
	real lane[LANES] = { 0 }, d;
	size_t j, l;

	for (j = 0; j + LANES <= n; j += LANES)
		for (l = 0; l < LANES; l++) {
			d = x[j + l] - shift;
			lane[l] += power == 2 ? d * d : d;
		}
	for (l = 0; j + l < n; l++) {
		d = x[j + l] - shift;
		lane[l] += power == 2 ? d * d : d;
	}
	return lanes_sum(lane);
}

CPU_CLONES void
norm_forward(real *y, real *stat, const real *x, const real *w,
    const real *b, enum nn_norm kind, real eps, size_t m, size_t n)
{
	size_t i, j;

	for (i = 0; i < m; i++, x += n, y += n, stat += NORM_STATS) {
		real mean = kind == NORM_RMS ? 0 :
		    power_sum(x, 0, 1, n) / (real)n;
		real var = power_sum(x, mean, 2, n) / (real)n;
		real scale = 1 / real_sqrt(var + eps);

		if (b != NULL)
			for (j = 0; j < n; j++)
				y[j] = (x[j] - mean) * scale * w[j] + b[j];
		else if (w == NULL)
			for (j = 0; j < n; j++)
				y[j] = (x[j] - mean) * scale;
		else
			for (j = 0; j < n; j++)
				y[j] = (x[j] - mean) * scale * w[j];
		stat[0] = mean;
		stat[1] = scale;
	}
}

/* g1 = sum of g, g2 = sum of g (x - mean), where g = dy w; w NULL: g = dy. */
static inline void
gradient_sums(real *g1, real *g2, const real *dy, const real *w, const real *x,
    real mean, size_t n)
{
	real a[LANES] = { 0 }, b[LANES] = { 0 }, g;
	size_t j, l;

	for (j = 0; j + LANES <= n; j += LANES)
		for (l = 0; l < LANES; l++) {
			g = w == NULL ? dy[j + l] : dy[j + l] * w[j + l];
			a[l] += g;
			b[l] += g * (x[j + l] - mean);
		}
	for (l = 0; j + l < n; l++) {
		g = w == NULL ? dy[j + l] : dy[j + l] * w[j + l];
		a[l] += g;
		b[l] += g * (x[j + l] - mean);
	}
	*g1 = lanes_sum(a);
	*g2 = lanes_sum(b);
}

/* What a row gives to dx, and where it is wanted to dw. */
static inline void
row_backward(real *restrict dx, real *restrict dw, const real *restrict dy,
    const real *restrict x, const real *restrict w, real mean, real scale,
    enum nn_norm kind, size_t n)
{
	real g1, g2;
	size_t j;

	gradient_sums(&g1, &g2, dy, w, x, mean, n);
	g1 = kind == NORM_RMS ? 0 : g1 / (real)n;
	g2 = g2 / (real)n * scale * scale;
	if (w == NULL)
		for (j = 0; j < n; j++)
			dx[j] += (dy[j] - g1 - (x[j] - mean) * g2) * scale;
	else
		for (j = 0; j < n; j++) {
			real d = x[j] - mean;

			if (dw != NULL)
				dw[j] += dy[j] * (d * scale);
			dx[j] += (dy[j] * w[j] - g1 - d * g2) * scale;
		}
}

CPU_CLONES void
norm_backward(real *restrict dx, real *restrict dw, real *restrict db,
    const real *restrict dy, const real *restrict x, const real *stat,
    const real *restrict w, enum nn_norm kind, size_t m, size_t n)
{
	size_t i, j;

	for (i = 0; i < m; i++, x += n, dx += n, dy += n, stat += NORM_STATS) {
		/* the loops of each call know what is NULL */
		if (w == NULL)
			row_backward(dx, NULL, dy, x, NULL, stat[0], stat[1],
			    kind, n);
		else if (dw == NULL)
			row_backward(dx, NULL, dy, x, w, stat[0], stat[1],
			    kind, n);
		else
			row_backward(dx, dw, dy, x, w, stat[0], stat[1], kind,
			    n);
		if (db != NULL)
			for (j = 0; j < n; j++)
				db[j] += dy[j];
	}
}
