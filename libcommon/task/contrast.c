#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "random/philox.h"
#include "task/contrast.h"

int
contrast_parse(struct contrast *c, const char *s, struct err *e)
{
	static const char *const words[] = { "none", "answer", "statement",
	    "label", "texts" };
	static const char task[] = "task=";
	size_t i;

	*c = (struct contrast){ .kind = CONTRAST_TASK };
	for (i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(s, words[i]) == 0) {
			c->kind = (enum contrast_kind)i;
			return 0;
		}
	if (strncmp(s, task, sizeof task - 1) != 0)
		return err_set(e, RC_USAGE, "'%s' is not none, answer, "
		    "statement, label, texts or task=NAME", s);
	c->other = task_find(s + sizeof task - 1);
	return c->other != NULL ? 0 : err_set(e, RC_USAGE,
	    "unknown task '%s'", s + sizeof task - 1);
}

int
contrast_check(const struct contrast *c, const struct task *task,
    struct err *e)
{
	int text = task->text != NULL;

	if (text != (c->kind == CONTRAST_LABEL ||
	    c->kind == CONTRAST_TEXTS) && c->kind != CONTRAST_NONE &&
	    c->kind != CONTRAST_ANSWER)
		return err_set(e, RC_USAGE, "is not for task %s, which is %s",
		    task->name, text ? "of text" : "not of text");
	if (text && (c->kind == CONTRAST_ANSWER || c->kind == CONTRAST_LABEL)
	    && task->text->n_answers == 0)
		return err_set(e, RC_USAGE, "the texts of task %s have no "
		    "answers", task->name);
	if (text && c->kind == CONTRAST_LABEL && (!task->text->alike ||
	    task->text->row[0].n_answers != 2))
		return err_set(e, RC_USAGE, "label is for two answers that all "
		    "rows have, which task %s has not", task->name);
	if (c->kind != CONTRAST_TASK)
		return 0;
	if (c->other == task)
		return err_set(e, RC_USAGE, "task %s is on both sides",
		    task->name);
	if (c->other->operands != task->operands)
		return err_set(e, RC_USAGE, "operands of task %s: %zu, of "
		    "task %s: %zu", task->name, task->operands,
		    c->other->name, c->other->operands);
	return 0;
}

size_t
contrast_sides(const struct contrast *c)
{
	return c->kind == CONTRAST_NONE ? 1 : 2;
}

size_t
contrast_sequences(const struct contrast *c)
{
	return c->kind == CONTRAST_LABEL || c->kind == CONTRAST_TEXTS ? 1 :
	    contrast_sides(c);
}

const char *
contrast_position(const struct contrast *c)
{
	return c->kind == CONTRAST_TASK ? "marker:=" : "-1";
}

const char *
contrast_label(const struct contrast *c, const struct task *task, size_t side)
{
	switch (c->kind) {
	case CONTRAST_LABEL:
		return task->text->label[side];
	case CONTRAST_ANSWER: return side == 0 ? "right" : "wrong";
	case CONTRAST_STATEMENT: return side == 0 ? "true" : "false";
	case CONTRAST_TASK: return side == 0 ? task->name : c->other->name;
	default: return NULL;
	}
}

void
contrast_batch_free(struct contrast_batch *t)
{
	mem_free(t->start);
	mem_free(t->tokens);
	task_batch_free(&t->examples);
	task_batch_free(&t->others);
	memset(t, 0, sizeof *t);
}

static int
reserve(struct contrast_batch *t, size_t longest, struct err *e)
{
	size_t n = 2 * CONTRAST_BLOCK;

	mem_free(t->start);
	mem_free(t->tokens);
	t->tokens = mem_alloc(n * longest, sizeof *t->tokens);
	t->start = mem_zalloc(n + 1, sizeof *t->start);
	return t->start == NULL || t->tokens == NULL ? err_nomem(e) : 0;
}

/* The answer's digits of example i. */
static const int32_t *
answer_of(const struct task_batch *t, size_t i, size_t length)
{
	return t->targets + t->start[i + 1] - length;
}

/* Begins a sequence with example i up to and with "="; returns it. */
static int32_t *
put_prompt(struct contrast_batch *t, size_t i, size_t length)
{
	const struct task_batch *from = &t->examples;
	size_t n = from->start[i + 1] - from->start[i] - (length - 1);
	size_t seq = t->b.n_seq++;
	int32_t *to = t->tokens + t->start[seq];

	memcpy(to, from->tokens + from->start[i], n * sizeof *to);
	t->start[seq + 1] = t->start[seq] + n;
	return to;
}

/* Ends it with n more tokens. */
static void
put_digits(struct contrast_batch *t, const int32_t *y, size_t n)
{
	size_t *end = &t->start[t->b.n_seq];

	memcpy(t->tokens + *end, y, n * sizeof *y);
	*end += n;
}

static int32_t
wrong_digit(int32_t right, const struct task *task, const struct draw *d,
    uint64_t example)
{
	struct random_key key = { .seed = d->seed,
	    .draw = (uint32_t)example };
	char name[64];

	snprintf(name, sizeof name, "contrast.answer.%s.%s",
	    split_names[d->split], task->name);
	key.name = random_name(name);
	return (int32_t)((right + 1 + (int32_t)((uint64_t)random_word(&key,
	    0) * (TASK_BASE - 1) >> 32)) % TASK_BASE);
}

/* other[i]: an answer that differs from that of example i (length digits
 * each). */
static int
find_others(int32_t *other, struct contrast_batch *t, const struct draw *d,
    uint64_t block, struct err *e)
{
	size_t i, round, missing = CONTRAST_BLOCK, l = d->length;
	unsigned char have[CONTRAST_BLOCK] = { 0 };

	for (round = 1; missing > 0 && round < CONTRAST_BLOCK; round++) {
		if (task_batch_shuffle(&t->others, d->seed, (uint32_t)block,
		    l, e) < 0)
			return -1;
		for (i = 0; i < CONTRAST_BLOCK; i++) {
			const int32_t *y = answer_of(&t->others, i, l);

			if (have[i] || memcmp(y, answer_of(&t->examples, i,
			    l), l * sizeof *y) == 0)
				continue;
			memcpy(other + i * l, y, l * sizeof *y);
			have[i] = 1;
			missing--;
		}
	}
	return missing == 0 ? 0 : err_set(e, RC_INPUT, "the %d examples of "
	    "block %llu have the same answer", CONTRAST_BLOCK,
	    (unsigned long long)block);
}

/* The sides of example i of the block; other: as above. */
static void
put_example(struct contrast_batch *t, const struct contrast *c,
    const struct task *task, const struct draw *d, uint64_t block, size_t i,
    const int32_t *other)
{
	const int32_t *y = answer_of(&t->examples, i, d->length);
	int32_t wrong;

	put_prompt(t, i, d->length);
	switch (c->kind) {
	case CONTRAST_NONE:
		put_digits(t, y, d->length - 1);
		break;
	case CONTRAST_ANSWER:
		put_digits(t, y, 1);
		wrong = wrong_digit(*y, task, d, block * CONTRAST_BLOCK + i);
		put_prompt(t, i, d->length);
		put_digits(t, &wrong, 1);
		break;
	case CONTRAST_STATEMENT:
		put_digits(t, y, d->length);
		put_prompt(t, i, d->length);
		put_digits(t, other + i * d->length, d->length);
		break;
	default:
		*put_prompt(t, i, d->length) = c->other->token;
	}
}

/* Adds the prompt of row i, and answer a if it is one. */
static void
put_row(struct contrast_batch *t, const struct text_task *text, size_t i,
    size_t a, size_t side)
{
	const struct text_row *r = &text->row[i];
	const struct text_part *parts[2] = { &r->prompt, NULL };
	size_t k;

	if (a < r->n_answers)
		parts[1] = &text->answer[r->answer + a];
	t->side[t->b.n_seq] = (unsigned char)side;
	t->start[t->b.n_seq + 1] = t->start[t->b.n_seq];
	t->b.n_seq++;
	for (k = 0; k < 2 && parts[k] != NULL; k++)
		put_digits(t, text->token + parts[k]->first, parts[k]->n);
}

static int
fill_texts(struct contrast_batch *t, const struct contrast *c,
    const struct text_task *text, const struct draw *d, uint64_t block,
    struct err *e)
{
	size_t i, row, right;

	if (reserve(t, text->longest, e) < 0)
		return -1;
	t->b = (struct batch){ 0, t->start, t->tokens, NULL };
	for (i = 0; i < CONTRAST_BLOCK; i++) {
		if (text_task_row(&row, text, d, block * CONTRAST_BLOCK + i,
		    e) < 0)
			return -1;
		right = text->row[row].right;
		if (c->kind == CONTRAST_LABEL)
			put_row(t, text, row, SIZE_MAX, right != 0);
		else
			put_row(t, text, row, right, 0);
		if (c->kind == CONTRAST_ANSWER)
			put_row(t, text, row, right == 0 ? 1 : 0, 1);
	}
	return 0;
}

int
contrast_batch_fill(struct contrast_batch *t, const struct contrast *c,
    const struct task *task, const struct draw *d, uint64_t block,
    struct err *e)
{
	int32_t *other = NULL;
	int r = -1;
	size_t i;

	if (task->text != NULL)
		return fill_texts(t, c, task->text, d, block, e);
	if (reserve(t, task_max_tokens(d->length) + 1, e) < 0 ||
	    task_batch_fill_one(&t->examples, task, d,
	    block * CONTRAST_BLOCK, CONTRAST_BLOCK, e) < 0)
		return -1;
	if (c->kind == CONTRAST_STATEMENT) {
		other = mem_alloc(CONTRAST_BLOCK * d->length, sizeof *other);
		if (other == NULL)
			return err_nomem(e);
		if (task_batch_fill_one(&t->others, task, d,
		    block * CONTRAST_BLOCK, CONTRAST_BLOCK, e) < 0 ||
		    find_others(other, t, d, block, e) < 0)
			goto done;
	}
	t->b = (struct batch){ 0, t->start, t->tokens, NULL };
	for (i = 0; i < CONTRAST_BLOCK; i++)
		put_example(t, c, task, d, block, i, other);
	for (i = 0; i < t->b.n_seq; i++)
		t->side[i] = i % contrast_sides(c) != 0;
	r = 0;
done:
	mem_free(other);
	return r;
}
