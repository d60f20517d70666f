/*
 * bench-train: a training step of the synthetic model (forward, backward,
 * AdamW), and the gradient of large ones (forward, backward), as ratios to
 * sgemm peak, both measured in this run; for large ones also the most memory
 * that was in use, over that of the parameters in f32.
 *
 * usage: bench-train [repeats [row ...]]
 *
 * FLOPs of a step: 6 x (parameters that multiply: all but wpe; wte once, as
 * the head) x tokens, and attention's products, 3 x 4 x length x (n_head
 * head_dim) for each token and layer (the masked half counted, as is usual).
 */
#include <sys/resource.h>
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* One line of output: sequences of first, first + 1, ..., last tokens. */
struct row {
	const char	*name, *what, *bar;
	void		(*shape)(struct model_config *c);
	size_t		 n_seq, first, last;
	int		 large;
};

struct bench {
	struct model	*model;
	struct model_pool *pool;
	struct optim	 optim;		/* not of large models */
	float		*grad, *peak;
	struct batch	 batch;
	size_t		 n_tokens;
	int		 large;
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
	if (!b->large)
		optim_step(&b->optim, b->model->block, b->grad,
		    1e-4, b->model->layout);
	return bench_now() - start;
}

static double
time_eval(struct bench *b)
{
	struct batch_result *res = must(mem_alloc(b->batch.n_seq,
	    sizeof *res));
	struct err e = { .rc = RC_OK };
	double start = bench_now();

	if (model_eval(res, NULL, b->pool, b->model->params, &b->batch,
	    &e) != 0)
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
	size_t i, n = b->model->layout->n;
	double flops, t;

	if (c->pos == POS_LEARNED)
		n -= c->n_positions * c->n_embd;
	flops = 6 * (double)n * (double)b->n_tokens;
	for (i = 0; i < b->batch.n_seq; i++) {
		t = (double)(b->batch.start[i + 1] - b->batch.start[i]);
		flops += 12 * t * t * (double)(c->n_head *
		    c->head_dim * c->n_layer);
	}
	return flops;
}

static double
most_memory(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return 1024 * (double)u.ru_maxrss;
}

static void
run(struct bench *b, const struct row *r, size_t repeats)
{
	double step[MAX_REPEATS], peak[MAX_REPEATS], eval[MAX_REPEATS];
	double gflops, top, most;
	size_t i;

	time_step(b);
	most = most_memory() / (double)(b->model->layout->n * sizeof(float));
	for (i = 0; i < repeats; i++) {
		peak[i] = time_peak(b);
		step[i] = time_step(b);
		eval[i] = time_eval(b);
	}
	gflops = 1e-9 * step_flops(b) / bench_median(step, repeats);
	top = 1e-9 * 2.0 * N * N * N * (double)par_threads() /
	    bench_median(peak, repeats);
	printf("bench: %s: %.3f of sgemm peak%s "
	    "%.1f GFLOP/s, peak %.1f, %.1f ms, evaluation %.1f ms", r->what,
	    gflops / top, r->bar, gflops, top,
	    1e3 * bench_median(step, repeats),
	    1e3 * bench_median(eval, repeats));
	if (r->large)
		printf(", memory %.2f of the parameters'", most);
	printf("\n");
}

static void
synthetic(struct model_config *c)
{
	model_config_default(c);
	c->vocab = 32, c->n_positions = 64, c->n_embd = 96, c->n_layer = 4;
	c->n_head = 4;
}

/* GPT-2, 124 million parameters. */
static void
gpt2(struct model_config *c)
{
	model_config_default(c);
	c->vocab = 50257, c->n_positions = 1024, c->n_embd = 768;
	c->n_layer = 12, c->n_head = 12;
}

/* Qwen2.5-0.5B. */
static void
qwen2(struct model_config *c)
{
	model_config_family(c, FAMILY_QWEN2);
	c->vocab = 151936, c->n_positions = 32768, c->n_embd = 896;
	c->n_layer = 24, c->n_head = 14, c->n_kv_head = 2;
	c->n_inner = 4864, c->rotary.theta = 1e6, c->tied = 1;
}

static const struct row rows[] = {
	{ "synthetic", "training step, synthetic model", " (bar 0.35)",
	    synthetic, 128, 32, 32, 0 },
	{ "uneven", "training step, synthetic model, 17 to 25 tokens", "",
	    synthetic, 128, 17, 25, 0 },
	{ "gpt2-4x64", "gradient, GPT-2 124M, 4 x 64 tokens", " (bar 0.70)",
	    gpt2, 4, 64, 64, 1 },
	{ "gpt2-8x256", "gradient, GPT-2 124M, 8 x 256 tokens", " (bar 0.70)",
	    gpt2, 8, 256, 256, 1 },
	{ "qwen2-4x64", "gradient, Qwen2.5-0.5B, 4 x 64 tokens", "",
	    qwen2, 4, 64, 64, 1 },
};
enum { ROWS = sizeof rows / sizeof *rows, LARGE_REPEATS = 5 };

static void
set_up(struct bench *b, const struct row *r)
{
	struct err e = { .rc = RC_OK };
	struct model_config c;
	size_t i;

	r->shape(&c);
	b->large = r->large;
	if ((b->model = model_new(&c, &e)) == NULL ||
	    model_init(b->model, 1, &e) != 0 ||
	    (b->pool = model_pool_new(&c, r->last, &e)) == NULL ||
	    (!r->large && optim_init(&b->optim, OPTIM_ADAMW,
	    b->model->layout->n, &e) != 0))
		die_err(&e);
	b->grad = must(mem_alloc(b->model->layout->n, sizeof *b->grad));
	b->peak = must(mem_alloc(par_threads() * 3 * N * N,
	    sizeof *b->peak));
	for (i = 0; i < par_threads() * 3 * N * N; i++)
		b->peak[i] = (float)(i % 7) - 3;
	make_batch(b, r->n_seq, r->first, r->last);
}

/* In a process of its own, whose memory is that of the row alone. */
static void
run_apart(const struct row *r, size_t repeats)
{
	struct bench b;
	int status = 0;
	pid_t pid;

	fflush(stdout);
	if ((pid = fork()) == 0) {
		if (r->large && repeats > LARGE_REPEATS)
			repeats = LARGE_REPEATS;
		set_up(&b, r);
		run(&b, r, repeats);
		exit(RC_OK);
	}
	if (pid == -1 || waitpid(pid, &status, 0) == -1 || status != 0)
		die(RC_SYSTEM, "row %s failed", r->name);
}

static int
is_named(const struct row *r, char **names, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (strcmp(names[i], r->name) == 0)
			return 1;
	return n == 0;
}

int
main(int argc, char *argv[])
{
	size_t repeats = argc > 1 ? strtoul(argv[1], NULL, 10) : 15, i;

	diag_init(argv[0]);
	if (repeats == 0 || repeats > MAX_REPEATS)
		die(RC_USAGE, "repeats: %zu, must be from 1 to %d", repeats,
		    MAX_REPEATS);
	for (i = 0; i < ROWS; i++)
		if (is_named(&rows[i], argv + 2, argc > 2 ? argc - 2 : 0))
			run_apart(&rows[i], repeats);
	return RC_OK;
}
