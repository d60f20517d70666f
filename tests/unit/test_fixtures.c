/*
 * The engine in f32 against what PyTorch computed in f64.
 */
#include "fixture.h"

/* The reasons are in tests/oracle/check_model.py. */
static const double LOGITS = 2e-5, LOSS = 2e-5, GRAD = 1e-4, RUN = 1e-2;

static void
check_logits(struct fixture *f)
{
	const json_t *want = json_object_get(f->want, "logits");
	size_t n = json_array_size(want), i;
	float *x = mem_alloc(n, sizeof *x);
	struct err e = { .rc = RC_OK };
	struct model_work *w = model_work_new(&f->m->config, &e);
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
	struct model_work *w = model_work_new(&f->m->config, &e);

	ok(model_forward(res, x, w, f->m->params, &f->b, &e), &e);
	for (i = 0; i < n; i++)
		near("loss", (double)x[i], item(want, i), 10 * LOSS);
	ok(model_eval(eval, NULL, f->pool, f->m->params, &f->b, &e), &e);
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
	struct params *at;
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
	params_read_all(p, f->m->params);
	assert_non_null(at = params_new(f->m->layout, p, &e));
	for (i = 0; i < json_array_size(losses); i++) {
		ok(model_grad(f->grad, &res, f->pool, at, &f->b, &e), &e);
		near("loss of a step", res.loss_sum / (double)res.n_targets,
		    item(losses, i), 1e-4);
		if (number(o, "clip") > 0)
			optim_clip(f->grad, n, number(o, "clip"));
		optim_step(&opt, p, f->grad, number(o, "lr"), f->m->layout);
	}
	ok(model_own(f->m, &e), &e);
	for (i = 0; i < n; i++)
		p[i] -= f->m->block[i];
	params_free(at);
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

/* Of Hugging Face transformers (tests/oracle/make_architectures.py). */
static void
test_architectures(void **state)
{
	(void)state;
	fixture("model-llama");
	fixture("model-mistral");
	fixture("model-qwen2");
	fixture("model-qwen3");
	fixture("model-olmo");
	fixture("model-olmo2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixtures),
		cmocka_unit_test(test_architectures),
	};

	return cmocka_run_group_tests_name("fixtures", tests, NULL, NULL);
}
