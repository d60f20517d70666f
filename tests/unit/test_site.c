/*
 * site: names; what a hook sees adds up and does not depend on company; what
 * it changes changes the scores.  (Values against PyTorch: tests/oracle.)
 */
#include "fixture.h"

#include "model/site.h"

/* What a hook does and what it saw. */
struct looker {
	size_t		 n_site;
	const struct batch *b;
	float		*h;		/* n_site x tokens of b x width */
	size_t		 width;
	size_t		 drop;		/* 1: additions become 0 */
	size_t		 add_to;	/* a site; SIZE_MAX: none */
};

static int
is_addition(size_t site, size_t n_site)
{
	size_t of_layer = (site - 1) % SITES_OF_LAYER;

	return site != SITE_EMBED && site != n_site - 1 &&
	    (of_layer == SITE_ATTN_OUT || of_layer == SITE_MLP_OUT);
}

static void
look(void *arg, size_t site, const struct batch *b, size_t seq, float *h,
    size_t m, size_t width)
{
	struct looker *k = arg;
	size_t tokens = k->b->start[k->b->n_seq], i;

	assert_in_range(site, 0, k->n_site - 1);
	assert_int_equal(m, b->start[seq + 1] - b->start[seq]);
	for (i = 0; site == k->add_to && i < m * width; i += 3)
		h[i] += 0.1f;
	if (k->drop && is_addition(site, k->n_site))
		memset(h, 0, m * width * sizeof *h);
	if (k->h != NULL)
		memcpy(k->h + (site * tokens + b->start[seq]) * width, h,
		    m * width * sizeof *h);
}

static struct looker
looker_of(const struct fixture *f, float *h)
{
	return (struct looker){ .n_site = site_count(f->m->config.n_layer),
	    .b = &f->b, .h = h, .width = f->m->config.n_embd,
	    .add_to = SIZE_MAX };
}

/* Everything that a hook sees of the fixture's batch. */
static float *
all_sites(struct fixture *f, struct looker *k)
{
	size_t n = k->n_site * f->b.start[f->b.n_seq] * k->width;
	struct site_hook hook = { look, k };
	struct err e = { .rc = RC_OK };

	k->h = mem_zalloc(n, sizeof *k->h);
	model_pool_hook(f->pool, &hook);
	ok(model_visit(f->pool, f->m->params, &f->b, &e), &e);
	model_pool_hook(f->pool, NULL);
	return k->h;
}

static const float *
at(const struct looker *k, size_t site)
{
	return k->h + site * k->b->start[k->b->n_seq] * k->width;
}

static void
names_are_canonical(void **state)
{
	static const char *const want[] = { "embed", "h.0.attn_in",
	    "h.0.attn_out", "h.0.mlp_in", "h.0.mlp_out", "h.0.out",
	    "h.1.attn_in", "h.1.attn_out", "h.1.mlp_in", "h.1.mlp_out",
	    "h.1.out", "final_norm" };
	char buf[SITE_NAME_MAX];
	size_t i;

	(void)state;
	assert_int_equal(site_count(2), 12);
	for (i = 0; i < 12; i++) {
		assert_string_equal(site_name(buf, sizeof buf, i, 2),
		    want[i]);
		assert_int_equal(site_find(want[i], 2), i);
	}
	assert_int_equal(site_find("h.2.out", 2), 12);
	assert_int_equal(site_find("h.0.", 2), 12);
	assert_int_equal(site_of_layer(1, SITE_OUT), 10);
	assert_int_equal(site_count(0), 2);
}

/* The site that a name of another library stands for; 12: none, 99: more than
 * one. */
static size_t
aliased(const char *name, int norm_after)
{
	struct model_config c = { .n_layer = 2, .norm_after = norm_after };
	size_t i, found = 12;

	for (i = 0; i < 12; i++)
		if (site_matches(name, i, &c))
			found = found == 12 ? i : 99;
	return found;
}

static void
other_names_are_understood(void **state)
{
	(void)state;
	assert_int_equal(aliased("hidden_states.0", 0), SITE_EMBED);
	assert_int_equal(aliased("hidden_states.1", 0),
	    site_of_layer(0, SITE_OUT));
	assert_int_equal(aliased("hidden_states.2", 0), site_final_norm(2));
	assert_int_equal(aliased("hidden_states.3", 0), 12);
	assert_int_equal(aliased("blocks.0.hook_resid_pre", 0), SITE_EMBED);
	assert_int_equal(aliased("blocks.1.hook_resid_pre", 0),
	    site_of_layer(0, SITE_OUT));
	assert_int_equal(aliased("blocks.1.hook_resid_post", 0),
	    site_of_layer(1, SITE_OUT));
	assert_int_equal(aliased("blocks.1.hook_resid_mid", 0), 12);
	assert_int_equal(aliased("model.layers.1", 0),
	    site_of_layer(1, SITE_OUT));
	assert_int_equal(aliased("transformer.h.1.mlp", 0),
	    site_of_layer(1, SITE_MLP_OUT));
	assert_int_equal(aliased("model.norm", 0), site_final_norm(2));
	assert_int_equal(aliased("model.layers.0.post_attention_layernorm",
	    0), site_of_layer(0, SITE_MLP_IN));
	assert_int_equal(aliased("model.layers.0.post_attention_layernorm",
	    1), site_of_layer(0, SITE_ATTN_OUT));
	assert_int_equal(aliased("model.layers.0.mlp", 1), 12);
	assert_int_equal(aliased("model.layers.?", 0), 99);
}

/* h.N.out = the stream before it + attn_out + mlp_out. */
static void
additions_add_up(void **state)
{
	struct fixture f;
	struct looker k;
	const float *before, *attn, *mlp, *after;
	size_t n, i, layer;

	(void)state;
	load(&f, "model-small");
	k = looker_of(&f, NULL);
	mem_free(all_sites(&f, &k));
	all_sites(&f, &k);
	n = f.b.start[f.b.n_seq] * k.width;
	before = at(&k, SITE_EMBED);
	for (layer = 0; layer < f.m->config.n_layer; layer++) {
		attn = at(&k, site_of_layer(layer, SITE_ATTN_OUT));
		mlp = at(&k, site_of_layer(layer, SITE_MLP_OUT));
		after = at(&k, site_of_layer(layer, SITE_OUT));
		for (i = 0; i < n; i++)
			near("stream", after[i], (double)before[i] + attn[i] +
			    mlp[i], 1e-6 * (1 + fabs(after[i])));
		before = after;
	}
	mem_free(k.h);
	unload(&f);
}

/* Without additions the stream stays what the embedding made. */
static void
changes_reach_what_follows(void **state)
{
	struct fixture f;
	struct looker k;
	size_t last;

	(void)state;
	load(&f, "model-small");
	k = looker_of(&f, NULL);
	k.drop = 1;
	all_sites(&f, &k);
	last = site_of_layer(f.m->config.n_layer - 1, SITE_OUT);
	assert_memory_equal(at(&k, last), at(&k, SITE_EMBED),
	    f.b.start[f.b.n_seq] * k.width * sizeof(float));
	mem_free(k.h);
	unload(&f);
}

/* A sequence by itself, and among others on two threads. */
static void
company_does_not_matter(void **state)
{
	struct fixture f;
	struct looker all, one;
	struct model_work *w;
	struct err e = { .rc = RC_OK };
	size_t i, s, m, tokens, width;

	(void)state;
	load(&f, "model-odd");
	all = looker_of(&f, NULL);
	all_sites(&f, &all);
	tokens = f.b.start[f.b.n_seq], width = all.width;
	one = looker_of(&f, mem_zalloc(all.n_site * tokens * width,
	    sizeof *one.h));
	assert_non_null(w = model_work_new(&f.m->config, &e));
	for (i = f.b.n_seq; i-- > 0;) {
		size_t start[2] = { 0, f.b.start[i + 1] - f.b.start[i] };
		struct batch b = { 1, start, f.tokens + f.b.start[i], NULL };
		struct looker k = one;
		struct site_hook hook = { look, &k };

		k.b = &b;
		model_work_hook(w, &hook);
		ok(model_visit_range(w, f.m->params, &b, 0, 1, &e), &e);
		m = start[1] * width;
		for (s = 0; s < all.n_site; s++)
			assert_memory_equal(k.h + s * m, at(&all, s) +
			    f.b.start[i] * width, m * sizeof(float));
	}
	model_work_free(w);
	mem_free(all.h);
	mem_free(one.h);
	unload(&f);
}

/* Losses under a hook: of one that only looks, the same but for rounding; of
 * one that changes a site, others; gradients never. */
static void
losses_follow(void **state)
{
	struct batch_result plain[64], seen[64];
	struct fixture f;
	struct looker k;
	struct site_hook hook = { look, &k };
	struct err e = { .rc = RC_OK };
	struct batch_result res;
	size_t i, s, moved;
	double g;

	(void)state;
	load(&f, "model-small");
	k = looker_of(&f, NULL);
	ok(model_eval(plain, NULL, f.pool, f.m->params, &f.b, &e), &e);
	model_pool_hook(f.pool, &hook);
	ok(model_eval(seen, NULL, f.pool, f.m->params, &f.b, &e), &e);
	for (i = 0; i < f.b.n_seq; i++)
		near("loss", seen[i].loss_sum, plain[i].loss_sum,
		    1e-5 * (1 + plain[i].loss_sum));
	for (s = 0; s < k.n_site; s++) {
		k.add_to = s;
		ok(model_eval(seen, NULL, f.pool, f.m->params, &f.b, &e), &e);
		for (moved = i = 0; i < f.b.n_seq; i++)
			moved += fabs(seen[i].loss_sum - plain[i].loss_sum) >
			    1e-6;
		assert_int_not_equal(moved, 0);
	}
	ok(model_grad(f.grad, &res, f.pool, f.m->params, &f.b, &e), &e);
	g = f.grad[0];
	model_pool_hook(f.pool, NULL);
	ok(model_grad(f.grad, &res, f.pool, f.m->params, &f.b, &e), &e);
	assert_true(f.grad[0] == g);
	ok(model_eval(seen, NULL, f.pool, f.m->params, &f.b, &e), &e);
	assert_memory_equal(seen, plain, f.b.n_seq * sizeof *plain);
	unload(&f);
}

static void
count_visits(void *arg, size_t site, const struct batch *b, size_t seq,
    real *h, size_t m, size_t width)
{
	(void)site, (void)b, (void)seq, (void)h, (void)m, (void)width;
	++*(size_t *)arg;
}

/* A prompt with other targets at the same place goes through the layers once,
 * and what is said of each is what is said of it alone. */
static void
twins_share_a_pass(void **state)
{
	static const int32_t tokens[] = { 3, 1, 4, 3, 1, 4, 3, 1, 4, 3, 1, 5 };
	static const int32_t targets[] = { -1, -1, 2, -1, -1, 6, -1, 2, 6,
		-1, -1, 6 };
	static const size_t start[] = { 0, 3, 6, 9, 12 };
	const struct batch b = { 4, start, tokens, targets };
	struct batch_result all[4], alone;
	struct err e = { .rc = RC_OK };
	size_t i, visits = 0;
	struct site_hook hook = { count_visits, &visits };
	struct model_work *w;
	struct fixture f;

	(void)state;
	load(&f, "model-small");
	assert_non_null(w = model_work_new(&f.m->config, &e));
	ok(model_forward(all, NULL, w, f.m->params, &b, &e), &e);
	for (i = 0; i < b.n_seq; i++) {
		struct batch one = { 1, start + i, tokens, targets };

		assert_int_equal(batch_twin(&b, i), i == 1);
		ok(model_forward(&alone, NULL, w, f.m->params, &one, &e), &e);
		assert_memory_equal(&alone, &all[i], sizeof alone);
	}
	assert_true(all[0].loss_sum != all[1].loss_sum);
	model_work_hook(w, &hook);
	ok(model_forward(all, NULL, w, f.m->params, &b, &e), &e);
	assert_int_equal(visits, 3 * site_count(f.m->config.n_layer));
	visits = 0;
	ok(model_visit_range(w, f.m->params, &b, 0, b.n_seq, &e), &e);
	assert_int_equal(visits, 4 * site_count(f.m->config.n_layer));
	model_work_free(w);
	unload(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_canonical),
		cmocka_unit_test(other_names_are_understood),
		cmocka_unit_test(additions_add_up),
		cmocka_unit_test(changes_reach_what_follows),
		cmocka_unit_test(twins_share_a_pass),
		cmocka_unit_test(company_does_not_matter),
		cmocka_unit_test(losses_follow),
	};

	par_set_threads(2);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
