/*
 * The whole model in f64 arithmetic: the gradient of every parameter against
 * central differences of the loss.
 */
/* so small that some heads here are taken in parts, and some are whole */
#define HEAD_PART ((size_t)12)
#include "differences.h"

#include "../../libcommon/model/params.c"
#include "../../libcommon/model/head.c"
#include "../../libcommon/model/qkv.c"
#include "../../libcommon/model/layer.c"
#include "../../libcommon/model/work_memory.c"
#include "../../libcommon/model/work.c"

/* The whole model. */
struct whole {
	struct model_work *w;
	struct layout	*layout;
	double		*block, *grad;
	struct params	*params;
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

/* A model of sizes that are no multiples of anything. */
static void
model_of(struct model_config c)
{
	static const size_t start[] = { 0, 5, 6, 6, 13 };
	static const int32_t tokens[] = { 1, 2, 3, 3, 0, 4, 0, 1, 2, 3, 4, 2,
	    2 };
	static const int32_t targets[] = { -1, 2, -1, 3, 4, 1, -1, -1, 4, 0,
	    2, 2, 1 };
	struct whole k = { .b = { 4, start, tokens, targets },
	    .scale = 1 / 9.0 };
	struct batch_result res = { 0 };
	struct err e = { .rc = RC_OK };
	size_t i;

	c.vocab = 5, c.n_positions = 8, c.n_inner = 2 * c.n_embd + 1;
	if (model_config_check(&c, &e) != 0)
		fail_msg("%s", e.msg);
	assert_non_null(k.layout = model_layout(&c, &e));
	assert_non_null(k.w = model_work_new(&c, &e));
	k.block = some(k.layout->n);
	assert_non_null(k.params = params_new(k.layout, k.block, &e));
	k.grad = mem_zalloc(k.layout->n, sizeof *k.grad);
	assert_int_equal(model_grad_block(k.grad, &res, k.w, k.params, &k.b,
	    0, 4, k.scale, &e), 0);
	assert_int_equal(res.n_targets, 9);
	assert_int_equal(res.n_seq, 3);
	assert_close(res.loss_sum * k.scale, run_model(&k), "loss", 0);
	for (i = 0; i < k.layout->n_tensors; i++) {
		const struct tensor_spec *t = &k.layout->t[i];

		check(t->name, k.grad + t->offset, k.block + t->offset, t->n,
		    run_model, &k);
	}
	layout_free(k.layout);
	model_work_free(k.w);
	params_free(k.params);
	mem_free(k.block), mem_free(k.grad);
}

static struct model_config
sized(enum model_family f, size_t layers, size_t heads, size_t width)
{
	struct model_config c;

	model_config_family(&c, f);
	c.n_layer = layers, c.n_head = heads, c.n_embd = width;
	return c;
}

static void
test_gpt2(void **state)
{
	struct model_config c = sized(FAMILY_GPT2, 3, 1, 5);

	(void)state;
	model_of(sized(FAMILY_GPT2, 1, 1, 3));
	model_of(sized(FAMILY_GPT2, 2, 2, 6));
	c.act = ACT_GELU;
	model_of(c);
	c.tied = 0;
	model_of(c);
}

static void
test_llama(void **state)
{
	struct model_config c = sized(FAMILY_LLAMA, 2, 4, 8);

	(void)state;
	model_of(c);
	c.n_kv_head = 2;
	c.tied = 1;
	model_of(c);
	c.head_dim = 6;			/* wider than the model, all told */
	c.n_kv_head = 1;
	c.bias = BIAS_ALL;
	c.rotary = (struct rotary){ ROTARY_LLAMA3, 500, 8, 1, 4, 6 };
	model_of(c);
	model_of(sized(FAMILY_MISTRAL, 1, 1, 2));
}

static void
test_qwen(void **state)
{
	struct model_config c = sized(FAMILY_QWEN2, 2, 2, 8);

	(void)state;
	c.n_kv_head = 1;
	model_of(c);
	c = sized(FAMILY_QWEN3, 2, 4, 6);
	c.n_kv_head = 2, c.head_dim = 4;
	model_of(c);
	c.bias = BIAS_QKV | BIAS_PROJ;
	model_of(c);
}

/* Half of the queries, keys and values beyond the bound. */
static void
test_olmo(void **state)
{
	struct model_config c = sized(FAMILY_OLMO, 2, 2, 8);

	(void)state;
	model_of(c);
	c.clip_qkv = 0.5f;
	c.n_kv_head = 1;
	model_of(c);
	c = sized(FAMILY_OLMO2, 2, 4, 8);
	model_of(c);
	c.n_kv_head = 2;
	c.tied = 1;
	model_of(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gpt2),
		cmocka_unit_test(test_llama),
		cmocka_unit_test(test_qwen),
		cmocka_unit_test(test_olmo),
	};

	return cmocka_run_group_tests_name("nn_model", tests, NULL, NULL);
}
