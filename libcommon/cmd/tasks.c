#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/tasks.h"

struct tasks_options tasks_options = { .list = "all", .length = 8 };

struct draw
tasks_draw(void)
{
	return (struct draw){ .split = (enum split)tasks_options.split,
	    .seed = tasks_options.seed, .length = tasks_options.length };
}

double
score_choice(const struct score *s)
{
	return s->n_choices == 0 ? (double)NAN : (double)s->n_chosen /
	    (double)s->n_choices;
}

double
score_done(const struct score *s)
{
	return s->n_choices > 0 ? score_choice(s) :
	    score_exact_match(&s->sum);
}

/* Files are inputs; rows that were left out are worth a warning. */
static void
note_texts(const struct bench *b, const char *dir, size_t max_tokens)
{
	static const char *const names[] = { TOKENIZER_FILES };
	char path[4096];
	size_t i, k;

	for (i = 0; b->mix.n_text > 0 &&
	    i < sizeof names / sizeof *names; i++)
		if ((size_t)snprintf(path, sizeof path, "%s/%s", dir,
		    names[i]) < sizeof path && access(path, R_OK) == 0)
			cmd_note_input(path);
	for (i = 0; i < b->mix.n_text; i++) {
		const struct text_task *t = b->mix.text[i];

		for (k = 0; k < 2; k++)
			if (t->files[k] != NULL)
				cmd_note_input(t->files[k]);
		if (t->left_out > 0)
			warn("%s: %zu of %zu rows have more than %zu tokens: "
			    "left out", t->files[1], t->left_out,
			    t->left_out + t->n_rows, max_tokens);
	}
}

void
bench_open(struct bench *b, struct model *m, const char *dir,
    const char *list, size_t length)
{
	struct mix_text text = { .vocab = m->config.vocab,
	    .max_tokens = m->config.n_positions };
	struct err e = { .rc = RC_OK };

	memset(b, 0, sizeof *b);
	b->model = m;
	b->length = length;
	text.tokenizer = tasks_options.tokenizer != NULL ?
	    tasks_options.tokenizer : dir;
	if (tasks_options.max_tokens > 0 &&
	    tasks_options.max_tokens < text.max_tokens)
		text.max_tokens = tasks_options.max_tokens;
	cmd_check(mix_parse(&b->mix, list, &text, &e), &e);
	if (b->mix.n_text == 0)
		cmd_check(task_check(length, m->config.vocab,
		    m->config.n_positions, &e), &e);
	b->tokenizer = text.tokenizer;
	note_texts(b, text.tokenizer, text.max_tokens);
	b->pool = model_pool_new(&m->config, bench_longest(b), &e);
	cmd_check(b->pool == NULL ? -1 : 0, &e);
}

const char *
bench_tokenizer(const struct bench *b)
{
	return b->mix.n_text > 0 ? b->tokenizer : NULL;
}

void
bench_position(const struct bench *b, struct position_rule *r,
    const char *option)
{
	struct err e = { .rc = RC_OK };

	if (position_encode(r, b->mix.tokenizer, &e) == 0)
		return;
	if (e.rc == RC_SYSTEM)
		die_err(&e);
	opts_usage("--%s: %s", option, e.msg);
}

size_t
bench_longest(const struct bench *b)
{
	size_t i, n = 0;

	if (b->mix.n_text == 0)		/* a statement has all of the answer */
		return task_max_tokens(b->length) + 1;
	for (i = 0; i < b->mix.n_text; i++)
		if (b->mix.text[i]->longest > n)
			n = b->mix.text[i]->longest;
	return n;
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
see(struct bench *b, const struct task *task, const struct task_batch *seen)
{
	size_t n = seen->b.n_seq, tokens = seen->b.start[n];

	b->task = task;
	b->seen = seen;
	b->n_items = seen->text != NULL ? seen->n_items : n;
	if (n > b->max_res) {
		b->res = cmd_must(mem_grow(b->res, n, sizeof *b->res));
		b->max_res = n;
	}
	if (tokens > b->max_top) {
		b->top = cmd_must(mem_grow(b->top, tokens, sizeof *b->top));
		b->max_top = tokens;
	}
}

/* The first sequence of item i, and which of them has the right answer. */
static size_t
first_sequence(size_t *right, const struct bench *b, size_t i)
{
	const struct task_batch *t = b->seen;

	*right = 0;
	if (t->text == NULL)
		return i;
	if (t->item[i + 1] - t->item[i] > 1)
		*right = t->text->row[t->row[i]].right;
	return t->item[i];
}

const struct batch_result *
bench_item(const struct bench *b, size_t i)
{
	size_t right, first = first_sequence(&right, b, i);

	return &b->res[first + right];
}

int
bench_choice(size_t *answer, const struct bench *b, size_t i)
{
	size_t right, first = first_sequence(&right, b, i), n, k;

	*answer = right;
	if (b->seen->text == NULL || (n = b->seen->item[i + 1] - first) < 2)
		return -1;
	for (k = 0; k < n; k++)
		if (k != right && b->res[first + k].loss_sum <=
		    b->res[first + *answer].loss_sum && (*answer == right ||
		    b->res[first + k].loss_sum <
		    b->res[first + *answer].loss_sum))
			*answer = k;
	return *answer == right;
}

struct score
bench_score(const struct bench *b)
{
	struct score s = { .n_choices = 0 };
	size_t i, answer;
	int right;

	for (i = 0; i < b->n_items; i++) {
		batch_result_add(&s.sum, bench_item(b, i));
		right = bench_choice(&answer, b, i);
		s.n_choices += right >= 0;
		s.n_chosen += right > 0;
	}
	return s;
}

struct score
bench_eval_seen(struct bench *b, const struct params *params)
{
	struct err e = { .rc = RC_OK };

	if (model_eval(b->res, b->top, b->pool, params, &b->seen->b, &e) < 0) {
		err_prefix(&e, b->task->name);
		die_err(&e);
	}
	return bench_score(b);
}

size_t
bench_items(const struct task *task, enum split split, size_t n)
{
	size_t most;

	if (task->text == NULL)
		return n;
	most = task->text->n_of_split[split];
	if (most == 0)
		die(RC_INPUT, "%s: no row of %s is of the split %s", task->name,
		    task->text->files[1], split_names[split]);
	return n == 0 || n > most ? most : n;
}

static void
draw(struct task_batch *t, const struct task *task, const struct draw *d,
    size_t n)
{
	struct err e = { .rc = RC_OK };
	int r;

	n = bench_items(task, d->split, n);
	r = task->text != NULL ?
	    task_batch_fill_choices(t, task, d, 0, n, &e) :
	    task_batch_fill_one(t, task, d, 0, n, &e);
	if (r < 0) {
		err_prefix(&e, task->name);
		die_err(&e);
	}
}

struct score
bench_eval(struct bench *b, const struct params *params,
    const struct task *task, const struct draw *d, size_t n)
{
	draw(&b->batch, task, d, n);
	see(b, task, &b->batch);
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
	see(b, b->mix.task[i], &b->drawn[i]);
}

const char *
bench_answer(struct bench *b, size_t i)
{
	const struct batch *all = &b->seen->b;
	const struct text_task *t = b->seen->text;
	char *digit = b->digits;
	size_t answer, j;

	if (t != NULL && bench_choice(&answer, b, i) < 0)
		return NULL;
	if (t != NULL)
		return t->label[t->row[b->seen->row[i]].answer + answer];
	for (j = all->start[i]; j < all->start[i + 1]; j++)
		if (all->targets[j] >= 0)
			*digit++ = b->top[j] >= 0 && b->top[j] < TASK_BASE ?
			    (char)('0' + b->top[j]) : '?';
	*digit = '\0';
	return b->digits;
}
