#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "random/philox.h"
#include "task/examples.h"

void
task_batch_free(struct task_batch *t)
{
	mem_free(t->start);
	mem_free(t->tokens);
	mem_free(t->targets);
	mem_free(t->row);
	mem_free(t->item);
	memset(t, 0, sizeof *t);
}

static int
reserve(struct task_batch *t, size_t n_seq, size_t n_tokens, struct err *e)
{
	size_t *start;
	int32_t *p;

	if (n_seq > SIZE_MAX / 64)
		return err_nomem(e);
	if (n_seq + 1 > t->max_seq) {
		start = mem_grow(t->start, 2 * n_seq + 1, sizeof *start);
		if (start == NULL)
			return err_nomem(e);
		t->start = start;
		t->max_seq = 2 * n_seq + 1;
	}
	if (n_tokens > t->max_tokens) {
		if ((p = mem_grow(t->tokens, n_tokens, sizeof *p)) == NULL)
			return err_nomem(e);
		t->tokens = p;
		if ((p = mem_grow(t->targets, n_tokens, sizeof *p)) == NULL)
			return err_nomem(e);
		t->targets = p;
		t->max_tokens = n_tokens;
	}
	return 0;
}

/* Tokens and targets of one example; how many there are. */
static size_t
fill_one(int32_t *tokens, int32_t *targets, const struct task *task,
    const int *x, size_t length)
{
	size_t n = task->operands * length, i;
	int y[TASK_MAX_LENGTH];

	task->answer(y, x, length);
	tokens[0] = task->token;
	for (i = 0; i < n; i++)
		tokens[1 + i] = x[i];
	tokens[1 + n] = TASK_EQUALS;
	for (i = 0; i < 1 + n; i++)
		targets[i] = -1;
	for (i = 0; i < length; i++)
		targets[1 + n + i] = y[i];
	for (i = 0; i + 1 < length; i++)
		tokens[2 + n + i] = y[i];
	return 1 + n + length;
}

static int
reserve_items(struct task_batch *t, size_t n, struct err *e)
{
	size_t *p;

	if (n + 1 <= t->max_items)
		return 0;
	if ((p = mem_grow(t->row, n + 1, sizeof *p)) == NULL)
		return err_nomem(e);
	t->row = p;
	if ((p = mem_grow(t->item, n + 1, sizeof *p)) == NULL)
		return err_nomem(e);
	t->item = p;
	t->max_items = n + 1;
	return 0;
}

/* Adds the sequence of row i with answer a. */
static int
put_text(struct task_batch *t, const struct text_task *text, size_t i,
    size_t a, struct err *e)
{
	size_t used = t->start[t->b.n_seq];
	size_t n = text_task_sequence(NULL, NULL, text, i, a);

	if (reserve(t, t->b.n_seq + 1, used + n > t->max_tokens ?
	    2 * (used + n) : 0, e) < 0)
		return -1;
	text_task_sequence(t->tokens + used, t->targets + used, text, i, a);
	t->start[++t->b.n_seq] = used + n;
	return 0;
}

/* Of a text task: the number-th answer is one that row i has. */
static int
check_number(const struct text_task *t, const struct draw *d, size_t i,
    struct err *e)
{
	size_t n = t->row[i].n_answers;

	if (d->answer == ANSWER_RIGHT)
		return 0;
	if (n == 0)
		return err_set(e, RC_USAGE, "its texts have no answers");
	return d->answer == ANSWER_WRONG || d->number < n ? 0 : err_set(e,
	    RC_USAGE, "answer %zu: there are %zu, from 0", d->number, n);
}

/* The same as fill() for text tasks; choices: with all answers. */
static int
fill_texts(struct task_batch *t, const struct mix *m, const struct task *task,
    const struct draw *d, uint64_t first, size_t n, int choices,
    struct err *e)
{
	size_t i, a, last, row;
	uint64_t index;

	if (n > SIZE_MAX / 64)
		return err_nomem(e);
	if (reserve_items(t, n, e) < 0 || reserve(t, n, 1, e) < 0)
		return -1;
	t->b.n_seq = t->start[0] = 0;
	t->text = m == NULL ? task->text : NULL;
	t->n_items = n;
	for (i = 0; i < n; i++) {
		index = first + i;
		if (m != NULL)
			task = mix_example(m, first + i, &index);
		if (text_task_row(&row, task->text, d, index, e) < 0 ||
		    check_number(task->text, d, row, e) < 0)
			return -1;
		t->row[i] = row;
		t->item[i] = t->b.n_seq;
		a = choices ? 0 : text_task_answer(task->text, d, row);
		last = choices && task->text->row[row].n_answers > 0 ?
		    task->text->row[row].n_answers - 1 : a;
		for (; a <= last; a++)
			if (put_text(t, task->text, row, a, e) < 0)
				return -1;
	}
	t->item[n] = t->b.n_seq;
	t->b = (struct batch){ t->b.n_seq, t->start, t->tokens, t->targets };
	return 0;
}

/* Examples first ... first + n - 1 of a mixture, or of one task (m NULL). */
static int
fill(struct task_batch *t, const struct mix *m, const struct task *task,
    const struct draw *d, uint64_t first, size_t n, struct err *e)
{
	int x[TASK_MAX_DIGITS];
	size_t i, used = 0, longest = task_max_tokens(d->length);
	uint64_t index;

	if ((m != NULL ? m->task[0] : task)->text != NULL)
		return fill_texts(t, m, task, d, first, n, 0, e);
	if (n > SIZE_MAX / 64 / longest)
		return err_nomem(e);
	if (reserve(t, n, n * longest, e) < 0)
		return -1;
	t->text = NULL;
	t->n_items = 0;
	for (i = 0; i < n; i++) {
		index = first + i;
		if (m != NULL)
			task = mix_example(m, first + i, &index);
		if (task_draw(x, task, d, index, e) < 0)
			return -1;
		t->start[i] = used;
		used += fill_one(t->tokens + used, t->targets + used, task, x,
		    d->length);
	}
	t->start[n] = used;
	t->b = (struct batch){ n, t->start, t->tokens, t->targets };
	return 0;
}

int
task_batch_fill(struct task_batch *t, const struct mix *m,
    const struct draw *d, uint64_t first, size_t n, struct err *e)
{
	return fill(t, m, NULL, d, first, n, e);
}

int
task_batch_fill_one(struct task_batch *t, const struct task *task,
    const struct draw *d, uint64_t first, size_t n, struct err *e)
{
	return fill(t, NULL, task, d, first, n, e);
}

int
task_batch_fill_choices(struct task_batch *t, const struct task *task,
    const struct draw *d, uint64_t first, size_t n, struct err *e)
{
	return fill_texts(t, NULL, task, d, first, n, 1, e);
}

/* Gives example i the answer y, whose digits are targets. */
static void
give(struct task_batch *t, size_t i, const int32_t *y, size_t length)
{
	size_t first = t->start[i + 1] - length;

	memcpy(t->targets + first, y, length * sizeof *y);
	memcpy(t->tokens + first + 1, y, (length - 1) * sizeof *y);
}

/* Which answer each of n rows of a text task gets: see
 * task_batch_shuffle(). */
static void
shuffle_answers(size_t *a, const struct task_batch *t,
    const struct random_key *key)
{
	const struct text_row *row = t->text->row;
	size_t i, j, x;

	for (i = 0; i < t->n_items; i++) {
		a[i] = row[t->row[i]].right;
		if (!t->text->alike)
			a[i] ^= random_word(key, i) & 1;
	}
	for (i = t->n_items - 1; t->text->alike && i > 0; i--) {
		j = (size_t)((uint64_t)random_word(key, i) * i >> 32);
		x = a[i];
		a[i] = a[j];
		a[j] = x;
	}
}

static int
shuffle_texts(struct task_batch *t, const struct random_key *key,
    struct err *e)
{
	size_t *a = mem_alloc(t->n_items, sizeof *a), i;
	int r = 0;

	if (a == NULL)
		return err_nomem(e);
	if (t->text->row[t->row[0]].n_answers == 0)
		r = err_set(e, RC_USAGE, "shuffled labels: the texts of task "
		    "%s have no answers", t->text->name);
	else {
		shuffle_answers(a, t, key);
		t->b.n_seq = 0;
	}
	for (i = 0; r == 0 && i < t->n_items; i++)
		r = put_text(t, t->text, t->row[i], a[i], e);
	mem_free(a);
	t->b = (struct batch){ t->b.n_seq, t->start, t->tokens, t->targets };
	return r;
}

int
task_batch_shuffle(struct task_batch *t, uint64_t seed, uint32_t draw,
    size_t length, struct err *e)
{
	const struct random_key key = {
		.seed = seed,
		.name = random_name("control.shuffled-labels"),
		.draw = draw
	};
	size_t n = t->b.n_seq, i, j;
	int32_t y[TASK_MAX_LENGTH], z[TASK_MAX_LENGTH];

	if (n < 2)
		return err_set(e, RC_USAGE, "shuffled labels need at least 2 "
		    "examples a minibatch, not %zu", n);
	if (t->text != NULL)
		return shuffle_texts(t, &key, e);
	for (i = n - 1; i > 0; i--) {
		j = (size_t)((uint64_t)random_word(&key, i) * i >> 32);
		memcpy(y, t->targets + t->start[i + 1] - length,
		    length * sizeof *y);
		memcpy(z, t->targets + t->start[j + 1] - length,
		    length * sizeof *z);
		give(t, i, z, length);
		give(t, j, y, length);
	}
	return 0;
}

static double
ratio(double a, size_t n)
{
	return n > 0 ? a / (double)n : (double)NAN;
}

double
score_loss(const struct batch_result *r)
{
	return ratio(r->loss_sum, r->n_targets);
}

double
score_token_accuracy(const struct batch_result *r)
{
	return ratio((double)r->n_correct, r->n_targets);
}

double
score_exact_match(const struct batch_result *r)
{
	return ratio((double)r->n_exact, r->n_seq);
}
