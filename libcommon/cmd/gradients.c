#include <fnmatch.h>
#include <string.h>

#include "cmd/gradients.h"

const char *const coordinates_names[] = { "factors", "product", NULL };

static int
in_group(const char *group, const char *name)
{
	return group == NULL || fnmatch(group, name, 0) == 0;
}

static _Noreturn void
die_no_match(const char *where, size_t n, const char *group)
{
	die(RC_INPUT, "%s: none of %zu tensors matches '%s'", where, n, group);
}

/* The model's tensors that gradients are needed of. */
static void
choose_weights(struct gradients *g, const struct model *m,
    const struct adapter *a, const char *group, const char *where)
{
	unsigned char *wanted;
	struct err e = { .rc = RC_OK };
	size_t i, n = 0, of = a != NULL ? a->n : m->layout->n_tensors;

	if (a == NULL && group == NULL)
		return;
	wanted = cmd_must(mem_zalloc(m->layout->n_tensors, 1));
	for (i = 0; i < of; i++) {
		size_t t = a != NULL ? a->at[i].tensor : i;

		n += wanted[t] = in_group(group, m->layout->t[t].name);
	}
	if (n == 0)
		die_no_match(where, of, group);
	cmd_check(model_pool_choose(g->pool, wanted, &e), &e);
	mem_free(wanted);
}

/* The factors of the group. */
static void
choose_factors(struct gradients *g, const char *group, const char *where)
{
	const struct layout *all = g->adapter->layout;
	struct err e = { .rc = RC_OK };
	size_t i;

	g->layout = all;
	if (group == NULL)
		return;
	g->chosen = cmd_must(layout_new());
	for (i = 0; i < all->n_tensors; i++)
		if (in_group(group, all->t[i].name))
			cmd_check(layout_add(g->chosen, all->t[i].name,
			    DT_F32, 2, all->t[i].shape, &e), &e);
	if (g->chosen->n_tensors == 0)
		die_no_match(where, all->n_tensors, group);
	g->layout = g->chosen;
	g->factors = cmd_must(mem_alloc(all->n, sizeof *g->factors));
}

void
gradients_open(struct gradients *g, struct model_pool *pool,
    const struct model *m, const struct adapter *a,
    enum coordinates coordinates, const char *group, const char *where)
{
	int factors = a != NULL && coordinates == COORDINATES_FACTORS;

	*g = (struct gradients){ .pool = pool };
	choose_weights(g, m, a, factors ? NULL : group, where);
	g->layout = model_pool_layout(pool);
	if (!factors)
		return;
	g->adapter = a;
	choose_factors(g, group, where);
}

void
gradients_reserve(struct gradients *g, size_t n)
{
	if (g->adapter != NULL)
		g->weights = cmd_must(mem_alloc(n * g->adapter->product->n,
		    sizeof *g->weights));
}

void
gradients_close(struct gradients *g)
{
	layout_free(g->chosen);
	mem_free(g->weights);
	mem_free(g->factors);
}

/* The factors' gradient from that of the weights. */
static void
to_factors(float *grad, struct gradients *g, const float *weights,
    const float *f)
{
	const struct layout *all = g->adapter->layout;
	float *to = g->chosen == NULL ? grad : g->factors;
	const struct tensor_spec *t;
	size_t i;

	adapter_gradient(to, g->adapter, f, weights);
	for (i = 0; g->chosen != NULL && i < g->chosen->n_tensors; i++) {
		t = layout_find(all, g->chosen->t[i].name);
		memcpy(grad + g->chosen->t[i].offset, to + t->offset,
		    t->n * sizeof *grad);
	}
}

int
gradients_mean(float *grad, struct batch_result *res, struct gradients *g,
    const struct params *params, const float *f, const struct batch *b,
    struct err *e)
{
	if (g->adapter == NULL)
		return model_grad(grad, res, g->pool, params, b, e);
	if (model_grad(g->weights, res, g->pool, params, b, e) != 0)
		return -1;
	to_factors(grad, g, g->weights, f);
	return 0;
}

int
gradients_each(float *grads, struct batch_result *per_seq,
    struct gradients *g, const struct params *params, const float *f,
    const struct batch *b, struct err *e)
{
	size_t i;

	if (g->adapter == NULL)
		return model_grad_each(grads, per_seq, g->pool, params, b, e);
	if (model_grad_each(g->weights, per_seq, g->pool, params, b, e) != 0)
		return -1;
	for (i = 0; i < b->n_seq; i++)
		to_factors(grads + i * g->layout->n, g,
		    g->weights + i * g->adapter->product->n, f);
	return 0;
}
