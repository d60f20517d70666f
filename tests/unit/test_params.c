/*
 * Parameters that stay in mapped files, and gradients of some tensors only:
 * the same bits as from a block, and as all gradients.
 */
#include <unistd.h>

#include "fixture.h"

static char dir[] = "/tmp/test_params.XXXXXX";

/* The last two sequences are twins. */
enum { SEQS = 4, TOKENS = 20 };
static const size_t start[] = { 0, 5, 6, 13, TOKENS };
static const int32_t tokens[] = { 1, 2, 3, 3, 0, 4, 0, 1, 2, 3, 4, 2, 6,
	0, 1, 2, 3, 4, 2, 6 };
static const int32_t targets[] = { -1, 2, -1, 3, 4, 1, -1, 4, 0, 2, 2, 1, 5,
	-1, 4, 0, 3, 2, 1, 0 };
static const struct batch batch = { SEQS, start, tokens, targets };

/* Family f, with all that makes a difference to what is converted: several
 * layers, heads that share keys, an untied head or a tied one. */
static struct model *
some_model(enum model_family f, int tied)
{
	struct err e = { .rc = RC_OK };
	struct model_config c;
	struct model *m;
	size_t i;

	model_config_family(&c, f);
	c.vocab = 7, c.n_positions = 9, c.n_embd = 8, c.n_layer = 3;
	c.n_head = 4, c.n_inner = 10, c.tied = tied, c.init_std = 0.4f;
	if (f != FAMILY_GPT2)
		c.n_kv_head = 2, c.head_dim = 6;
	if (f == FAMILY_OLMO)
		c.clip_qkv = 0.3f;
	if ((m = model_new(&c, &e)) == NULL)
		fail_msg("%s", e.msg);
	ok(model_init(m, 3, &e), &e);
	for (i = 0; i < m->layout->n; i++)	/* no zeros, no ones */
		m->block[i] += 0.01f * (float)(i % 17) - 0.07f;
	return m;
}

/* Moves the data of dir/model.safetensors by one byte: a space more after
 * the header, so that no tensor is aligned. */
static void
misalign(void)
{
	static unsigned char b[1 << 16];
	char path[256];
	FILE *fp;
	size_t n, header;

	snprintf(path, sizeof path, "%s/model.safetensors", dir);
	assert_non_null(fp = fopen(path, "rb"));
	n = fread(b, 1, sizeof b - 1, fp);
	fclose(fp);
	header = b[0] + 256u * b[1];
	memmove(b + 8 + header + 1, b + 8 + header, n - 8 - header);
	b[8 + header] = ' ';
	header++;
	b[0] = header & 0xff, b[1] = header >> 8 & 0xff;
	assert_non_null(fp = fopen(path, "wb"));
	assert_int_equal(fwrite(b, 1, n + 1, fp), n + 1);
	fclose(fp);
}

/* All that is said at p is in memory of the caller. */
struct said {
	float	logits[TOKENS * 7];
	struct batch_result res[SEQS], of_each[SEQS], all;
	float	*grad, *each;
};

static void
say(struct said *s, const struct model *m)
{
	struct err e = { .rc = RC_OK };
	struct model_work *w = model_work_new(&m->config, &e);
	struct model_pool *p = model_pool_new(&m->config, 0, &e);
	size_t n = m->layout->n;

	assert_true(w != NULL && p != NULL);
	memset(s, 0, sizeof *s);
	s->grad = mem_alloc(n, sizeof *s->grad);
	s->each = mem_alloc(SEQS * n, sizeof *s->each);
	ok(model_logits(s->logits, w, m->params, &batch, &e), &e);
	ok(model_eval(s->res, NULL, p, m->params, &batch, &e), &e);
	ok(model_grad(s->grad, &s->all, p, m->params, &batch, &e), &e);
	ok(model_grad_each(s->each, s->of_each, p, m->params, &batch, &e), &e);
	model_work_free(w);
	model_pool_free(p);
}

static void
same_said(const struct model *a, const struct model *b)
{
	size_t n = a->layout->n;
	struct said x, y;

	say(&x, a);
	say(&y, b);
	assert_memory_equal(x.logits, y.logits, sizeof x.logits);
	assert_memory_equal(x.res, y.res, sizeof x.res);
	assert_memory_equal(x.of_each, y.of_each, sizeof x.of_each);
	assert_memory_equal(&x.all, &y.all, sizeof x.all);
	assert_memory_equal(x.grad, y.grad, n * sizeof *x.grad);
	assert_memory_equal(x.each, y.each, SEQS * n * sizeof *x.each);
	mem_free(x.grad), mem_free(x.each);
	mem_free(y.grad), mem_free(y.each);
}

/* Saved as d, and mapped: as a block of the same values. */
static void
mapped(const struct model *m, enum dtype d, int misaligned)
{
	struct err e = { .rc = RC_OK };
	struct model *n, *own;
	size_t i;

	ok(model_save(m, d, dir, &e), &e);
	if (misaligned)
		misalign();
	if ((n = model_load(dir, &e)) == NULL ||
	    (own = model_load(dir, &e)) == NULL)
		fail_msg("%s", e.msg);
	ok(model_own(own, &e), &e);
	assert_true(n->block == NULL && own->block != NULL);
	assert_true(own->files == NULL && n->files != NULL);
	for (i = 0; i < n->layout->n_tensors; i++) {
		assert_int_equal(params_in_place(n->params, i),
		    n->layout->t[i].rank < 2 || (d == DT_F32 && !misaligned));
		assert_true(params_in_place(own->params, i));
	}
	if (d == DT_F32)
		assert_memory_equal(own->block, m->block, m->layout->n *
		    sizeof(float));
	same_said(n, own);
	model_free(n);
	model_free(own);
}

static void
test_mapped(void **state)
{
	enum model_family f;
	struct model *m;
	int tied;

	(void)state;
	for (f = 0; f < FAMILY_COUNT; f++)
		for (tied = 0; tied < 2; tied++) {
			m = some_model(f, tied);
			mapped(m, DT_F32, 0);
			mapped(m, DT_F32, 1);
			mapped(m, DT_F16, 0);
			mapped(m, DT_BF16, 1);
			model_free(m);
		}
}

/* The gradients that p has are those of all, of the tensors that are
 * wanted. */
static void
chosen(struct model_pool *p, const struct model *m, const struct said *all,
    const unsigned char *wanted)
{
	const struct layout *l = m->layout, *few;
	struct batch_result res, per_seq[SEQS];
	struct err e = { .rc = RC_OK };
	float *grad, *each;
	size_t i, j, n = 0;

	ok(model_pool_choose(p, wanted, &e), &e);
	few = model_pool_layout(p);
	grad = mem_alloc(few->n, sizeof *grad);
	each = mem_alloc(SEQS * few->n, sizeof *each);
	ok(model_grad(grad, &res, p, m->params, &batch, &e), &e);
	ok(model_grad_each(each, per_seq, p, m->params, &batch, &e), &e);
	assert_memory_equal(&res, &all->all, sizeof res);
	assert_memory_equal(per_seq, all->of_each, sizeof per_seq);
	for (i = 0; i < l->n_tensors; i++) {
		const struct tensor_spec *t = &l->t[i];

		if (!wanted[i])
			continue;
		assert_string_equal(few->t[n].name, t->name);
		assert_true(layout_same_shape(&few->t[n], t));
		assert_memory_equal(grad + few->t[n].offset,
		    all->grad + t->offset, t->n * sizeof *grad);
		for (j = 0; j < SEQS; j++)
			assert_memory_equal(each + j * few->n +
			    few->t[n].offset, all->each + j * l->n +
			    t->offset, t->n * sizeof *grad);
		n++;
	}
	assert_int_equal(n, few->n_tensors);
	mem_free(grad), mem_free(each);
}

/* Each tensor by itself, and many at random. */
static void
test_chosen(void **state)
{
	struct random_key key = { 9, random_name("test_params"), 0 };
	struct err e = { .rc = RC_OK };
	unsigned char wanted[64];
	struct model_pool *p;
	enum model_family f;
	struct said all;
	struct model *m;
	size_t i, k, n;

	(void)state;
	for (f = 0; f < FAMILY_COUNT; f++) {
		m = some_model(f, f % 2 == 0);
		n = m->layout->n_tensors;
		assert_true(n <= sizeof wanted);
		say(&all, m);
		assert_non_null(p = model_pool_new(&m->config, 0, &e));
		for (i = 0; i < n; i++) {
			memset(wanted, 0, sizeof wanted);
			wanted[i] = 1;
			chosen(p, m, &all, wanted);
		}
		for (k = 0; k < 20; k++) {
			for (i = 0; i < n; i++)
				wanted[i] = random_word(&key, k * n + i) %
				    4 == 0;
			wanted[k % n] = 1;
			chosen(p, m, &all, wanted);
		}
		ok(model_pool_choose(p, NULL, &e), &e);
		assert_true(layout_equal(model_pool_layout(p), m->layout));
		model_pool_free(p);
		mem_free(all.grad), mem_free(all.each);
		model_free(m);
	}
}

/* A moved tensor beside those that stay in their file. */
static void
test_moved(void **state)
{
	struct model *m = some_model(FAMILY_QWEN2, 1), *n, *own;
	struct err e = { .rc = RC_OK };
	struct params *p, *kept;
	const struct tensor_spec *t;
	float *x;
	size_t i;

	(void)state;
	ok(model_save(m, DT_BF16, dir, &e), &e);
	assert_non_null(n = model_load(dir, &e));
	assert_non_null(own = model_load(dir, &e));
	ok(model_own(own, &e), &e);
	t = layout_find(n->layout, "model.layers.1.mlp.up_proj.weight");
	assert_non_null(x = mem_alloc(t->n, sizeof *x));
	for (i = 0; i < t->n; i++)
		x[i] = own->block[t->offset + i] += 0.125f;
	assert_non_null(p = params_copy(n->params, &e));
	p->view[t - n->layout->t] = (struct param_view){ x, DT_F32 };
	kept = n->params;
	n->params = p;
	same_said(n, own);
	n->params = kept;
	params_free(p);
	mem_free(x);
	model_free(m), model_free(n), model_free(own);
}

/* A model with room for a million positions needs memory for those that a
 * batch has. */
static void
test_long_positions(void **state)
{
	struct err e = { .rc = RC_OK };
	struct batch_result res[SEQS], all;
	struct model_config c;
	struct model_pool *p;
	struct model *m;
	float *grad;

	(void)state;
	model_config_family(&c, FAMILY_LLAMA);
	c.vocab = 7, c.n_positions = 1 << 20, c.n_embd = 64, c.n_layer = 8;
	c.n_head = 32, c.n_inner = 10;
	assert_non_null(m = model_new(&c, &e));
	ok(model_init(m, 3, &e), &e);
	assert_non_null(p = model_pool_new(&c, 0, &e));
	assert_non_null(grad = mem_alloc(m->layout->n, sizeof *grad));
	ok(model_eval(res, NULL, p, m->params, &batch, &e), &e);
	ok(model_grad(grad, &all, p, m->params, &batch, &e), &e);
	mem_free(grad);
	model_pool_free(p);
	model_free(m);
}

/* Whichever allocation fails, it is reported, and a call that has failed can
 * be made again. */
static void
test_no_memory(void **state)
{
	struct model *m = some_model(FAMILY_QWEN3, 0), *n;
	struct batch_result res[SEQS];
	unsigned char wanted[64] = { 0, 0, 1, 1 };
	unsigned long k;
	float *grad;
	int done;

	(void)state;
	ok(model_save(m, DT_F16, dir, &(struct err){ .rc = RC_OK }),
	    &(struct err){ .rc = RC_OK });
	grad = mem_alloc(m->layout->n, sizeof *grad);
	for (k = 1, done = 0; !done; k++) {
		struct err e = { .rc = RC_OK };
		struct model_pool *p = NULL;

		mem_fail_at(k);
		n = model_load(dir, &e);
		done = n != NULL &&
		    (p = model_pool_new(&n->config, 0, &e)) != NULL &&
		    model_eval(res, NULL, p, n->params, &batch, &e) == 0 &&
		    model_pool_choose(p, wanted, &e) == 0 &&
		    model_grad(grad, res, p, n->params, &batch, &e) == 0 &&
		    model_own(n, &e) == 0 &&
		    model_save(n, DT_F16, dir, &e) == 0;
		mem_fail_at(0);
		if (!done)
			assert_int_equal(e.rc, RC_SYSTEM);
		if (p != NULL)
			ok(model_grad_each(grad, res, p, n->params,
			    &(struct batch){ 1, start, tokens, targets }, &e),
			    &e);
		model_pool_free(p);
		model_free(n);
	}
	assert_true(k > 50);
	mem_free(grad);
	model_free(m);
}

static int
remove_files(void **state)
{
	static const char *const name[] = { "model.safetensors",
	    "config.json" };
	char path[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof name / sizeof *name; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, name[i]);
		remove(path);
	}
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mapped),
		cmocka_unit_test(test_chosen),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_long_positions),
		cmocka_unit_test(test_no_memory),
	};

	if (mkdtemp(dir) == NULL)
		return 1;
	return cmocka_run_group_tests_name("params", tests, NULL,
	    remove_files);
}
