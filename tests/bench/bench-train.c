/*
 * bench-train: a training step of the synthetic model (forward, backward,
 * AdamW) as a ratio to sgemm peak, both measured in this run.
 *
 * usage: bench-train [repeats]
 *
 * FLOPs of a step: 6 x (parameters that multiply: all but wpe; wte once, as
 * the head) x tokens, and attention's products, 3 x 4 x length x width for
 * each token and layer (the masked half counted, as is usual).
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "base/diag.h"
#include "base/mem.h"
#include "base/par.h"
#include "linalg/gemm.h"
#include "model/model.h"
#include "model/optim.h"
#include "random/philox.h"

enum { N = 1024, MAX_REPEATS = 101 };

static void *
must(void *p)
{
	if (p == NULL)
		die(RC_SYSTEM, "out of memory");
	return p;
}

/* a b -> c at n = 1024, one product for each thread. */
static void
product(void *arg, size_t i)
{
	float *x = (float *)arg + i * 3 * N * N;

	mat_gemm_f32(x + 2 * N * N, x, x + N * N, MAT_N, MAT_N, N, N, N, 1,
	    N, N, 0, N);
}

struct bench {
	struct model	*model;
	struct model_pool *pool;
	struct optim	 optim;
	float		*grad, *peak;
	struct batch	 batch;
	size_t		 n_tokens;
};

static double
time_peak(struct bench *b)
{
	double start = bench_now();

	par_for(par_threads(), product, b->peak);
	return bench_now() - start;
}

static double
time_step(struct bench *b)
{
	struct batch_result res;
	struct err e = { .rc = RC_OK };
	double start = bench_now();

	if (model_grad(b->grad, &res, b->pool, b->model->params, &b->batch,
	    &e) != 0)
		die_err(&e);
	optim_step(&b->optim, b->model->block, b->grad, 1e-4,
	    b->model->layout);
	return bench_now() - start;
}

static double
time_eval(struct bench *b)
{
	struct batch_result *res = must(mem_alloc(b->batch.n_seq,
	    sizeof *res));
	struct err e = { .rc = RC_OK };
	double start = bench_now();

	if (model_eval(res, NULL, b->pool, b->model->params, &b->batch, &e) != 0)
		die_err(&e);
	start = bench_now() - start;
	mem_free(res);
	return start;
}

/* n_seq random sequences of first, first + 1, ..., last, first, ... tokens,
 * with a target at every one. */
static void
make_batch(struct bench *b, size_t n_seq, size_t first, size_t last)
{
	struct random_key key = { 1, random_name("bench-train"), 0 };
	size_t *start = must(mem_alloc(n_seq + 1, sizeof *start)), i;
	int32_t *tokens;

	for (start[0] = i = 0; i < n_seq; i++)
		start[i + 1] = start[i] + first + i % (last - first + 1);
	b->n_tokens = start[n_seq];
	tokens = must(mem_alloc(b->n_tokens + 1, sizeof *tokens));
	for (i = 0; i <= b->n_tokens; i++)
		tokens[i] = (int32_t)(random_word(&key, i) %
		    b->model->config.vocab);
	b->batch = (struct batch){ n_seq, start, tokens, tokens + 1 };
}

static double
step_flops(const struct bench *b)
{
	const struct model_config *c = &b->model->config;
	double flops, t;
	size_t i;

	flops = 6 * (double)(b->model->layout->n -
	    c->n_positions * c->n_embd) * (double)b->n_tokens;
	for (i = 0; i < b->batch.n_seq; i++) {
		t = (double)(b->batch.start[i + 1] - b->batch.start[i]);
		flops += 12 * t * t * (double)(c->n_embd * c->n_layer);
	}
	return flops;
}

static void
run(struct bench *b, const char *what, const char *bar, size_t repeats)
{
	double step[MAX_REPEATS], peak[MAX_REPEATS], eval[MAX_REPEATS];
	double gflops, top;
	size_t i;

	time_step(b);
	for (i = 0; i < repeats; i++) {
		peak[i] = time_peak(b);
		step[i] = time_step(b);
		eval[i] = time_eval(b);
	}
	gflops = 1e-9 * step_flops(b) / bench_median(step, repeats);
	top = 1e-9 * 2.0 * N * N * N * (double)par_threads() /
	    bench_median(peak, repeats);
	printf("bench: training step, %s: %.3f of sgemm peak%s "
	    "%.1f GFLOP/s, peak %.1f, %.1f ms, evaluation %.1f ms\n", what,
	    gflops / top, bar, gflops, top, 1e3 * bench_median(step, repeats),
	    1e3 * bench_median(eval, repeats));
}

static void
set_up(struct bench *b)
{
	struct err e = { .rc = RC_OK };
	struct model_config c;
	size_t i;

	model_config_default(&c);
	c.vocab = 32, c.n_positions = 64, c.n_embd = 96, c.n_layer = 4;
	c.n_head = 4;
	if ((b->model = model_new(&c, &e)) == NULL ||
	    model_init(b->model, 1, &e) != 0 ||
	    (b->pool = model_pool_new(&c, 0, &e)) == NULL ||
	    optim_init(&b->optim, OPTIM_ADAMW, b->model->layout->n, &e) != 0)
		die_err(&e);
	b->grad = must(mem_alloc(b->model->layout->n, sizeof *b->grad));
	b->peak = must(mem_alloc(par_threads() * 3 * N * N,
	    sizeof *b->peak));
	for (i = 0; i < par_threads() * 3 * N * N; i++)
		b->peak[i] = (float)(i % 7) - 3;
}

int
main(int argc, char *argv[])
{
	size_t repeats = argc > 1 ? strtoul(argv[1], NULL, 10) : 15;
	struct bench b;

	diag_init(argv[0]);
	if (repeats == 0 || repeats > MAX_REPEATS)
		die(RC_USAGE, "repeats: %zu, must be from 1 to %d", repeats,
		    MAX_REPEATS);
	set_up(&b);
	make_batch(&b, 128, 32, 32);
	run(&b, "synthetic model", " (bar 0.35)", repeats);
	make_batch(&b, 128, 17, 25);
	run(&b, "synthetic model, 17 to 25 tokens", "", repeats);
	return RC_OK;
}
