/*
 * What a model and its pool promise: initial weights, independence of threads
 * and of company, refusals.  (Values: test_fixtures.c, test_nn.c.)
 */
#include "fixture.h"

/* What is said of a sequence does not depend on its company. */
static void
test_alone(void **state)
{
	struct batch_result together[64], alone;
	struct err e = { .rc = RC_OK };
	struct fixture f;
	float *each, *one;
	size_t i, n;

	(void)state;
	load(&f, "model-odd");
	n = f.m->layout->n;
	each = mem_alloc(f.b.n_seq * n, sizeof *each);
	one = mem_alloc(n, sizeof *one);
	ok(model_eval(together, NULL, f.pool, f.m->params, &f.b, &e), &e);
	ok(model_grad_each(each, together, f.pool, f.m->params, &f.b, &e),
	    &e);
	for (i = 0; i < f.b.n_seq; i++) {
		struct batch b = { 1, f.start + i, f.tokens, f.targets };

		ok(model_eval(&alone, NULL, f.pool, f.m->params, &b, &e), &e);
		assert_true(alone.loss_sum == together[i].loss_sum);
		ok(model_grad_each(one, &alone, f.pool, f.m->params, &b, &e),
		    &e);
		assert_memory_equal(one, each + i * n, n * sizeof *one);
	}
	mem_free(each), mem_free(one);
	unload(&f);
}

/* Where the scores are largest, and nowhere else. */
static void
test_top(void **state)
{
	struct batch_result res[64];
	struct err e = { .rc = RC_OK };
	struct model_work *w;
	struct fixture f;
	size_t i, j, best, v;
	int32_t *top;
	float *logits;

	(void)state;
	load(&f, "model-odd");
	v = f.m->config.vocab;
	top = mem_alloc(f.start[f.b.n_seq], sizeof *top);
	logits = mem_alloc(f.start[f.b.n_seq] * v, sizeof *logits);
	w = model_work_new(&f.m->config, &e);
	ok(model_logits(logits, w, f.m->params, &f.b, &e), &e);
	ok(model_eval(res, top, f.pool, f.m->params, &f.b, &e), &e);
	for (i = 0; i < f.start[f.b.n_seq]; i++) {
		for (best = 0, j = 1; j < v; j++)
			if (logits[i * v + j] > logits[i * v + best])
				best = j;
		assert_int_equal(top[i], f.targets[i] < 0 ? -1 :
		    (int32_t)best);
	}
	model_work_free(w);
	mem_free(top), mem_free(logits);
	unload(&f);
}

/* The gradient of the mean is the mean of gradients, by targets. */
static void
test_each(void **state)
{
	struct batch_result res[64], all;
	struct err e = { .rc = RC_OK };
	struct fixture f;
	double sum, top = 0;
	size_t i, k, n;
	float *each;

	(void)state;
	load(&f, "model-odd");
	n = f.m->layout->n;
	each = mem_alloc(f.b.n_seq * n, sizeof *each);
	ok(model_grad(f.grad, &all, f.pool, f.m->params, &f.b, &e), &e);
	ok(model_grad_each(each, res, f.pool, f.m->params, &f.b, &e), &e);
	for (k = 0; k < n; k++)
		top = fmax(top, fabs((double)f.grad[k]));
	for (k = 0; k < n; k++) {
		for (sum = 0, i = 0; i < f.b.n_seq; i++)
			sum += (double)each[i * n + k] *
			    (double)res[i].n_targets;
		near("mean", sum / (double)all.n_targets, (double)f.grad[k],
		    1e-6 * top);
	}
	mem_free(each);
	unload(&f);
}

static struct model *
synthetic(struct err *e)
{
	struct model_config c;

	model_config_default(&c);
	c.vocab = 32, c.n_positions = 64, c.n_embd = 96, c.n_layer = 4;
	c.n_head = 4;
	return model_new(&c, e);
}

/* grad (n values) of 40 sequences of 1 to 64 tokens with that many threads. */
static void
grad_with_threads(float *grad, const struct model *m, size_t threads)
{
	struct random_key key = { 3, 5, 0 };
	static size_t start[41];
	static int32_t tokens[40 * 64 + 1];
	struct err e = { .rc = RC_OK };
	struct batch_result res;
	struct model_pool *p;
	struct batch b = { 40, start, tokens, tokens + 1 };
	size_t i;

	for (i = 0; i < 40; i++)
		start[i + 1] = start[i] + 1 + random_word(&key, i) % 64;
	for (i = 0; i <= start[40]; i++)
		tokens[i] = (int32_t)(random_word(&key, 100 + i) % 32);
	par_set_threads(threads);
	assert_non_null(p = model_pool_new(&m->config, 0, &e));
	ok(model_grad(grad, &res, p, m->params, &b, &e), &e);
	assert_int_equal(res.n_targets, start[40]);
	model_pool_free(p);
}

static void
test_threads(void **state)
{
	struct err e = { .rc = RC_OK };
	struct model *m = synthetic(&e);
	float *a, *b;

	(void)state;
	assert_non_null(m);
	assert_int_equal(m->layout->n, 456768);
	ok(model_init(m, 7, &e), &e);
	a = mem_alloc(m->layout->n, sizeof *a);
	b = mem_alloc(m->layout->n, sizeof *b);
	grad_with_threads(a, m, 1);
	grad_with_threads(b, m, 3);
	assert_memory_equal(a, b, m->layout->n * sizeof *a);
	mem_free(a), mem_free(b);
	model_free(m);
}

static double
deviation(const float *x, size_t n)
{
	return optim_norm(x, n) / sqrt((double)n);
}

static void
test_init(void **state)
{
	struct err e = { .rc = RC_OK };
	struct model *m = synthetic(&e), *other = synthetic(&e);
	struct random_key key = { 7, random_name("h.2.mlp.c_fc.weight"), 0 };
	const struct tensor_spec *t;
	float x;

	(void)state;
	ok(model_init(m, 7, &e), &e);
	ok(model_init(other, 7, &e), &e);
	assert_memory_equal(m->block, other->block,
	    m->layout->n * sizeof(float));
	ok(model_init(other, 8, &e), &e);
	assert_true(m->block[0] != other->block[0]);
	t = layout_find(m->layout, "h.2.mlp.c_fc.weight");
	near("deviation", deviation(m->block + t->offset, t->n), 0.02, 3e-4);
	normal_fill_f32(&x, &key, 1234, 1);
	assert_true(m->block[t->offset + 1234] == x * 0.02f);
	t = layout_find(m->layout, "h.2.mlp.c_proj.weight");
	near("deviation", deviation(m->block + t->offset, t->n),
	    0.02 / sqrt(8), 1e-4);
	t = layout_find(m->layout, "h.3.ln_2.weight");
	assert_true(m->block[t->offset + 95] == 1);
	t = layout_find(m->layout, "h.3.ln_2.bias");
	assert_true(deviation(m->block + t->offset, t->n) == 0);
	t = layout_find(m->layout, "h.0.attn.c_proj.bias");
	assert_true(deviation(m->block + t->offset, t->n) == 0);
	model_free(m), model_free(other);
}

/* The message of a batch that must be refused. */
static void
refused(struct fixture *f, const char *message)
{
	struct batch_result res[64];
	struct err e = { .rc = RC_OK };

	assert_int_equal(model_grad(f->grad, res, f->pool, f->m->params,
	    &f->b, &e), -1);
	assert_int_equal(e.rc, RC_INPUT);
	assert_string_equal(e.msg, message);
}

static void
test_bad_batches(void **state)
{
	struct err e = { .rc = RC_OK };
	struct fixture f;
	size_t i;

	(void)state;
	load(&f, "model-small");
	f.tokens[2] = 11;
	refused(&f, "sequence 1: position 1: token 11, the vocabulary has 11");
	f.tokens[2] = -1;
	refused(&f, "sequence 1: position 1: token -1, the vocabulary has 11");
	f.tokens[2] = 0;
	f.targets[2] = 12;
	refused(&f,
	    "sequence 1: position 1: target 12, the vocabulary has 11");
	f.targets[2] = 0;
	f.start[1] = 0;
	refused(&f, "sequence 1: 17 tokens, the model takes 16");
	f.start[1] = 1;
	ok(model_own(f.m, &e), &e);
	f.m->block[f.m->layout->t[14].offset] = INFINITY;
	refused(&f, "sequence 0: position 0: the loss is not finite");
	f.m->block[f.m->layout->t[14].offset] = 0;
	for (i = 0; i < f.start[f.b.n_seq]; i++)
		f.targets[i] = -1;
	refused(&f, "no target in 11 sequences");
	unload(&f);
}

/* Whichever allocation fails, it is reported and nothing leaks. */
static void
no_memory(const char *name)
{
	char path[1024];
	unsigned long k;
	int done;

	snprintf(path, sizeof path, "%s/tests/fixtures/%s", root(), name);
	for (k = 1, done = 0; !done; k++) {
		struct err e = { .rc = RC_OK };
		struct model_pool *p = NULL;
		struct model *m;
		size_t i, n = 0;
		char **file;

		mem_fail_at(k);
		file = model_directory_files(path, &n, &e);
		if (file != NULL && (m = model_load(path, &e)) != NULL)
			p = model_pool_new(&m->config, 0, &e);
		else
			m = NULL;
		done = p != NULL;
		if (!done)
			assert_int_equal(e.rc, RC_SYSTEM);
		mem_fail_at(0);
		for (i = 0; i < n; i++)
			mem_free(file[i]);
		mem_free(file);
		model_free(m);
		model_pool_free(p);
	}
	assert_true(k > 50);
}

static void
test_no_memory(void **state)
{
	(void)state;
	no_memory("model-odd");
	no_memory("model-mistral");	/* shards */
	no_memory("model-llama");
	no_memory("model-olmo2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads),	/* before any other par_for */
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_top),
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_bad_batches),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
