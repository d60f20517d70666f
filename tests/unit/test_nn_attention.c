/*
 * Attention, rotary positions and the MLP in f64 arithmetic: every backward
 * pass against central differences of the forward pass, and values by their
 * definitions.
 */
#include "differences.h"

/* An attention under test: inputs x, output y, and a random gradient g of y,
 * so that the loss is <g, y>. */
struct rig {
	size_t	n, n_seq;
	const size_t *start;
	double	*x, *y, *g, *extra;
};

static struct attention_shape shape;

static double
run_attention(void *arg)
{
	struct rig *r = arg;

	attention_forward(r->y, r->extra, r->x, r->start, r->n_seq, &shape);
	return dot(r->y, r->g, r->n);
}

static void
sequences_at(const size_t *start, size_t n_seq, size_t heads, size_t kv,
    size_t d)
{
	size_t t = start[n_seq], width = (heads + 2 * kv) * d;
	size_t n = t * heads * d;
	struct rig r = { .n = n, .n_seq = n_seq, .start = start,
	    .x = some(t * width), .y = some(n), .g = some(n),
	    .extra = some(attention_size(t, heads)) };
	double *dx = some(t * width), *work = some(attention_size(t, kv));

	shape = (struct attention_shape){ heads, kv, d };
	assert_int_equal(attention_width(&shape), width);
	run_attention(&r);
	attention_backward(dx, r.g, r.x, r.extra, work, start, n_seq, &shape);
	check("attention", dx, r.x, t * width, run_attention, &r);
	mem_free(r.x), mem_free(r.y), mem_free(r.g), mem_free(r.extra);
	mem_free(dx), mem_free(work);
}

static void
attention_at(size_t t, size_t heads, size_t kv, size_t d)
{
	size_t start[] = { 0, t };

	sequences_at(start, 1, heads, kv, d);
}

static void
test_attention(void **state)
{
	static const size_t start[] = { 0, 3, 3, 21, 22 };

	(void)state;
	sequences_at(start, 4, 4, 2, 3);
	attention_at(1, 1, 1, 1);
	attention_at(1, 2, 2, 3);
	attention_at(5, 1, 1, 3);
	attention_at(17, 3, 3, 5);
	attention_at(33, 2, 2, 2);
	attention_at(130, 1, 1, 2);	/* three panels */
	attention_at(5, 4, 2, 3);
	attention_at(17, 6, 1, 2);
	attention_at(130, 2, 1, 1);
}

/* By the definition, position by position: two heads of queries for each of
 * keys and values. */
static void
attention_values(size_t heads, size_t kv)
{
	size_t t = 70, d = 3, c = heads * d, h, i, j, l;
	size_t w = (heads + 2 * kv) * d, start[] = { 0, t };
	double *qkv = some(t * w), *o = some(t * c);
	double *p = some(attention_size(t, heads));
	struct attention_shape s = { heads, kv, d };

	attention_forward(o, p, qkv, start, 1, &s);
	for (h = 0; h < heads; h++)
		for (i = 0; i < t; i++) {
			const double *q = qkv + i * w + h * d;
			double sum = 0, v[3] = { 0 }, x;

			for (j = 0; j <= i; j++) {
				const double *k = qkv + j * w + c +
				    h * kv / heads * d;

				x = exp(dot(q, k, d) / sqrt((double)d));
				sum += x;
				for (l = 0; l < d; l++)
					v[l] += x * k[kv * d + l];
			}
			for (l = 0; l < d; l++)
				assert_close(o[i * c + h * d + l],
				    v[l] / sum, "attention", i);
		}
	mem_free(qkv), mem_free(o), mem_free(p);
}

static void
test_attention_values(void **state)
{
	(void)state;
	attention_values(2, 2);
	attention_values(4, 2);
	attention_values(3, 1);
}

/* Nothing later reaches an earlier position, whatever stands there. */
static void
test_attention_causal(void **state)
{
	size_t t = 20, c = 4, start[] = { 0, t }, i;
	double *qkv = some(t * 3 * c), *a = some(t * c), *b = some(t * c);
	double *p = some(attention_size(t, 1));
	struct attention_shape one = { 1, 1, c };

	(void)state;
	attention_forward(a, p, qkv, start, 1, &one);
	for (i = 12 * 3 * c; i < t * 3 * c; i++)
		qkv[i] = 1e6 * (double)(i % 7);
	attention_forward(b, p, qkv, start, 1, &one);
	for (i = 0; i < 12 * c; i++)
		assert_true(a[i] == b[i]);
	mem_free(qkv), mem_free(a), mem_free(b), mem_free(p);
}

/* Angles by libm; lengths and the product of two turned vectors at a given
 * distance do not depend on where they stand; back is the inverse. */
static void
test_rotary(void **state)
{
	const struct rotary plain = { ROTARY_PLAIN, 10000, 0, 0, 0, 0 };
	size_t t = 300, heads = 2, d = 6, ld = 15, i, j;
	double freq[3], *table = some(t * d), *x = some(t * ld);
	double *y = some(t * ld), x0, x1, a;

	(void)state;
	rotary_frequencies(freq, &plain, d);
	rotary_table(table, freq, t, d / 2);
	for (i = 0; i < t; i++)
		memcpy(x + i * ld, x, ld * sizeof *x);
	memcpy(y, x, t * ld * sizeof *y);
	rotary_forward(y, table, t, heads, d, ld);
	for (i = 0; i < t; i++)
		for (j = 0; j < heads * d; j++) {
			size_t k = j % d % 3, first = j - j % d + k;

			a = (double)i * pow(10000, -(double)k / 3);
			x0 = x[i * ld + first], x1 = x[i * ld + first + 3];
			assert_close(y[i * ld + j], j % d < 3 ?
			    x0 * cos(a) - x1 * sin(a) :
			    x1 * cos(a) + x0 * sin(a), "rotary", i);
		}
	for (i = 0; i + 7 < t; i++)
		assert_close(dot(y + i * ld, y + (i + 7) * ld + d, d),
		    dot(y, y + 7 * ld + d, d), "distance", i);
	rotary_backward(y, table, t, heads, d, ld);
	for (i = 0; i < t * ld; i++)
		assert_close(y[i], x[i], "back", i);
	mem_free(table), mem_free(x), mem_free(y);
}

/* Far positions, against libm; every kind by its definition. */
static void
test_rotary_angles(void **state)
{
	struct rotary r = { ROTARY_PLAIN, 500000, 0, 0, 0, 0 };
	double f[64], g[64], c, s, l, k, x;
	size_t j;

	(void)state;
	rotary_frequencies(f, &r, 128);
	for (j = 0; j < 64; j++) {
		l = pow(500000, -(double)j / 64);
		assert_true(fabs(f[j] - l) <= 1e-14 * l);
	}
	for (x = 0; x < 1e6; x = x * 1.37 + 0.01) {
		turn(&c, &s, x);
		assert_true(fabs(c - cos(x)) < 1e-15);
		assert_true(fabs(s - sin(x)) < 1e-15);
	}
	r = (struct rotary){ ROTARY_LINEAR, 500000, 4, 0, 0, 0 };
	rotary_frequencies(g, &r, 128);
	for (j = 0; j < 64; j++)
		assert_true(g[j] == f[j] / 4);
	r = (struct rotary){ ROTARY_LLAMA3, 500000, 8, 1, 4, 8192 };
	rotary_frequencies(g, &r, 128);
	for (j = 0; j < 64; j++) {
		l = 2 * acos(-1) / f[j];
		k = (8192 / l - 1) / 3;
		k = k < 0 ? 0 : k > 1 ? 1 : k;
		assert_true(fabs(g[j] - f[j] * (k + (1 - k) / 8)) <=
		    1e-14 * f[j]);
	}
}

/* A gated MLP under test. */
struct mlp_rig {
	struct mlp_weights w;
	struct mlp_shape s;
	struct mlp_acts	a;
	double	*x, *y, *g;
	size_t	m;
};

static double
run_mlp(void *arg)
{
	struct mlp_rig *r = arg;

	memset(r->y, 0, r->m * r->s.c * sizeof *r->y);
	mlp_forward(r->y, &r->a, r->x, &r->w, &r->s, r->m);
	return dot(r->y, r->g, r->m * r->s.c);
}

static void
mlp_at(size_t m, size_t c, size_t inner, enum mat_op op, int gated)
{
	double *w[6], *d[6], *x = some(m * c), *dx = some(m * c);
	const size_t n[6] = { c * inner, inner, inner * c, c, c * inner,
	    inner };
	double *work = some(2 * m * inner), *y = some(m * c);
	struct mlp_rig r = { .x = x, .y = some(m * c), .g = some(m * c),
	    .m = m, .s = { c, inner, ACT_SILU, op },
	    .a = { some(m * inner), some(m * inner), some(m * inner) } };
	struct mlp_acts a = { some(m * inner), NULL, some(m * inner) };
	size_t i;

	for (i = 0; i < 6; i++) {
		w[i] = i < 4 || gated ? some(n[i]) : NULL;
		d[i] = mem_zalloc(n[i], sizeof **d);
	}
	r.w = (struct mlp_weights){ w[0], w[1], w[2], w[3], w[4], w[5] };
	run_mlp(&r);
	mlp_backward(dx, &(struct mlp_grads){ d[0], d[1], d[2], d[3], d[4],
	    d[5] }, r.g, x, &r.a, &r.w, &r.s, work, m);
	/* without a backward pass to come, the same values */
	memset(y, 0, m * c * sizeof *y);
	mlp_forward(y, &a, x, &r.w, &r.s, m);
	for (i = 0; i < m * c; i++)
		assert_close(y[i], r.y[i], "mlp", i);
	check("mlp dx", dx, x, m * c, run_mlp, &r);
	for (i = 0; i < 6; i++)
		if (w[i] != NULL)
			check("mlp weights", d[i], w[i], n[i], run_mlp, &r);
	for (i = 0; i < 6; i++)
		mem_free(w[i]), mem_free(d[i]);
	mem_free(x), mem_free(dx), mem_free(work), mem_free(r.y);
	mem_free(r.g), mem_free(r.a.h), mem_free(r.a.slope);
	mem_free(r.a.gate), mem_free(a.h), mem_free(a.gate), mem_free(y);
}

static void
test_mlp(void **state)
{
	(void)state;
	mlp_at(3, 4, 7, MAT_N, 0);
	mlp_at(3, 4, 7, MAT_T, 0);
	mlp_at(1, 1, 1, MAT_T, 1);
	mlp_at(5, 3, 18, MAT_T, 1);
	mlp_at(5, 3, 18, MAT_N, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attention),
		cmocka_unit_test(test_attention_values),
		cmocka_unit_test(test_attention_causal),
		cmocka_unit_test(test_rotary),
		cmocka_unit_test(test_rotary_angles),
		cmocka_unit_test(test_mlp),
	};

	return cmocka_run_group_tests_name("nn_attention", tests, NULL, NULL);
}
