/* A pool's memory: workspaces, lanes, and what gradients are wanted. */
#include "base/mem.h"
#include "base/par.h"
#include "model/pool_state.h"

/* A lane costs a gradient, so large models have one; what they compute is
 * cut within it, see product.h. */
static const size_t SMALL_MODEL = (size_t)1 << 24;	/* parameters */

static int
make_work(struct model_pool *p, struct err *e)
{
	size_t n = par_threads();

	p->work = mem_zalloc(n, sizeof(struct model_work *));
	p->idle = mem_zalloc(n, sizeof(struct model_work *));
	if (p->work == NULL || p->idle == NULL)
		return err_nomem(e);
	for (; p->n_work < n; p->n_work++) {
		p->work[p->n_work] = model_work_new(&p->config, e);
		if (p->work[p->n_work] == NULL)
			return -1;
		p->idle[p->n_idle++] = p->work[p->n_work];
	}
	return 0;
}

static int
fill_pool(struct model_pool *p, const struct model_config *c, size_t max_len,
    struct err *e)
{
	p->config = *c;
	if (model_config_check(&p->config, e) != 0 ||
	    (p->layout = model_layout(c, e)) == NULL)
		return -1;
	p->max_len = max_len == 0 || max_len > c->n_positions ?
	    c->n_positions : max_len;
	p->n_lanes = p->layout->n <= SMALL_MODEL ? MAX_LANES : 1;
	return make_work(p, e);
}

struct model_pool *
model_pool_new(const struct model_config *c, size_t max_len, struct err *e)
{
	struct model_pool *p = mem_zalloc(1, sizeof *p);

	if (p == NULL) {
		err_nomem(e);
		return NULL;
	}
	pthread_mutex_init(&p->lock, NULL);
	if (fill_pool(p, c, max_len, e) != 0) {
		model_pool_free(p);
		return NULL;
	}
	return p;
}

void
model_pool_free(struct model_pool *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < p->n_work; i++)
		model_work_free(p->work[i]);
	mem_free(p->work);
	mem_free(p->idle);
	mem_free(p->lane_grad);
	mem_free(p->at);
	layout_free(p->chosen);
	layout_free(p->layout);
	pthread_mutex_destroy(&p->lock);
	mem_free(p);
}

const struct layout *
model_pool_layout(const struct model_pool *p)
{
	return p->chosen != NULL ? p->chosen : p->layout;
}

/* The layout of the tensors that are wanted, and where they are in it. */
static int
choose(struct layout *chosen, size_t *at, const struct layout *l,
    const unsigned char *wanted, struct err *e)
{
	size_t i;

	for (i = 0; i < l->n_tensors; i++) {
		at[i] = wanted[i] ? chosen->n : SIZE_MAX;
		if (wanted[i] && layout_add(chosen, l->t[i].name,
		    l->t[i].dtype, l->t[i].rank, l->t[i].shape, e) != 0)
			return -1;
	}
	return 0;
}

/* Takes l and at over; both NULL: all. */
static void
set_choice(struct model_pool *p, struct layout *l, size_t *at)
{
	size_t i;

	layout_free(p->chosen);
	mem_free(p->at);
	mem_free(p->lane_grad);
	p->chosen = l;
	p->at = at;
	p->lane_grad = NULL;
	p->n_lane_grads = 0;
	for (i = 0; i < p->n_work; i++)
		model_work_choose(p->work[i], at);
}

int
model_pool_choose(struct model_pool *p, const unsigned char *wanted,
    struct err *e)
{
	struct layout *l;
	size_t *at;

	if (wanted == NULL) {
		set_choice(p, NULL, NULL);
		return 0;
	}
	l = layout_new();
	at = mem_alloc(p->layout->n_tensors, sizeof *at);
	if (l == NULL || at == NULL)
		err_nomem(e);
	else if (choose(l, at, p->layout, wanted, e) == 0) {
		set_choice(p, l, at);
		return 0;
	}
	layout_free(l);
	mem_free(at);
	return -1;
}

void
model_pool_hook(struct model_pool *p, const struct site_hook *h)
{
	size_t i;

	for (i = 0; i < p->n_work; i++)
		model_work_hook(p->work[i], h);
}

struct model_work *
pool_borrow(struct model_pool *p)
{
	struct model_work *w;

	pthread_mutex_lock(&p->lock);
	w = p->idle[--p->n_idle];
	pthread_mutex_unlock(&p->lock);
	return w;
}

void
pool_give_back(struct model_pool *p, struct model_work *w)
{
	pthread_mutex_lock(&p->lock);
	p->idle[p->n_idle++] = w;
	pthread_mutex_unlock(&p->lock);
}

int
pool_reserve(struct model_pool *p, size_t tasks, const struct params *params,
    const struct batch *b, const size_t *first, size_t n, int back,
    struct err *e)
{
	const size_t *start = b->start;
	size_t i, t, tokens = 0, longest = 0;

	for (i = 0; i < n; i++) {
		t = start[first[i + 1]] - start[first[i]];
		tokens = t > tokens ? t : tokens;
	}
	for (i = 0; i < b->n_seq; i++) {
		t = start[i + 1] - start[i];
		longest = t > longest ? t : longest;
	}
	if (first == NULL)
		tokens = longest;
	for (i = p->n_idle; i > 0 && tasks > 0; i--, tasks--)
		if (model_work_reserve(p->idle[i - 1], params, tokens,
		    longest, back, e) != 0)
			return -1;
	return 0;
}

int
pool_make_lanes(struct model_pool *p, size_t n, struct err *e)
{
	if (n > p->n_lane_grads) {
		mem_free(p->lane_grad);
		p->n_lane_grads = 0;
		p->lane_grad = mem_alloc(n * model_pool_layout(p)->n,
		    sizeof *p->lane_grad);
		if (p->lane_grad == NULL)
			return err_nomem(e);
		p->n_lane_grads = n;
	}
	return 0;
}
