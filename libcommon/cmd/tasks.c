#include <stdio.h>
#include <string.h>

#include "cmd/tasks.h"

struct tasks_options tasks_options = { .list = "all", .length = 8 };

struct draw
tasks_draw(void)
{
	return (struct draw){ .split = (enum split)tasks_options.split,
	    .seed = tasks_options.seed, .length = tasks_options.length };
}

void
bench_open(struct bench *b, struct model *m, const char *list, size_t length)
{
	struct err e = { .rc = RC_OK };

	memset(b, 0, sizeof *b);
	b->model = m;
	b->length = length;
	cmd_check(mix_parse(&b->mix, list, &e), &e);
	cmd_check(task_check(length, m->config.vocab, m->config.n_positions,
	    &e), &e);
	/* a statement has the answer's last digit, too */
	b->pool = model_pool_new(&m->config, task_max_tokens(length) + 1, &e);
	cmd_check(b->pool == NULL ? -1 : 0, &e);
}

void
bench_close(struct bench *b)
{
	size_t i;

	for (i = 0; b->drawn != NULL && i < b->mix.n; i++)
		task_batch_free(&b->drawn[i]);
	mem_free(b->drawn);
	model_pool_free(b->pool);
	model_free(b->model);
	mix_free(&b->mix);
	task_batch_free(&b->batch);
	mem_free(b->res);
	mem_free(b->top);
}

void
bench_no_weights(const struct bench *b)
{
	size_t i;

	for (i = 0; i < b->mix.n; i++)
		if (b->mix.weight[i] != 1)
			opts_usage("task %s: a weight is for train",
			    b->mix.task[i]->name);
}

static void
see(struct bench *b, const struct task *task, const struct batch *batch)
{
	size_t n = batch->n_seq, tokens = batch->start[n];

	b->task = task;
	b->seen = batch;

	if (n > b->max_res) {
		b->res = cmd_must(mem_grow(b->res, n, sizeof *b->res));
		b->max_res = n;
	}
	if (tokens > b->max_top) {
		b->top = cmd_must(mem_grow(b->top, tokens, sizeof *b->top));
		b->max_top = tokens;
	}
}

struct batch_result
bench_eval_seen(struct bench *b, const struct params *params)
{
	struct batch_result sum = { .loss_sum = 0 };
	struct err e = { .rc = RC_OK };
	size_t i;

	if (model_eval(b->res, b->top, b->pool, params, b->seen, &e) < 0) {
		err_prefix(&e, b->task->name);
		die_err(&e);
	}
	for (i = 0; i < b->seen->n_seq; i++)
		batch_result_add(&sum, &b->res[i]);
	return sum;
}

static void
draw(struct task_batch *t, const struct task *task, const struct draw *d,
    size_t n)
{
	struct err e = { .rc = RC_OK };

	if (task_batch_fill_one(t, task, d, 0, n, &e) < 0) {
		err_prefix(&e, task->name);
		die_err(&e);
	}
}

struct batch_result
bench_eval(struct bench *b, const struct params *params,
    const struct task *task, const struct draw *d, size_t n)
{
	draw(&b->batch, task, d, n);
	see(b, task, &b->batch.b);
	return bench_eval_seen(b, params);
}

void
bench_draw(struct bench *b, const struct draw *d, size_t n)
{
	size_t i;

	if (b->drawn == NULL)
		b->drawn = cmd_must(mem_zalloc(b->mix.n, sizeof *b->drawn));
	for (i = 0; i < b->mix.n; i++)
		draw(&b->drawn[i], b->mix.task[i], d, n);
}

void
bench_see(struct bench *b, size_t i)
{
	see(b, b->mix.task[i], &b->drawn[i].b);
}

void
bench_answer(char *answer, const struct bench *b, size_t i)
{
	size_t j;

	for (j = b->seen->start[i]; j < b->seen->start[i + 1]; j++)
		if (b->seen->targets[j] >= 0)
			*answer++ = b->top[j] >= 0 && b->top[j] < TASK_BASE ?
			    (char)('0' + b->top[j]) : '?';
	*answer = '\0';
}
