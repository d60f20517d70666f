/*
 * The layers in f64 arithmetic: every backward pass against central
 * differences of the forward pass, and values by their definitions.
 */
#include "differences.h"

/* A layer under test: inputs x, parameters w and b, output y, and a random
 * gradient g of y, so that the loss is <g, y>. */
struct rig {
	size_t	m, n, k;
	double	*x, *w, *b, *y, *g, *extra;
	enum nn_act act;
	enum nn_norm norm;
	enum mat_op op;
	const int32_t *tokens;
};

static double
run_linear(void *arg)
{
	struct rig *r = arg;

	linear_forward(r->y, r->x, r->w, r->b, r->op, r->m, r->k, r->n, r->n);
	return dot(r->y, r->g, r->m * r->n);
}

/* Both orientations; dx is set, or added to by beta. */
static void
linear_at(size_t m, size_t in, size_t out, enum mat_op op, double beta)
{
	struct rig r = { .m = m, .k = in, .n = out, .x = some(m * in),
	    .w = some(in * out), .b = some(out), .y = some(m * out),
	    .g = some(m * out), .op = op };
	double *dx = some(m * in), *dw = some(in * out), *db = some(out);
	double *y = some(m * out), *y0 = some(m * out);
	double *dw0 = some(in * out), *dx0 = some(m * in);
	size_t i;

	memcpy(dw0, dw, in * out * sizeof *dw);
	memcpy(dx0, dx, m * in * sizeof *dx);
	memset(db, 0, out * sizeof *db);
	linear_backward(dx, dw, db, r.g, r.x, r.w, op, beta, m, in, out, out);
	for (i = 0; i < in * out; i++)		/* it adds */
		dw[i] -= dw0[i];
	for (i = 0; i < m * in; i++)
		dx[i] -= beta * dx0[i];
	check("linear dx", dx, r.x, m * in, run_linear, &r);
	check("linear dw", dw, r.w, in * out, run_linear, &r);
	check("linear db", db, r.b, out, run_linear, &r);
	run_linear(&r);
	memcpy(y, y0, m * out * sizeof *y);
	linear_forward_add(y, r.x, r.w, r.b, op, m, in, out);
	for (i = 0; i < m * out; i++)
		assert_close(y[i] - y0[i], r.y[i], "linear add", i);
	mem_free(r.x), mem_free(r.w), mem_free(r.b), mem_free(r.y);
	mem_free(r.g), mem_free(dx), mem_free(dw), mem_free(db);
	mem_free(y), mem_free(y0), mem_free(dw0), mem_free(dx0);
}

static void
test_linear(void **state)
{
	(void)state;
	linear_at(1, 1, 1, MAT_N, 0);
	linear_at(3, 5, 2, MAT_N, 1);
	linear_at(1, 17, 33, MAT_N, 0);
	linear_at(40, 7, 4, MAT_N, 0);
	linear_at(3, 5, 2, MAT_T, 0);
	linear_at(9, 4, 7, MAT_T, 1);
}

/* Two layers that fill one matrix side by side: what stands between their
 * columns is not touched, and gradients are those of each alone. */
static void
test_linear_stride(void **state)
{
	size_t m = 6, in = 5, out = 3, ld = 8, i, j;
	double *x = some(m * in), *w = some(in * out), *b = some(out);
	double *y = some(m * ld), *z = some(m * out), *y0 = some(m * ld);
	double *dw = mem_zalloc(in * out, sizeof *dw), *dx = some(m * in);
	double *db = mem_zalloc(out, sizeof *db), *dx2 = some(m * in);
	double *dw2 = mem_zalloc(in * out, sizeof *dw2);
	double *db2 = mem_zalloc(out, sizeof *db2);

	(void)state;
	memcpy(y0, y, m * ld * sizeof *y);
	linear_forward(y + 2, x, w, b, MAT_T, m, in, out, ld);
	linear_forward(z, x, w, b, MAT_T, m, in, out, out);
	for (i = 0; i < m; i++)
		for (j = 0; j < ld; j++)
			assert_close(y[i * ld + j], j < 2 || j >= 2 + out ?
			    y0[i * ld + j] : z[i * out + j - 2], "stride", j);
	linear_backward(dx, dw, db, y + 2, x, w, MAT_T, 0, m, in, out, ld);
	linear_backward(dx2, dw2, db2, z, x, w, MAT_T, 0, m, in, out, out);
	for (i = 0; i < m * in; i++)
		assert_close(dx[i], dx2[i], "dx", i);
	for (i = 0; i < in * out; i++)
		assert_close(dw[i], dw2[i], "dw", i);
	for (i = 0; i < out; i++)
		assert_close(db[i], db2[i], "db", i);
	mem_free(x), mem_free(w), mem_free(b), mem_free(y), mem_free(z);
	mem_free(y0), mem_free(dw), mem_free(dx), mem_free(db);
	mem_free(dx2), mem_free(dw2), mem_free(db2);
}

/* Rows in pieces give what one product gives. */
static void
test_linear_pieces(void **state)
{
	size_t m = 61, in = 96, out = 384, i;
	double *x = some(m * in), *w = some(in * out);
	double *y = some(m * out), *z = some(m * out);

	(void)state;
	assert_true(piece_rows(m, in, out) < m);
	linear_forward(y, x, w, NULL, MAT_N, m, in, out, out);
	mat_gemm_f64(z, x, w, MAT_N, MAT_N, m, out, in, 1, in, out, 0, out);
	for (i = 0; i < m * out; i++)
		assert_close(y[i], z[i], "pieces", i);
	mem_free(x), mem_free(w), mem_free(y), mem_free(z);
}

static double
run_act(void *arg)
{
	struct rig *r = arg;

	act_forward(r->y, r->x, r->act, r->n);
	return dot(r->y, r->g, r->n);
}

static void
test_act(void **state)
{
	size_t n = 37, i, a;

	(void)state;
	for (a = 0; a < ACT_COUNT; a++) {
		struct rig r = { .n = n, .x = some(n), .y = some(n),
		    .g = some(n), .act = (enum nn_act)a };
		double *slope = some(n), *dx = some(n), *y = some(n);
		enum nn_act back;

		for (i = 0; i < n; i++)
			r.x[i] *= 5;
		memcpy(slope, r.x, n * sizeof *slope);
		act_forward_slope(y, slope, r.act, n);
		act_backward(dx, r.g, slope, n);
		run_act(&r);
		for (i = 0; i < n; i++)
			assert_close(y[i], r.y[i], "act", i);
		check(act_name(r.act), dx, r.x, n, run_act, &r);
		assert_int_equal(act_parse(&back, act_name(r.act)), 0);
		assert_int_equal(back, a);
		mem_free(r.x), mem_free(r.y), mem_free(r.g);
		mem_free(slope), mem_free(dx), mem_free(y);
	}
}

/* By the formulas of the header. */
static void
test_act_values(void **state)
{
	double x, y;

	(void)state;
	for (x = -6; x <= 6; x += 0.37) {
		act_forward(&y, &x, ACT_GELU_TANH, 1);
		assert_close(y, x / 2 * (1 + tanh(sqrt(2 / acos(-1)) *
		    (x + 0.044715 * x * x * x))), "gelu_new", 0);
		act_forward(&y, &x, ACT_GELU, 1);
		assert_close(y, x / 2 * (1 + erf(x / sqrt(2))), "gelu", 0);
		act_forward(&y, &x, ACT_SILU, 1);
		assert_close(y, x / (1 + exp(-x)), "silu", 0);
	}
}

static double
run_norm(void *arg)
{
	struct rig *r = arg;

	norm_forward(r->y, r->extra, r->x, r->w, r->b, r->norm, 1e-5, r->m,
	    r->n);
	return dot(r->y, r->g, r->m * r->n);
}

/* With weights and biases, weights alone, or neither. */
static void
norm_at(enum nn_norm kind, size_t m, size_t n, int weights, int biases)
{
	struct rig r = { .m = m, .n = n, .x = some(m * n),
	    .w = weights ? some(n) : NULL, .b = biases ? some(n) : NULL,
	    .y = some(m * n), .g = some(m * n),
	    .extra = some(m * NORM_STATS), .norm = kind };
	double *dx = mem_zalloc(m * n, sizeof *dx);
	double *dw = weights ? mem_zalloc(n, sizeof *dw) : NULL;
	double *db = biases ? mem_zalloc(n, sizeof *db) : NULL;

	run_norm(&r);
	norm_backward(dx, dw, db, r.g, r.x, r.extra, r.w, kind, m, n);
	check("norm dx", dx, r.x, m * n, run_norm, &r);
	if (weights)
		check("norm dw", dw, r.w, n, run_norm, &r);
	if (biases)
		check("norm db", db, r.b, n, run_norm, &r);
	mem_free(r.x), mem_free(r.w), mem_free(r.b), mem_free(r.y);
	mem_free(r.g), mem_free(r.extra);
	mem_free(dx), mem_free(dw), mem_free(db);
}

static void
test_norm(void **state)
{
	static const size_t size[][2] = { { 1, 1 }, { 1, 2 }, { 3, 7 },
	    { 2, 16 }, { 5, 35 } };
	size_t i;

	(void)state;
	for (i = 0; i < 5; i++) {
		norm_at(NORM_LAYER, size[i][0], size[i][1], 1, 1);
		norm_at(NORM_LAYER, size[i][0], size[i][1], 1, 0);
		norm_at(NORM_LAYER, size[i][0], size[i][1], 0, 0);
		norm_at(NORM_RMS, size[i][0], size[i][1], 1, 0);
	}
}

/* By the definition; the mean is not taken away. */
static void
test_norm_rms(void **state)
{
	size_t n = 21, i;
	double *x = some(n), *w = some(n), *y = some(n), stat[NORM_STATS];
	double sum;

	(void)state;
	for (i = 0; i < n; i++)
		x[i] += 3;
	sum = dot(x, x, n);
	norm_forward(y, stat, x, w, NULL, NORM_RMS, 0.25, 1, n);
	for (i = 0; i < n; i++)
		assert_close(y[i], x[i] / sqrt(sum / (double)n + 0.25) * w[i],
		    "rms", i);
	mem_free(x), mem_free(w), mem_free(y);
}

/* A mean far from 0 costs no accuracy: the variance is of x - mean. */
static void
test_norm_offset(void **state)
{
	size_t n = 24, i;
	double *x = some(n), *y = some(n), *z = some(n), stat[NORM_STATS];
	double *w = some(n);

	(void)state;
	norm_forward(y, stat, x, w, NULL, NORM_LAYER, 1e-5, 1, n);
	for (i = 0; i < n; i++)
		x[i] += 1e6;
	norm_forward(z, stat, x, w, NULL, NORM_LAYER, 1e-5, 1, n);
	for (i = 0; i < n; i++)
		assert_true(fabs(y[i] - z[i]) < 1e-8);
	mem_free(x), mem_free(y), mem_free(z), mem_free(w);
}

static double
run_embedding(void *arg)
{
	struct rig *r = arg;

	embedding_forward(r->y, r->w, r->b, r->tokens, r->m, r->n);
	return dot(r->y, r->g, r->m * r->n);
}

static void
test_embedding(void **state)
{
	static const int32_t tokens[] = { 2, 0, 2, 4 };
	size_t t = 4, c = 3, v = 5;
	struct rig r = { .m = t, .n = c, .w = some(v * c), .b = some(t * c),
	    .y = some(t * c), .g = some(t * c), .tokens = tokens };
	double *dw = some(v * c), *db = some(t * c);

	(void)state;
	memset(dw, 0, v * c * sizeof *dw);
	memset(db, 0, t * c * sizeof *db);
	embedding_backward(dw, db, r.g, tokens, t, c);
	check("wte", dw, r.w, v * c, run_embedding, &r);
	check("wpe", db, r.b, t * c, run_embedding, &r);
	mem_free(r.b);
	r.b = NULL;			/* no positions */
	memset(dw, 0, v * c * sizeof *dw);
	embedding_backward(dw, NULL, r.g, tokens, t, c);
	check("wte alone", dw, r.w, v * c, run_embedding, &r);
	mem_free(r.w), mem_free(r.b), mem_free(r.y), mem_free(r.g);
	mem_free(dw), mem_free(db);
}

static double
run_loss(void *arg)
{
	struct rig *r = arg;
	int32_t top[8];
	double loss[8], sum = 0;
	size_t i;

	loss_forward(loss, top, r->x, r->tokens, r->m, r->n);
	for (i = 0; i < r->m; i++)
		sum += 0.25 * loss[i];
	return sum;
}

static void
loss_at(size_t m, size_t v)
{
	static const int32_t target[] = { 0, 3, 1, 0 };
	struct rig r = { .m = m, .n = v, .x = some(m * v),
	    .tokens = target };
	double *dx = some(m * v), loss[4], other[4];
	int32_t top[4], top_too[4];
	size_t i, j, best;

	memcpy(dx, r.x, m * v * sizeof *dx);
	loss_forward_backward(loss, top, dx, target, 0.25, m, v);
	loss_forward(other, top_too, r.x, target, m, v);
	for (i = 0; i < m; i++) {
		assert_true(loss[i] == other[i]);
		for (best = 0, j = 1; j < v; j++)
			if (r.x[i * v + j] > r.x[i * v + best])
				best = j;
		assert_int_equal(top[i], best);
		assert_int_equal(top_too[i], best);
	}
	check("loss", dx, r.x, m * v, run_loss, &r);
	mem_free(r.x), mem_free(dx);
}

static void
test_loss(void **state)
{
	(void)state;
	loss_at(1, 1);
	loss_at(1, 5);
	loss_at(4, 16);
	loss_at(4, 37);
}

static void
test_loss_values(void **state)
{
	double even[20] = { 0 }, big[3] = { 1e4, 0, -1e4 }, loss;
	double bad[3] = { 1, INFINITY, 0 };
	int32_t t = 1, top;

	(void)state;
	loss_forward(&loss, &top, even, &t, 1, 20);
	assert_true(fabs(loss - log(20)) < 1e-14);
	assert_int_equal(top, 0);	/* the first of equals is the argmax */
	t = 0;
	loss_forward(&loss, &top, even, &t, 1, 20);
	assert_int_equal(top, 0);
	loss_forward(&loss, &top, big, &t, 1, 3);
	assert_true(loss == 0 && top == 0);
	t = 2;
	loss_forward(&loss, &top, big, &t, 1, 3);
	assert_true(loss == 2e4 && top == 0);
	loss_forward(&loss, &top, bad, &t, 1, 3);
	assert_false(isfinite(loss));
	bad[1] = NAN;
	loss_forward(&loss, &top, bad, &t, 1, 3);
	assert_false(isfinite(loss));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_linear),
		cmocka_unit_test(test_linear_stride),
		cmocka_unit_test(test_linear_pieces),
		cmocka_unit_test(test_act),
		cmocka_unit_test(test_act_values),
		cmocka_unit_test(test_norm),
		cmocka_unit_test(test_norm_rms),
		cmocka_unit_test(test_norm_offset),
		cmocka_unit_test(test_embedding),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_loss_values),
	};

	return cmocka_run_group_tests_name("nn", tests, NULL, NULL);
}
