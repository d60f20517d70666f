/*
 * Optimisers by their formulas in f64, schedules, clipping, and the
 * elementary functions of nn/math.h against libm.  (Optimisers against
 * PyTorch: test_model.c and tests/oracle.)
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "model/optim.h"
#include "nn/act.h"
#include "nn/math.h"
#include "random/normal.h"

static void
near(const char *what, double have, double want, double allowed)
{
	if (!(fabs(have - want) <= allowed))
		fail_msg("%s: %.17g, expected %.17g", what, have, want);
}

enum { N = 40000 };		/* more than two chunks */

/* A matrix and a vector. */
static struct layout *
two_tensors(void)
{
	struct layout *l = layout_new();
	struct err e = { .rc = RC_OK };
	size_t matrix[] = { 300, 100 }, vector[] = { N - 30000 };

	assert_int_equal(layout_add(l, "w", DT_F32, 2, matrix, &e), 0);
	assert_int_equal(layout_add(l, "b", DT_F32, 1, vector, &e), 0);
	return l;
}

static float p[N], g[N];
static double want[N], m[N], v[N];

static void
start(void)
{
	struct random_key key = { 1, 2, 0 };
	size_t i;

	normal_fill_f32(p, &key, 0, N);
	for (i = 0; i < N; i++) {
		want[i] = (double)p[i];
		m[i] = v[i] = 0;
	}
}

static void
compare(const char *what)
{
	size_t i;

	for (i = 0; i < N; i++)
		near(what, (double)p[i], want[i], 20 * FLT_EPSILON *
		    fmax(1, fabs(want[i])));
}

static void
adamw(int decay_matrices)
{
	struct layout *l = two_tensors();
	struct err e = { .rc = RC_OK };
	struct random_key key = { 1, 3, 0 };
	struct optim o;
	double lr;
	size_t i;
	int t;

	start();
	assert_int_equal(optim_init(&o, OPTIM_ADAMW, N, &e), 0);
	o.weight_decay = 0.1;
	o.decay_matrices = decay_matrices;
	for (t = 1; t <= 10; t++) {
		lr = 1e-3 * t;
		key.draw = (uint32_t)t;
		normal_fill_f32(g, &key, 0, N);
		optim_step(&o, p, g, lr, l);
		for (i = 0; i < N; i++) {
			double d = (double)g[i];

			if (!decay_matrices || i < 30000)
				want[i] -= lr * 0.1 * want[i];
			m[i] = 0.9 * m[i] + 0.1 * d;
			v[i] = 0.999 * v[i] + 0.001 * d * d;
			want[i] -= lr * (m[i] / (1 - pow(0.9, t))) /
			    (sqrt(v[i] / (1 - pow(0.999, t))) + 1e-8);
		}
	}
	compare("adamw");
	assert_int_equal(o.t, 10);
	optim_free(&o);
	layout_free(l);
}

static void
test_adamw(void **state)
{
	(void)state;
	adamw(0);
	adamw(1);
}

/* m, v and t are the whole state: a resumed run is the same run. */
static void
test_resume(void **state)
{
	struct layout *l = two_tensors();
	struct err e = { .rc = RC_OK };
	struct optim a, b;
	static float q[N];
	int t;

	(void)state;
	start();
	memcpy(q, p, sizeof q);
	assert_int_equal(optim_init(&a, OPTIM_ADAMW, N, &e), 0);
	for (t = 0; t < 4; t++) {
		if (t == 2) {
			assert_int_equal(optim_init(&b, OPTIM_ADAMW, N, &e),
			    0);
			memcpy(b.m, a.m, N * sizeof *b.m);
			memcpy(b.v, a.v, N * sizeof *b.v);
			b.t = a.t;
			memcpy(q, p, sizeof q);
		}
		if (t >= 2)
			optim_step(&b, q, g, 1e-3, l);
		optim_step(&a, p, g, 1e-3, l);
	}
	assert_memory_equal(p, q, sizeof p);
	optim_free(&a), optim_free(&b);
	layout_free(l);
}

static void
test_gd(void **state)
{
	struct layout *l = two_tensors();
	struct err e = { .rc = RC_OK };
	struct optim o;
	size_t i;

	(void)state;
	start();
	memcpy(g, p, sizeof g);
	assert_int_equal(optim_init(&o, OPTIM_GD, N, &e), 0);
	assert_null(o.m);
	optim_step(&o, p, g, 0.125, l);
	for (i = 0; i < N; i++)
		want[i] *= 1 - 0.125;
	compare("gd");
	o.weight_decay = 2;
	optim_step(&o, p, g, 0.125, l);
	for (i = 0; i < N; i++)
		want[i] = want[i] * 0.75 - 0.125 * (double)g[i];
	compare("gd with decay");
	optim_free(&o);
	layout_free(l);
}

static void
test_clip(void **state)
{
	double norm, sum = 0;
	size_t i;

	(void)state;
	start();
	for (i = 0; i < N; i++)
		sum += want[i] * want[i];
	near("norm", optim_norm(p, N), sqrt(sum), 1e-12 * sqrt(sum));
	norm = optim_clip(p, N, 1e6);
	near("not clipped", (double)p[7], want[7], 0);
	assert_true(optim_clip(p, N, 2.5) == norm);
	near("clipped", optim_norm(p, N), 2.5, 1e-5);
	near("direction", (double)p[7] / want[7], 2.5 / norm, 1e-8);
	assert_true(optim_norm(p, 0) == 0);
}

static void
test_schedule(void **state)
{
	struct schedule s = { SCHEDULE_CONSTANT, 0.5, 0, 0, 0 };
	uint64_t t;

	(void)state;
	assert_true(schedule_lr(&s, 0) == 0.5);
	s.warmup = 4;
	assert_true(schedule_lr(&s, 0) == 0.125);
	assert_true(schedule_lr(&s, 3) == 0.5);
	assert_true(schedule_lr(&s, 1000000) == 0.5);
	s.kind = SCHEDULE_COSINE, s.floor = 0.1, s.steps = 1005;
	assert_true(schedule_lr(&s, 4) == 0.5);
	for (t = 4; t < 1005; t++)
		near("cosine", schedule_lr(&s, t), 0.05 + 0.45 * 0.5 * (1 +
		    cos(acos(-1) * (double)(t - 4) / 1000)), 1e-15);
	assert_true(schedule_lr(&s, 1004) == 0.05);
	assert_true(schedule_lr(&s, 5000) == 0.05);
	s.steps = 5;		/* nothing but the warm-up and the end */
	assert_true(schedule_lr(&s, 4) == 0.05);
}

/* As the header of nn/math.h states. */
static void
test_exp(void **state)
{
	double worst = 0, x, y;

	(void)state;
	for (x = -87; x <= 87; x += 0x1p-9) {
		y = exp((double)(float)x);
		worst = fmax(worst, fabs((double)real_exp((float)x) - y) / y);
	}
	assert_true(worst <= 2 * 0x1p-23);
	assert_true(real_exp(0) == 1);
	assert_true(real_exp(1e9f) == real_exp(87));
	assert_true(real_exp(-INFINITY) == real_exp(-87));
	assert_true(isnan(real_exp(NAN)));
}

static void
test_erfc(void **state)
{
	double x, y, z;

	(void)state;
	for (x = -9; x <= 9; x += 0x1p-9) {
		y = (double)real_erfc((float)x);
		z = erfc((double)(float)x);
		near("erfc", y, z, 5e-7);
		if (z > 1e-37)
			near("erfc", y / z, 1, 2e-5);
	}
}

static void
test_log(void **state)
{
	double x, y, worst = 0;

	(void)state;
	for (x = 1e-300; x < 1e300; x *= 1.37) {
		y = log(x);
		worst = fmax(worst, fabs(plain_log(x) - y) / fabs(y));
	}
	for (x = 0.5; x < 2; x += 0x1p-12)
		if (x != 1)
			worst = fmax(worst, fabs(plain_log(x) - log(x)) /
			    fabs(log(x)));
	assert_true(worst <= 2 * DBL_EPSILON);
	assert_true(plain_log(1) == 0);
}

/* The f32 activations, in units of 1e-7 (test_nn.c has the f64 ones). */
static void
test_gelu(void **state)
{
	float x, y, slope;
	double z, want_y;

	(void)state;
	for (x = -12; x <= 12; x += 0x1p-8f) {
		z = (double)x;
		act_forward(&y, &x, ACT_GELU_TANH, 1);
		want_y = z / 2 * (1 + tanh(sqrt(2 / acos(-1)) * (z +
		    0.044715 * z * z * z)));
		near("gelu_new", (double)y, want_y, 6e-7 * fmax(1, fabs(z)));
		act_forward(&y, &x, ACT_GELU, 1);
		want_y = z / 2 * erfc(-z / sqrt(2));
		near("gelu", (double)y, want_y, 6e-7 * fmax(1, fabs(z)));
		slope = x;
		act_forward_slope(&y, &slope, ACT_GELU, 1);
		near("slope", (double)slope, erfc(-z / sqrt(2)) / 2 + z *
		    exp(-z * z / 2) / sqrt(2 * acos(-1)), 1e-6);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_adamw),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_gd),
		cmocka_unit_test(test_clip),
		cmocka_unit_test(test_schedule),
		cmocka_unit_test(test_exp),
		cmocka_unit_test(test_erfc),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_gelu),
	};

	return cmocka_run_group_tests_name("optim", tests, NULL, NULL);
}
