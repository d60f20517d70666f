#include <math.h>

#include "linalg/order.h"

static const double PI = 3.14159265358979323846;

enum {
	NORMAL_STEPS = 16000,	/* Simpson's rule; even */
	SPHERE_STEPS = 20000
};

/* Weight of point i of n + 1 in Simpson's rule, without h / 3. */
static double
simpson(size_t i, size_t n)
{
	return i == 0 || i == n ? 1 : i % 2 ? 4 : 2;
}

double
order_normal_max(double n)
{
	const double bound = 16;	/* phi(16) is 1e-56 */
	double h = 2 * bound / NORMAL_STEPS, sum = 0, x, below;
	size_t i;

	if (n <= 1)
		return 0;
	for (i = 0; i <= NORMAL_STEPS; i++) {
		x = -bound + h * (double)i;
		/* Phi(x)^(n-1), by its complement where that is small */
		below = x > 0 ? exp((n - 1) * log1p(-erfc(x / sqrt(2)) / 2)) :
		    pow(erfc(-x / sqrt(2)) / 2, n - 1);
		sum += simpson(i, NORMAL_STEPS) * x * n *
		    exp(-x * x / 2) / sqrt(2 * PI) * below;
	}
	return sum * h / 3;
}

/*
 * The expectation is the integral of 1 - F(u)^n over [-1, 1], less 1; F is
 * summed up on the way, two steps at a time.
 */
double
order_sphere_max(double n, size_t r)
{
	double power = (double)r - 2, bound, h, total = 0, part = 0, sum = 0;
	size_t i;

	if (n <= 1)
		return 0;
	if (r == 1)
		return 1 - pow(2, 1 - n);
	bound = r > 150 ? 12 / sqrt(power) : PI / 2;
	bound = bound < PI / 2 ? bound : PI / 2;
	h = 2 * bound / SPHERE_STEPS;
#define DENSITY(k) pow(fabs(cos(-bound + h * (double)(k))), power)
	for (i = 0; i <= SPHERE_STEPS; i++)
		total += simpson(i, SPHERE_STEPS) * DENSITY(i);
	for (i = 0; i <= SPHERE_STEPS; i += 2) {
		/* trapezoids over the even points, where F is known */
		double f = part / total;
		double edge = i == 0 || i == SPHERE_STEPS ? 0.5 : 1;

		sum += edge * (1 - pow(f < 1 ? f : 1, n)) *
		    cos(-bound + h * (double)i);
		part += DENSITY(i) + 4 * DENSITY(i + 1) + DENSITY(i + 2);
	}
#undef DENSITY
	/* below -sin(bound) nothing lies, and 1 - F^n is 1 */
	return sqrt((double)r) * (sum * 2 * h - sin(bound));
}

void
order_best_weights(double *w, size_t n_total, size_t n)
{
	size_t i;

	/* w of the largest is n / n_total; from one to the next lower the
	 * ratio is C(i-1, n-1) / C(i, n-1) = (i - n + 1) / i */
	w[n_total - 1] = (double)n / (double)n_total;
	for (i = n_total - 1; i > 0; i--)
		w[i - 1] = i < n ? 0 :
		    w[i] * (double)(i - n + 1) / (double)i;
}

double
order_ks_normal(double *p, const double *x, size_t n, double mean, double sd)
{
	double d = 0, f, root = sqrt((double)n), lambda, term;
	size_t i;
	int k;

	for (i = 0; i < n; i++) {
		f = erfc(-(x[i] - mean) / (sd * sqrt(2))) / 2;
		d = fmax(d, fmax(f - (double)i / (double)n,
		    (double)(i + 1) / (double)n - f));
	}
	lambda = (root + 0.12 + 0.11 / root) * d;
	*p = 0;
	for (k = 1; k <= 100; k++) {
		term = exp(-2 * lambda * lambda * k * k);
		*p += k % 2 ? 2 * term : -2 * term;
	}
	*p = lambda < 0.3 ? 1 : fmax(0, fmin(1, *p));
	return d;
}
