#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/cpu.h"
#include "base/mem.h"
#include "base/par.h"
#include "model/pool.h"
#include "model/work.h"

/*
 * A block: enough rows for matrix products at full speed, few enough that
 * their activations stay in the cache (at width 96 blocks of 4 to 16
 * sequences are equally fast).  A lane costs a gradient, so large models have
 * fewer.
 */
enum { BLOCK_SEQ = 8, BLOCK_TOKENS = 512, MAX_LANES = 8, FEW_LANES = 2 };
static const size_t SMALL_MODEL = (size_t)1 << 24;	/* parameters */

enum { EVAL_SEQ = 4, CHUNK = 16384 };	/* sequences, values of one task */

struct model_pool {
	struct model_config config;
	struct layout	*layout;	/* of parameters */
	struct layout	*chosen;	/* of gradients; NULL: layout */
	size_t		*at;		/* see model_work_choose() */
	size_t		 max_len;
	size_t		 n_lanes;
	float		*lane_grad;	/* n_lane_grads x the gradient's size */
	size_t		 n_lane_grads;
	struct model_work **work;	/* one for each thread */
	struct model_work **idle;	/* a stack of n_idle of them */
	size_t		 n_work, n_idle;
	pthread_mutex_t	 lock;		/* of the stack */
};

/* What one call shares with its tasks. */
struct call {
	struct model_pool *pool;
	const struct params *params;
	const struct batch *batch;
	size_t		*block;		/* n_blocks + 1 first sequences */
	size_t		 n_blocks;
	size_t		 lanes;		/* in use */
	double		 scale;
	float		*grad;
	struct batch_result *res;	/* of each lane, or sequence */
	int32_t		*top;		/* of each token, or NULL */
	struct err	*err;		/* of each task */
};

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
	p->n_lanes = p->layout->n <= SMALL_MODEL ? MAX_LANES : FEW_LANES;
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
		at[i] = SIZE_MAX;
		if (!wanted[i])
			continue;
		at[i] = chosen->n;
		if (layout_add(chosen, l->t[i].name, l->t[i].dtype,
		    l->t[i].rank, l->t[i].shape, e) != 0)
			return -1;
	}
	return 0;
}

int
model_pool_choose(struct model_pool *p, const unsigned char *wanted,
    struct err *e)
{
	struct layout *l = wanted == NULL ? NULL : layout_new();
	size_t *at = wanted == NULL ? NULL : mem_alloc(p->layout->n_tensors,
	    sizeof *at), i;

	if (wanted != NULL && (l == NULL || at == NULL))
		err_nomem(e);
	if (wanted != NULL && (l == NULL || at == NULL ||
	    choose(l, at, p->layout, wanted, e) != 0)) {
		layout_free(l);
		mem_free(at);
		return -1;
	}
	layout_free(p->chosen);
	mem_free(p->at);
	mem_free(p->lane_grad);
	p->chosen = l;
	p->at = at;
	p->lane_grad = NULL;
	p->n_lane_grads = 0;
	for (i = 0; i < p->n_work; i++)
		model_work_choose(p->work[i], at);
	return 0;
}

void
model_pool_hook(struct model_pool *p, const struct site_hook *h)
{
	size_t i;

	for (i = 0; i < p->n_work; i++)
		model_work_hook(p->work[i], h);
}

/* There are as many as threads, so one is always idle. */
static struct model_work *
borrow(struct model_pool *p)
{
	struct model_work *w;

	pthread_mutex_lock(&p->lock);
	w = p->idle[--p->n_idle];
	pthread_mutex_unlock(&p->lock);
	return w;
}

static void
give_back(struct model_pool *p, struct model_work *w)
{
	pthread_mutex_lock(&p->lock);
	p->idle[p->n_idle++] = w;
	pthread_mutex_unlock(&p->lock);
}

/* The first error by index: the message does not depend on threads. */
static int
first_error(struct err *e, const struct err *of, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (of[i].rc != RC_OK)
			return err_set(e, of[i].rc, "%s", of[i].msg);
	return 0;
}

/* Cuts the batch into blocks; block has room for n_seq + 1. */
static size_t
cut(size_t *block, const struct batch *b)
{
	size_t i, n = 0;

	block[0] = 0;
	for (i = 0; i < b->n_seq; i++)
		if (i - block[n] == BLOCK_SEQ || (i > block[n] &&
		    b->start[i + 1] - b->start[block[n]] > BLOCK_TOKENS))
			block[++n] = i;
	block[++n] = b->n_seq;
	return n;
}

static float *
lane_gradient(const struct call *k, size_t lane)
{
	return lane == 0 ? k->grad :
	    k->pool->lane_grad + (lane - 1) * model_pool_layout(k->pool)->n;
}

/* Lane l: blocks l, l + lanes, ...; its gradient and sums. */
static void
run_lane(void *arg, size_t lane)
{
	struct call *k = arg;
	struct model_pool *p = k->pool;
	struct model_work *w = borrow(p);
	float *grad = lane_gradient(k, lane);
	size_t i;

	memset(grad, 0, model_pool_layout(p)->n * sizeof *grad);
	for (i = lane; i < k->n_blocks; i += p->n_lanes)
		if (model_grad_block(grad, &k->res[lane], w, k->params,
		    k->batch, k->block[i], k->block[i + 1], k->scale,
		    &k->err[lane]) != 0)
			break;
	give_back(p, w);
}

CPU_CLONES static void
add(float *restrict to, const float *restrict from, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		to[i] += from[i];
}

/* Chunk i of the lanes' sum, in the order of the lanes. */
static void
reduce_chunk(void *arg, size_t i)
{
	struct call *k = arg;
	size_t n = model_pool_layout(k->pool)->n, from = i * CHUNK, lane;
	size_t len = n - from < CHUNK ? n - from : CHUNK;

	for (lane = 1; lane < k->lanes; lane++)
		add(k->grad + from, lane_gradient(k, lane) + from, len);
}

CPU_CLONES static int
all_finite(const float *x, size_t n)
{
	size_t i, bad = 0;

	for (i = 0; i < n; i++)
		bad += !(fabsf(x[i]) <= FLT_MAX);
	return bad == 0;
}

static int
check_gradient(const float *grad, const struct layout *l, struct err *e)
{
	size_t i;

	for (i = 0; i < l->n_tensors; i++)
		if (!all_finite(grad + l->t[i].offset, l->t[i].n))
			return err_set(e, RC_INPUT, "tensor %s: the gradient "
			    "is not finite", l->t[i].name);
	return 0;
}

/* Room for a pass over sequences [first[i], first[i + 1]) together, for each i
 * below n; first NULL: over each sequence by itself. */
static int
reserve(struct call *k, const size_t *first, size_t n, int back,
    struct err *e)
{
	const size_t *start = k->batch->start;
	size_t i, t, tokens = 0, longest = 0;

	for (i = 0; i < n; i++) {
		t = start[first[i + 1]] - start[first[i]];
		tokens = t > tokens ? t : tokens;
	}
	for (i = 0; i < k->batch->n_seq; i++) {
		t = start[i + 1] - start[i];
		longest = t > longest ? t : longest;
	}
	if (first == NULL)
		tokens = longest;
	for (i = 0; i < k->pool->n_work; i++)
		if (model_work_reserve(k->pool->work[i], k->params, tokens,
		    longest, back, e) != 0)
			return -1;
	return 0;
}

static int
make_lanes(struct model_pool *p, size_t n)
{
	if (n > p->n_lane_grads) {
		mem_free(p->lane_grad);
		p->n_lane_grads = 0;
		p->lane_grad = mem_alloc(n * model_pool_layout(p)->n,
		    sizeof *p->lane_grad);
		if (p->lane_grad == NULL)
			return -1;
		p->n_lane_grads = n;
	}
	return 0;
}

/* model_grad() with its memory at hand. */
static int
grad_with(struct call *k, struct batch_result *res, struct err *e)
{
	struct model_pool *p = k->pool;
	const struct layout *l = model_pool_layout(p);
	size_t i;

	k->n_blocks = cut(k->block, k->batch);
	k->lanes = k->n_blocks < p->n_lanes ? k->n_blocks : p->n_lanes;
	if (reserve(k, k->block, k->n_blocks, 1, e) != 0)
		return -1;
	if (make_lanes(p, k->lanes - 1) != 0)
		return err_nomem(e);
	par_for(k->lanes, run_lane, k);
	if (first_error(e, k->err, k->lanes) != 0)
		return -1;
	memset(res, 0, sizeof *res);
	for (i = 0; i < k->lanes; i++)
		batch_result_add(res, &k->res[i]);
	par_for((l->n + CHUNK - 1) / CHUNK, reduce_chunk, k);
	return check_gradient(k->grad, l, e);
}

int
model_grad(float *grad, struct batch_result *res, struct model_pool *p,
    const struct params *params, const struct batch *b, struct err *e)
{
	struct batch_result lane_res[MAX_LANES] = { { 0 } };
	struct err lane_err[MAX_LANES] = { { .rc = RC_OK } };
	struct call k = { .pool = p, .params = params, .batch = b,
	    .grad = grad, .res = lane_res, .err = lane_err };
	size_t n;
	int r;

	if (batch_check(b, p->config.vocab, p->max_len, e) != 0)
		return -1;
	if ((n = batch_targets(b, 0, b->n_seq)) == 0)
		return err_set(e, RC_INPUT, "no target in %zu sequences",
		    b->n_seq);
	k.scale = 1 / (double)n;
	if ((k.block = mem_alloc(b->n_seq + 1, sizeof *k.block)) == NULL)
		return err_nomem(e);
	r = grad_with(&k, res, e);
	mem_free(k.block);
	return r;
}

/* The gradient of sequence i alone. */
static void
run_one(void *arg, size_t i)
{
	struct call *k = arg;
	const struct layout *l = model_pool_layout(k->pool);
	float *grad = k->grad + i * l->n;
	size_t n = batch_targets(k->batch, i, i + 1);
	struct model_work *w = borrow(k->pool);
	char where[48];

	memset(grad, 0, l->n * sizeof *grad);
	k->res[i] = (struct batch_result){ 0 };
	if (n == 0)
		err_set(&k->err[i], RC_INPUT, "sequence %zu: no target", i);
	else if (model_grad_block(grad, &k->res[i], w, k->params, k->batch,
	    i, i + 1, 1 / (double)n, &k->err[i]) == 0 &&
	    check_gradient(grad, l, &k->err[i]) != 0) {
		snprintf(where, sizeof where, "sequence %zu", i);
		err_prefix(&k->err[i], where);
	}
	give_back(k->pool, w);
}

int
model_grad_each(float *grads, struct batch_result *per_seq,
    struct model_pool *p, const struct params *params,
    const struct batch *b, struct err *e)
{
	struct call k = { .pool = p, .params = params, .batch = b,
	    .grad = grads, .res = per_seq };
	int r;

	if (batch_check(b, p->config.vocab, p->max_len, e) != 0 ||
	    reserve(&k, NULL, 0, 1, e) != 0)
		return -1;
	if ((k.err = mem_zalloc(b->n_seq, sizeof *k.err)) == NULL)
		return err_nomem(e);
	par_for(b->n_seq, run_one, &k);
	r = first_error(e, k.err, b->n_seq);
	mem_free(k.err);
	return r;
}

static void
eval_some(void *arg, size_t i)
{
	struct call *k = arg;
	size_t n = k->batch->n_seq, first = i * EVAL_SEQ;
	size_t last = n - first < EVAL_SEQ ? n : first + EVAL_SEQ;
	struct model_work *w = borrow(k->pool);

	model_forward_range(k->res, NULL, k->top, w, k->params, k->batch,
	    first, last, &k->err[i]);
	give_back(k->pool, w);
}

int
model_eval(struct batch_result *per_seq, int32_t *top, struct model_pool *p,
    const struct params *params, const struct batch *b, struct err *e)
{
	struct call k = { .pool = p, .params = params, .batch = b,
	    .res = per_seq, .top = top };
	size_t tasks = (b->n_seq + EVAL_SEQ - 1) / EVAL_SEQ;
	int r;

	if (batch_check(b, p->config.vocab, p->max_len, e) != 0 ||
	    reserve(&k, NULL, 0, 0, e) != 0)
		return -1;
	if ((k.err = mem_zalloc(tasks, sizeof *k.err)) == NULL)
		return err_nomem(e);
	par_for(tasks, eval_some, &k);
	r = first_error(e, k.err, tasks);
	mem_free(k.err);
	return r;
}

static void
visit_one(void *arg, size_t i)
{
	struct call *k = arg;
	struct model_work *w = borrow(k->pool);

	model_visit_range(w, k->params, k->batch, i, i + 1, &k->err[i]);
	give_back(k->pool, w);
}

int
model_visit(struct model_pool *p, const struct params *params,
    const struct batch *b, struct err *e)
{
	struct call k = { .pool = p, .params = params, .batch = b };
	struct batch blind = *b;
	int r;

	blind.targets = NULL;
	if (batch_check(&blind, p->config.vocab, p->max_len, e) != 0 ||
	    reserve(&k, NULL, 0, 0, e) != 0)
		return -1;
	if ((k.err = mem_zalloc(b->n_seq, sizeof *k.err)) == NULL)
		return err_nomem(e);
	par_for(b->n_seq, visit_one, &k);
	r = first_error(e, k.err, b->n_seq);
	mem_free(k.err);
	return r;
}
