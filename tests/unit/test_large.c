/*
 * Shapes that are cut over threads within a layer: the same bits for any
 * number of threads, and values by f64 products.
 */
#include "fixture.h"
#include "linalg/gemm.h"
#include "nn/product.h"

enum { MOST_THREADS = 3 };

static uint32_t counter;

/* Uniform in [-1, 1), never the same twice. */
static float *
some(size_t n)
{
	struct random_key key = { 1, random_name("test_large"), counter++ };
	float *x = mem_alloc(n, sizeof *x);
	size_t i;

	assert_non_null(x);
	for (i = 0; i < n; i++)
		x[i] = (float)(int32_t)random_word(&key, i) * 0x1p-31f;
	return x;
}

static double *
wide(const float *x, size_t n)
{
	double *y = mem_alloc(n, sizeof *y);
	size_t i;

	assert_non_null(y);
	for (i = 0; i < n; i++)
		y[i] = (double)x[i];
	return y;
}

/* One orientation, with strides beyond the rows; what stands between the rows
 * of c stays. */
static void
product_at(enum mat_op ta, enum mat_op tb, size_t m, size_t n, size_t k)
{
	size_t lda = (ta == MAT_N ? k : m) + 3, ldb = (tb == MAT_N ? n : k) + 1;
	size_t ldc = n + 5, na = (ta == MAT_N ? m : k) * lda, i, t;
	size_t nb = (tb == MAT_N ? k : n) * ldb, nc = m * ldc;
	float *a = some(na), *b = some(nb), *c0 = some(nc), *c = some(nc);
	float *first = some(nc);
	double *da = wide(a, na), *db = wide(b, nb), *dc = wide(c0, nc);

	mat_gemm_f64(dc, da, db, ta, tb, m, n, k, 0.5, lda, ldb, 1, ldc);
	for (t = 1; t <= MOST_THREADS; t++) {
		par_set_threads(t);
		memcpy(c, c0, nc * sizeof *c);
		nn_product(c, a, b, ta, tb, m, n, k, 0.5f, lda, ldb, 1, ldc);
		if (t == 1)
			memcpy(first, c, nc * sizeof *c);
		assert_memory_equal(c, first, nc * sizeof *c);
	}
	for (i = 0; i < nc; i++)
		near("product", (double)c[i], dc[i], 1e-6 * (double)k);
	mem_free(a), mem_free(b), mem_free(c0), mem_free(c);
	mem_free(first), mem_free(da), mem_free(db), mem_free(dc);
}

static void
test_products(void **state)
{
	static const size_t shape[][3] = { { 65, 2309, 331 },
	    { 1031, 203, 167 }, { 7, 5003, 960 }, { 256, 768, 768 },
	    { 3, 4, 5 } };
	size_t i;
	int op;

	(void)state;
	for (i = 0; i < sizeof shape / sizeof *shape; i++)
		for (op = 0; op < 4; op++)
			product_at(op & 1 ? MAT_T : MAT_N,
			    op & 2 ? MAT_T : MAT_N, shape[i][0], shape[i][1],
			    shape[i][2]);
}

/* The gradient of a batch on that many threads; several blocks, sequences
 * that are empty or longer than a panel, targets that are not wanted. */
static void
gradient_with(float *grad, struct batch_result *res, const struct model *m,
    size_t threads)
{
	static const size_t start[] = { 0, 150, 150, 151, 400, 600 };
	struct random_key key = { 3, 5, 0 };
	struct err e = { .rc = RC_OK };
	int32_t tokens[600], targets[600];
	struct batch b = { 5, start, tokens, targets };
	struct model_pool *p;
	size_t i;

	for (i = 0; i < 600; i++) {
		tokens[i] = (int32_t)(random_word(&key, i) %
		    m->config.vocab);
		targets[i] = i % 5 == 0 ? -1 : (int32_t)(random_word(&key,
		    600 + i) % m->config.vocab);
	}
	par_set_threads(threads);
	assert_non_null(p = model_pool_new(&m->config, 0, &e));
	ok(model_grad(grad, res, p, m->params, &b, &e), &e);
	model_pool_free(p);
}

/* Enough parameters for one lane, and a head and products that are cut. */
static void
gradient_of(struct model_config *c)
{
	struct batch_result first, res;
	struct err e = { .rc = RC_OK };
	struct model *m;
	float *a, *b;
	size_t t;

	c->vocab = 33000, c->n_positions = 256, c->n_embd = 512;
	c->n_layer = 1, c->n_head = 8, c->n_inner = 700, c->tied = 1;
	ok((m = model_new(c, &e)) == NULL ? -1 : 0, &e);
	assert_true(m->layout->n > (size_t)1 << 24);
	ok(model_init(m, 7, &e), &e);
	a = mem_alloc(m->layout->n, sizeof *a);
	b = mem_alloc(m->layout->n, sizeof *b);
	gradient_with(a, &first, m, 1);
	assert_int_equal(first.n_targets, 480);
	for (t = 2; t <= MOST_THREADS; t++) {
		gradient_with(b, &res, m, t);
		assert_memory_equal(a, b, m->layout->n * sizeof *a);
		assert_memory_equal(&res, &first, sizeof res);
	}
	mem_free(a), mem_free(b);
	model_free(m);
}

static void
test_gradients(void **state)
{
	struct model_config c;

	(void)state;
	model_config_family(&c, FAMILY_GPT2);
	gradient_of(&c);
	model_config_family(&c, FAMILY_QWEN2);
	c.n_kv_head = 2;
	gradient_of(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_products),
		cmocka_unit_test(test_gradients),
	};

	return cmocka_run_group_tests_name("large", tests, NULL, NULL);
}
