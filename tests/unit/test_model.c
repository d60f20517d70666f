/*
 * The engine in f32: against what PyTorch computed (tests/fixtures/model-*),
 * and the properties that a pool promises.  (In f64: test_nn.c.)
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"
#include "model/model.h"
#include "model/optim.h"
#include "random/normal.h"

/* The reasons are in tests/oracle/check_model.py. */
static const double LOGITS = 2e-5, LOSS = 2e-5, GRAD = 1e-4, RUN = 1e-2;

static const char *
root(void)
{
	const char *r = getenv("PLUMBLINE_ROOT");

	return r == NULL ? "." : r;
}

static void
ok(int status, const struct err *e)
{
	if (status != 0)
		fail_msg("%s", e->msg);
}

static void
near(const char *what, double have, double want, double allowed)
{
	if (!(fabs(have - want) <= allowed))
		fail_msg("%s: %.9g, expected %.9g", what, have, want);
}

static double
number(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	assert_true(json_is_number(v));
	return json_number_value(v);
}

static double
item(const json_t *a, size_t i)
{
	return json_number_value(json_array_get(a, i));
}

/* One fixture: a model, its batch and what is expected of it. */
struct fixture {
	struct model	*m;
	struct model_pool *pool;
	struct batch	 b;
	json_t		*want;
	size_t		 start[64];
	int32_t		 tokens[512], targets[512];
	float		*grad;
};

static size_t
flatten(int32_t *x, size_t *start, const json_t *rows)
{
	size_t i, j, n = 0;
	json_t *row, *v;

	json_array_foreach(rows, i, row) {
		start[i] = n;
		json_array_foreach(row, j, v)
			x[n++] = (int32_t)json_integer_value(v);
	}
	start[i] = n;
	return n;
}

static void
load(struct fixture *f, const char *name)
{
	struct err e = { .rc = RC_OK };
	char path[1024];

	snprintf(path, sizeof path, "%s/tests/fixtures/%s", root(), name);
	if ((f->m = model_load(path, &e)) == NULL ||
	    (f->pool = model_pool_new(&f->m->config, 0, &e)) == NULL)
		fail_msg("%s", e.msg);
	strcat(path, "/expected.json");
	assert_non_null(f->want = json_load_file(path, 0, NULL));
	flatten(f->targets, f->start, json_object_get(f->want, "targets"));
	flatten(f->tokens, f->start, json_object_get(f->want, "tokens"));
	f->b = (struct batch){ json_array_size(json_object_get(f->want,
	    "tokens")), f->start, f->tokens, f->targets };
	f->grad = mem_alloc(f->m->layout->n, sizeof *f->grad);
}

static void
unload(struct fixture *f)
{
	model_free(f->m);
	model_pool_free(f->pool);
	json_decref(f->want);
	mem_free(f->grad);
}

static void
check_logits(struct fixture *f)
{
	const json_t *want = json_object_get(f->want, "logits");
	size_t n = json_array_size(want), i;
	float *x = mem_alloc(n, sizeof *x);
	struct err e = { .rc = RC_OK };
	struct model_work *w = model_work_new(&f->m->config, 70, &e);
	double top = 0;

	ok(model_logits(x, w, f->m->params, &f->b, &e), &e);
	for (i = 0; i < n; i++)
		top = fabs(item(want, i)) > top ? fabs(item(want, i)) : top;
	for (i = 0; i < n; i++)
		near("logit", (double)x[i], item(want, i), LOGITS * top);
	model_work_free(w);
	mem_free(x);
}

static void
check_losses(struct fixture *f)
{
	const json_t *want = json_object_get(f->want, "token_loss"), *seq;
	size_t n = json_array_size(want), i;
	struct batch_result res[64], eval[64];
	float *x = mem_alloc(n, sizeof *x);
	struct err e = { .rc = RC_OK };
	struct model_work *w = model_work_new(&f->m->config, 70, &e);

	ok(model_forward(res, x, w, f->m->params, &f->b, &e), &e);
	for (i = 0; i < n; i++)
		near("loss", (double)x[i], item(want, i), 10 * LOSS);
	ok(model_eval(eval, f->pool, f->m->params, &f->b, &e), &e);
	assert_memory_equal(eval, res, f->b.n_seq * sizeof *res);
	for (i = 0; i < f->b.n_seq; i++) {
		seq = json_array_get(json_object_get(f->want, "sequences"),
		    i);
		assert_int_equal(res[i].n_targets, (size_t)item(seq, 0));
		assert_int_equal(res[i].n_seq, res[i].n_targets > 0);
		assert_int_equal(res[i].n_correct, (size_t)item(seq, 1));
		assert_int_equal(res[i].n_exact, (size_t)item(seq, 2));
	}
	model_work_free(w);
	mem_free(x);
}

static void
check_gradient(struct fixture *f)
{
	const json_t *all = json_object_get(f->want, "grad"), *want, *v;
	const struct layout *l = f->m->layout;
	struct err e = { .rc = RC_OK };
	struct batch_result res;
	size_t i, k;

	ok(model_grad(f->grad, &res, f->pool, f->m->params, &f->b, &e), &e);
	near("mean loss", res.loss_sum / (double)res.n_targets,
	    number(f->want, "mean_loss"), LOSS);
	for (i = 0; i < l->n_tensors; i++) {
		const float *g = f->grad + l->t[i].offset;
		double norm;

		want = json_object_get(all, l->t[i].name);
		norm = number(want, "norm");
		near(l->t[i].name, optim_norm(g, l->t[i].n), norm,
		    GRAD * norm);
		v = json_object_get(want, "values");
		for (k = 0; k < json_array_size(v); k++)
			near(l->t[i].name, (double)g[(size_t)item(
			    json_array_get(v, k), 0)], item(
			    json_array_get(v, k), 1), GRAD * norm);
	}
}

/* Ten steps from the fixture's weights, which are put back. */
static void
check_run(struct fixture *f, const json_t *o)
{
	size_t n = f->m->layout->n, i;
	float *p = mem_alloc(n, sizeof *p);
	const json_t *losses = json_object_get(o, "losses"), *v;
	int gd = strcmp(json_string_value(json_object_get(o, "optimizer")),
	    "gd") == 0;
	struct err e = { .rc = RC_OK };
	struct batch_result res;
	struct optim opt;

	ok(optim_init(&opt, gd ? OPTIM_GD : OPTIM_ADAMW, n, &e), &e);
	opt.beta1 = number(o, "beta1"), opt.beta2 = number(o, "beta2");
	opt.eps = number(o, "eps");
	opt.weight_decay = number(o, "weight_decay");
	memcpy(p, f->m->params, n * sizeof *p);
	for (i = 0; i < json_array_size(losses); i++) {
		ok(model_grad(f->grad, &res, f->pool, p, &f->b, &e), &e);
		near("loss of a step", res.loss_sum / (double)res.n_targets,
		    item(losses, i), 1e-4);
		if (number(o, "clip") > 0)
			optim_clip(f->grad, n, number(o, "clip"));
		optim_step(&opt, p, f->grad, number(o, "lr"), f->m->layout);
	}
	for (i = 0; i < n; i++)
		p[i] -= f->m->params[i];
	near("displacement", optim_norm(p, n), number(o, "displacement_norm"),
	    RUN * number(o, "displacement_norm"));
	v = json_object_get(o, "displacement");
	for (i = 0; i < json_array_size(v); i++)
		near("displacement", (double)p[(size_t)item(
		    json_array_get(v, i), 0)], item(json_array_get(v, i), 1),
		    RUN * 10 * number(o, "lr"));
	optim_free(&opt);
	mem_free(p);
}

static void
fixture(const char *name)
{
	struct fixture f;
	const json_t *runs;
	size_t i;

	load(&f, name);
	check_logits(&f);
	check_losses(&f);
	check_gradient(&f);
	runs = json_object_get(f.want, "runs");
	for (i = 0; i < json_array_size(runs); i++)
		check_run(&f, json_array_get(runs, i));
	unload(&f);
}

static void
test_fixtures(void **state)
{
	(void)state;
	fixture("model-small");
	fixture("model-odd");
}

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
	ok(model_eval(together, f.pool, f.m->params, &f.b, &e), &e);
	ok(model_grad_each(each, together, f.pool, f.m->params, &f.b, &e),
	    &e);
	for (i = 0; i < f.b.n_seq; i++) {
		struct batch b = { 1, f.start + i, f.tokens, f.targets };

		ok(model_eval(&alone, f.pool, f.m->params, &b, &e), &e);
		assert_true(alone.loss_sum == together[i].loss_sum);
		ok(model_grad_each(one, &alone, f.pool, f.m->params, &b, &e),
		    &e);
		assert_memory_equal(one, each + i * n, n * sizeof *one);
	}
	mem_free(each), mem_free(one);
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
	assert_memory_equal(m->params, other->params,
	    m->layout->n * sizeof(float));
	ok(model_init(other, 8, &e), &e);
	assert_true(m->params[0] != other->params[0]);
	t = layout_find(m->layout, "h.2.mlp.c_fc.weight");
	near("deviation", deviation(m->params + t->offset, t->n), 0.02, 3e-4);
	normal_fill_f32(&x, &key, 1234, 1);
	assert_true(m->params[t->offset + 1234] == x * 0.02f);
	t = layout_find(m->layout, "h.2.mlp.c_proj.weight");
	near("deviation", deviation(m->params + t->offset, t->n),
	    0.02 / sqrt(8), 1e-4);
	t = layout_find(m->layout, "h.3.ln_2.weight");
	assert_true(m->params[t->offset + 95] == 1);
	t = layout_find(m->layout, "h.3.ln_2.bias");
	assert_true(deviation(m->params + t->offset, t->n) == 0);
	t = layout_find(m->layout, "h.0.attn.c_proj.bias");
	assert_true(deviation(m->params + t->offset, t->n) == 0);
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
	f.m->params[f.m->layout->t[14].offset] = INFINITY;
	refused(&f, "sequence 0: position 0: the loss is not finite");
	f.m->params[f.m->layout->t[14].offset] = 0;
	for (i = 0; i < f.start[f.b.n_seq]; i++)
		f.targets[i] = -1;
	refused(&f, "no target in 11 sequences");
	unload(&f);
}

/* Whichever allocation fails, it is reported and nothing leaks. */
static void
test_no_memory(void **state)
{
	char path[1024];
	unsigned long k;
	int done;

	(void)state;
	snprintf(path, sizeof path, "%s/tests/fixtures/model-odd", root());
	for (k = 1, done = 0; !done; k++) {
		struct err e = { .rc = RC_OK };
		struct model_pool *p = NULL;
		struct model *m;

		mem_fail_at(k);
		if ((m = model_load(path, &e)) != NULL)
			p = model_pool_new(&m->config, 0, &e);
		done = p != NULL;
		if (!done)
			assert_int_equal(e.rc, RC_SYSTEM);
		mem_fail_at(0);
		model_free(m);
		model_pool_free(p);
	}
	assert_true(k > 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads),	/* before any other par_for */
		cmocka_unit_test(test_fixtures),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_bad_batches),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
