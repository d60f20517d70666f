#include "model/optim.h"

/* cos(pi x) for 0 <= x <= 1, the same on every processor: Taylor's series up
 * to the right angle, and cos(y) = -cos(pi - y) beyond. */
static double
cos_pi(double x)
{
	double z, term = 1, sum = 1;
	int i;

	if (x > 0.5)
		return -cos_pi(1 - x);
	z = -9.869604401089358 * x * x;		/* -(pi x)^2 */
	for (i = 1; i < 22; i += 2) {
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
