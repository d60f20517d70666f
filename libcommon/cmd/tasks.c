#include <stdio.h>
#include <string.h>

#include "cmd/tasks.h"
#include "stream/digest.h"

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
	b->pool = model_pool_new(&m->config, task_max_tokens(length), &e);
	cmd_check(b->pool == NULL ? -1 : 0, &e);
}

void
bench_close(struct bench *b)
{
	model_pool_free(b->pool);
	model_free(b->model);
	mix_free(&b->mix);
	task_batch_free(&b->batch);
	mem_free(b->res);
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

struct batch_result
bench_eval(struct bench *b, const float *params, const struct task *task,
    const struct draw *d, size_t n)
{
	struct batch_result sum = { .loss_sum = 0 };
	struct err e = { .rc = RC_OK };
	size_t i;

	if (n > b->max_res) {
		b->res = cmd_must(mem_grow(b->res, n, sizeof *b->res));
		b->max_res = n;
	}
	if (task_batch_fill_one(&b->batch, task, d, 0, n, &e) < 0 ||
	    model_eval(b->res, b->pool, params, &b->batch.b, &e) < 0) {
		err_prefix(&e, task->name);
		die_err(&e);
	}
	for (i = 0; i < n; i++)
		batch_result_add(&sum, &b->res[i]);
	return sum;
}

struct model *
bench_load(const char *dir)
{
	struct err e = { .rc = RC_OK };
	struct model *m = model_load(dir, &e);

	cmd_check(m == NULL ? -1 : 0, &e);
	cmd_note_model(dir);
	return m;
}

void
places_open(struct places *p, const struct model *m, const char *deltas,
    int base)
{
	memset(p, 0, sizeof *p);
	p->model = m;
	p->index = -1;
	p->base = base || deltas == NULL;
	digest_bytes(p->digest, m->params, m->layout->n * sizeof *m->params);
	if (deltas == NULL)
		return;
	p->in = cmd_open(deltas);
	p->delta = cmd_must(mem_alloc(m->layout->n, sizeof *p->delta));
	p->moved = cmd_must(mem_alloc(m->layout->n, sizeof *p->moved));
}

int
places_next(struct places *p)
{
	const float *theta = p->model->params;
	size_t i;

	if (p->base) {
		p->base = 0;
		p->params = theta;
		return 1;
	}
	if (p->in == NULL || !cmd_next(p->in, &p->rec))
		return 0;
	cmd_same_layout(p->in, &p->rec, p->model->layout, "the model");
	cmd_read(p->in, p->delta);
	for (i = 0; i < p->model->layout->n; i++)
		p->moved[i] = theta[i] + p->delta[i];
	p->params = p->moved;
	p->index = (long)p->next++;
	return 1;
}

void
places_close(struct places *p)
{
	const struct model *m = p->model;
	char now[DIGEST_SIZE];

	digest_bytes(now, m->params, m->layout->n * sizeof *m->params);
	if (strcmp(now, p->digest) != 0)
		die(RC_SYSTEM, "the model's weights changed: digest %s, "
		    "was %s", now, p->digest);
	mem_free(p->delta);
	mem_free(p->moved);
}
