/*
 * The whole model in f64 arithmetic: the gradient of every parameter against
 * central differences of the loss.
 */
#include "differences.h"

#include "../../libcommon/model/head.c"
#include "../../libcommon/model/layer.c"
#include "../../libcommon/model/work.c"

/* The whole model. */
struct whole {
	struct model_work *w;
	struct layout	*layout;
	double		*params, *grad;
	struct batch	 b;
	double		 scale;
};

static double
run_model(void *arg)
{
	struct whole *k = arg;
	struct batch_result res[8], sum = { 0 };
	struct err e = { .rc = RC_OK };
	size_t i;

	assert_int_equal(model_forward(res, NULL, k->w, k->params, &k->b,
	    &e), 0);
	for (i = 0; i < k->b.n_seq; i++)
		batch_result_add(&sum, &res[i]);
	return sum.loss_sum * k->scale;
}

static void
model_at(size_t layers, size_t heads, size_t width, enum nn_act act)
{
	static const size_t start[] = { 0, 5, 6, 6, 13 };
	static const int32_t tokens[] = { 1, 2, 3, 3, 0, 4, 0, 1, 2, 3, 4, 2,
	    2 };
	static const int32_t targets[] = { -1, 2, -1, 3, 4, 1, -1, -1, 4, 0,
	    2, 2, 1 };
	struct whole k = { .b = { 4, start, tokens, targets },
	    .scale = 1 / 9.0 };
	struct model_config c;
	struct batch_result res = { 0 };
	struct err e = { .rc = RC_OK };
	size_t i;

	model_config_default(&c);
	c.n_layer = layers, c.n_head = heads, c.n_embd = width, c.vocab = 5;
	c.n_positions = 8, c.n_inner = 2 * width + 1, c.act = act;
	assert_int_equal(model_config_check(&c, &e), 0);
	assert_non_null(k.layout = model_layout(&c, &e));
	assert_non_null(k.w = model_work_new(&c, 13, &e));
	k.params = some(k.layout->n);
	k.grad = mem_zalloc(k.layout->n, sizeof *k.grad);
	assert_int_equal(model_grad_block(k.grad, &res, k.w, k.params, &k.b,
	    0, 4, k.scale, &e), 0);
	assert_int_equal(res.n_targets, 9);
	assert_int_equal(res.n_seq, 3);
	assert_close(res.loss_sum * k.scale, run_model(&k), "loss", 0);
	for (i = 0; i < k.layout->n_tensors; i++) {
		const struct tensor_spec *t = &k.layout->t[i];

		check(t->name, k.grad + t->offset, k.params + t->offset, t->n,
		    run_model, &k);
	}
	layout_free(k.layout);
	model_work_free(k.w);
	mem_free(k.params), mem_free(k.grad);
}

static void
test_model(void **state)
{
	(void)state;
	model_at(1, 1, 3, ACT_GELU_TANH);
	model_at(2, 2, 6, ACT_GELU_TANH);
	model_at(3, 1, 5, ACT_GELU);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
	};

	return cmocka_run_group_tests_name("nn_model", tests, NULL, NULL);
}
