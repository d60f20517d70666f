#include <stdio.h>
#include <string.h>

#include "base/cpu.h"
#include "cmd/tasks.h"
#include "random/materialise.h"
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
bench_eval_seen(struct bench *b, const float *params)
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
bench_eval(struct bench *b, const float *params, const struct task *task,
    const struct draw *d, size_t n)
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
	p->moved = cmd_must(mem_alloc(m->layout->n, sizeof *p->moved));
	p->touched = cmd_must(mem_alloc(m->layout->n_tensors, 1));
	p->differs = cmd_must(mem_alloc(m->layout->n_tensors, 1));
	memset(p->differs, 1, m->layout->n_tensors);	/* not filled yet */
}

/* x := a + b */
CPU_CLONES static void
add(float *x, const float *a, const float *b, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		x[i] = a[i] + b[i];
}

/* Tensors that no recipe moves: theta + 0, which differs from theta where
 * that is -0. */
CPU_CLONES static void
add_nothing(float *x, const float *a, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		x[i] = a[i] + 0.0f;
}

static void
move_by_recipe(struct places *p, const struct recipe *r)
{
	const float *theta = p->model->params;
	const struct layout *l = p->model->layout;
	struct err e = { .rc = RC_OK };
	size_t i;

	if (recipe_add_f32(p->moved, p->touched, theta, r, l, &e) != 0)
		die(e.rc, "%s: recipe: %s", ts_reader_name(p->in), e.msg);
	for (i = 0; i < l->n_tensors; i++)
		if (p->differs[i] && !p->touched[i])
			add_nothing(p->moved + l->t[i].offset,
			    theta + l->t[i].offset, l->t[i].n);
	memcpy(p->differs, p->touched, l->n_tensors);
}

static void
move_by_values(struct places *p)
{
	cmd_read(p->in, p->moved);
	add(p->moved, p->model->params, p->moved, p->model->layout->n);
	memset(p->differs, 1, p->model->layout->n_tensors);
}

int
places_next(struct places *p)
{
	if (p->base) {
		p->base = 0;
		p->params = p->model->params;
		return 1;
	}
	if (p->in == NULL || !cmd_next(p->in, &p->rec))
		return 0;
	cmd_same_layout(p->in, &p->rec, p->model->layout, "the model");
	if (p->rec.recipe != NULL)
		move_by_recipe(p, p->rec.recipe);
	else
		move_by_values(p);
	p->params = p->moved;
	p->index = (long)p->next++;
	return 1;
}

void
places_key(char key[DIGEST_SIZE], const struct places *p)
{
	struct digest *g = cmd_must(digest_new());
	char text[LABEL_TEXT_MAX + 1];
	int k;

	digest_update(g, p->params,
	    p->model->layout->n * sizeof *p->params);
	digest_update(g, &p->index, sizeof p->index);
	for (k = 0; p->index >= 0 && k < L_COUNT; k++) {
		labels_string(text, sizeof text, &p->rec.labels,
		    (enum label_key)k);
		digest_update(g, text, strlen(text) + 1);
	}
	digest_hex(g, key);
	digest_free(g);
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
	mem_free(p->moved);
	mem_free(p->touched);
	mem_free(p->differs);
}
