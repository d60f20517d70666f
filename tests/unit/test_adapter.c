/*
 * adapter: the factors' gradients against central differences in f64, for
 * weights of both orientations; products against known answers.
 */
#include "differences.h"

#include "../../libcommon/nn/lora.c"

/* loss(A, B) = <C, (W + scale B A) as it is stored>, with a little of its
 * square: its gradient by the weight is known, and it is not linear. */
struct toy {
	struct lora_shape s;
	double		*a, *b, *w, *c, *sum;
};

static double
toy_loss(void *arg)
{
	const struct toy *k = arg;
	size_t i, n = k->s.in * k->s.out;
	double loss = 0;

	lora_product(k->sum, k->a, k->b, &k->s);
	for (i = 0; i < n; i++) {
		k->sum[i] += k->w[i];
		loss += k->c[i] * k->sum[i] + 0.5 * k->sum[i] * k->sum[i];
	}
	return loss;
}

static void
toy_of(enum mat_op op, size_t in, size_t out, size_t r)
{
	struct toy k = { .s = { op, in, out, r, 0.7 } };
	double *da = some(r * in), *db = some(out * r), *g = some(in * out);
	size_t i;

	k.a = some(r * in), k.b = some(out * r);
	k.w = some(in * out), k.c = some(in * out), k.sum = some(in * out);
	toy_loss(&k);
	for (i = 0; i < in * out; i++)
		g[i] = k.c[i] + k.sum[i];
	lora_backward(da, db, g, k.a, k.b, &k.s);
	check("A", da, k.a, r * in, toy_loss, &k);
	check("B", db, k.b, out * r, toy_loss, &k);
	mem_free(da), mem_free(db), mem_free(g);
	mem_free(k.a), mem_free(k.b), mem_free(k.w);
	mem_free(k.c), mem_free(k.sum);
}

static void
test_gradients(void **state)
{
	(void)state;
	toy_of(MAT_T, 5, 7, 3);
	toy_of(MAT_N, 5, 7, 3);
	toy_of(MAT_T, 1, 4, 1);
	toy_of(MAT_N, 6, 1, 2);
	toy_of(MAT_N, 3, 4, 9);		/* r above both */
}

/* The product is scale B A, and its transpose where weights are (in, out). */
static void
test_product(void **state)
{
	static const double a[] = { 1, 2, 3, 10, 20, 30 };	/* 2 x 3 */
	static const double b[] = { 1, 0, 0, 1, 1, 1, 2, -1 };	/* 4 x 2 */
	static const double want[] = { 1, 2, 3, 10, 20, 30, 11, 22, 33, -8,
	    -16, -24 };
	struct lora_shape s = { MAT_T, 3, 4, 2, 0.5 };
	double x[12];
	size_t i, j;

	(void)state;
	lora_product(x, a, b, &s);
	for (i = 0; i < 12; i++)
		assert_true(x[i] == 0.5 * want[i]);
	s.op = MAT_N;
	lora_product(x, a, b, &s);
	for (i = 0; i < 4; i++)
		for (j = 0; j < 3; j++)
			assert_true(x[j * 4 + i] == 0.5 * want[i * 3 + j]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gradients),
		cmocka_unit_test(test_product),
	};

	return cmocka_run_group_tests_name("adapter", tests, NULL, NULL);
}
