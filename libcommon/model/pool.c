#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/cpu.h"
#include "base/mem.h"
#include "base/par.h"
#include "model/pool_state.h"

/*
 * A block: enough rows for matrix products at full speed, few enough that
 * their activations stay in the cache (at width 96 blocks of 4 to 16
 * sequences are equally fast).
 */
enum { BLOCK_SEQ = 8, BLOCK_TOKENS = 512 };

/* Sequences of a task without gradients: many share the cost of converting
 * parameters, where these need it. */
enum { EVAL_SEQ = 4, CONVERT_SEQ = 32 };
/* Values of a task that adds, and of one that only reads. */
enum { CHUNK = 1 << 14, LOOK = 1 << 18 };

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
	size_t		 some;		/* sequences of a task */
	struct err	*err;		/* of each task */
};

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

/* Values [from, to) of a lane's gradient. */
static void
clear(void *arg, size_t from, size_t to)
{
	memset((float *)arg + from, 0, (to - from) * sizeof(float));
}

/* Lane l: blocks l, l + lanes, ...; its gradient and sums. */
static void
run_lane(void *arg, size_t lane)
{
	struct call *k = arg;
	struct model_pool *p = k->pool;
	struct model_work *w = pool_borrow(p);
	float *grad = lane_gradient(k, lane);
	size_t i;

	par_ranges(model_pool_layout(p)->n, CHUNK, clear, grad);
	for (i = lane; i < k->n_blocks; i += p->n_lanes)
		if (model_grad_block(grad, &k->res[lane], w, k->params,
		    k->batch, k->block[i], k->block[i + 1], k->scale,
		    &k->err[lane]) != 0)
			break;
	pool_give_back(p, w);
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

/* What the tasks of a look at a gradient share. */
struct look {
	const float	*x;
	atomic_int	 bad;
};

static void
look_at(void *arg, size_t from, size_t to)
{
	struct look *k = arg;

	if (!all_finite(k->x + from, to - from))
		atomic_store(&k->bad, 1);
}

static int
check_gradient(const float *grad, const struct layout *l, struct err *e)
{
	struct look k = { .x = grad };
	size_t i = 0;

	par_ranges(l->n, LOOK, look_at, &k);
	if (!k.bad)
		return 0;
	while (i + 1 < l->n_tensors &&
	    all_finite(grad + l->t[i].offset, l->t[i].n))
		i++;
	return err_set(e, RC_INPUT, "tensor %s: the gradient is not finite",
	    l->t[i].name);
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
	if (pool_reserve(p, k->lanes, k->params, k->batch, k->block,
	    k->n_blocks, 1, e) != 0 ||
	    pool_make_lanes(p, k->lanes - 1, e) != 0)
		return -1;
	par_for(k->lanes, run_lane, k);
	if (first_error(e, k->err, k->lanes) != 0)
		return -1;
	memset(res, 0, sizeof *res);
	for (i = 0; i < k->lanes; i++)
		batch_result_add(res, &k->res[i]);
	if (k->lanes > 1)
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
	struct model_work *w = pool_borrow(k->pool);
	char where[48];

	par_ranges(l->n, CHUNK, clear, grad);
	k->res[i] = (struct batch_result){ 0 };
	if (n == 0)
		err_set(&k->err[i], RC_INPUT, "sequence %zu: no target", i);
	else if (model_grad_block(grad, &k->res[i], w, k->params, k->batch,
	    i, i + 1, 1 / (double)n, &k->err[i]) == 0 &&
	    check_gradient(grad, l, &k->err[i]) != 0) {
		snprintf(where, sizeof where, "sequence %zu", i);
		err_prefix(&k->err[i], where);
	}
	pool_give_back(k->pool, w);
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
	    pool_reserve(p, b->n_seq, params, b, NULL, 0, 1, e) != 0)
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
	size_t n = k->batch->n_seq, first = i * k->some;
	size_t last = n - first < k->some ? n : first + k->some;
	struct model_work *w = pool_borrow(k->pool);

	if (k->res != NULL)
		model_forward_range(k->res, NULL, k->top, w, k->params,
		    k->batch, first, last, &k->err[i]);
	else
		model_visit_range(w, k->params, k->batch, first, last,
		    &k->err[i]);
	pool_give_back(k->pool, w);
}

/* All sequences, for results or, without k->res, for the hook's sake. */
static int
eval_all(struct call *k, struct err *e)
{
	size_t n = k->batch->n_seq, each, tasks;
	int r;

	each = (n + par_threads() - 1) / par_threads();
	k->some = EVAL_SEQ;
	if (!params_all_in_place(k->params))
		k->some = each > CONVERT_SEQ ? CONVERT_SEQ : each;
	if (k->some == 0)
		return 0;
	tasks = (n + k->some - 1) / k->some;
	if (pool_reserve(k->pool, tasks, k->params, k->batch, NULL, 0, 0,
	    e) != 0)
		return -1;
	if ((k->err = mem_zalloc(tasks, sizeof *k->err)) == NULL)
		return err_nomem(e);
	par_for(tasks, eval_some, k);
	r = first_error(e, k->err, tasks);
	mem_free(k->err);
	return r;
}

int
model_eval(struct batch_result *per_seq, int32_t *top, struct model_pool *p,
    const struct params *params, const struct batch *b, struct err *e)
{
	struct call k = { .pool = p, .params = params, .batch = b,
	    .res = per_seq, .top = top };

	if (batch_check(b, p->config.vocab, p->max_len, e) != 0)
		return -1;
	return eval_all(&k, e);
}

int
model_visit(struct model_pool *p, const struct params *params,
    const struct batch *b, struct err *e)
{
	struct call k = { .pool = p, .params = params, .batch = b };
	struct batch blind = *b;

	blind.targets = NULL;
	if (batch_check(&blind, p->config.vocab, p->max_len, e) != 0)
		return -1;
	return eval_all(&k, e);
}
