#include "model/optim.h"

/*
 * cos(pi x) for 0 <= x <= 1, the same on every processor: Taylor's series
 * after reduction to |pi x| <= pi/4, by cos(y) = -cos(pi - y) and
 * cos(y) = sin(pi/2 - y).
 */
static double
cos_pi(double x)
{
	const double pi = 3.141592653589793;
	double y, z, term, sum;
	int i, sine;

	if (x > 0.5)
		return -cos_pi(1 - x);
	sine = x > 0.25;
	y = pi * (sine ? 0.5 - x : x);
	z = -y * y;
	term = sum = sine ? y : 1;
	for (i = sine + 1; i < 22; i += 2) {
		term *= z / ((double)i * (i + 1));
		sum += term;
	}
	return sum;
}

double
schedule_lr(const struct schedule *s, uint64_t t)
{
	double x;

	if (t < s->warmup)
		return s->lr * (double)(t + 1) / (double)s->warmup;
	if (s->kind == SCHEDULE_CONSTANT)
		return s->lr;
	if (s->steps <= s->warmup + 1 || t >= s->steps - 1)
		return s->lr * s->floor;
	x = (double)(t - s->warmup) / (double)(s->steps - 1 - s->warmup);
	return s->lr * (s->floor + (1 - s->floor) * 0.5 * (1 + cos_pi(x)));
}
