/* Rows as they are asked for. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "task/permute.h"
#include "task/text_task.h"

int
text_task_row(size_t *row, const struct text_task *t, const struct draw *d,
    uint64_t index, struct err *e)
{
	size_t n = t->n_of_split[d->split];
	struct random_key key = { .seed = d->seed };
	char name[128];

	if (n == 0)
		return err_set(e, RC_INPUT, "no row for the split %s",
		    split_names[d->split]);
	snprintf(name, sizeof name, "task.order.%s.%s",
	    split_names[d->split], t->name);
	key.name = random_name(name);
	key.draw = (uint32_t)(index / n);
	*row = t->of_split[d->split][permute((size_t)(index % n), n, &key)];
	return 0;
}

size_t
text_task_answer(const struct text_task *t, const struct draw *d, size_t i)
{
	const struct text_row *r = &t->row[i];

	switch (d->answer) {
	case ANSWER_WRONG:
		return r->right == 0 ? 1 : 0;
	case ANSWER_NUMBER:
		return d->number;
	default:
		return r->right;
	}
}

size_t
text_task_sequence(int32_t *tokens, int32_t *targets,
    const struct text_task *t, size_t i, size_t a)
{
	const struct text_row *r = &t->row[i];
	const int32_t *prompt = t->token + r->prompt.first, *answer;
	const struct text_part *y;
	size_t n = r->prompt.n, j;

	if (r->n_answers == 0) {
		for (j = 0; j + 1 < n; j++) {
			if (tokens != NULL)
				tokens[j] = prompt[j];
			if (targets != NULL)
				targets[j] = prompt[j + 1];
		}
		return n - 1;
	}
	y = &t->answer[r->answer + a];
	answer = t->token + y->first;
	if (tokens != NULL) {
		memcpy(tokens, prompt, n * sizeof *tokens);
		memcpy(tokens + n, answer, (y->n - 1) * sizeof *tokens);
	}
	for (j = 0; targets != NULL && j < n - 1; j++)
		targets[j] = -1;
	if (targets != NULL)
		memcpy(targets + n - 1, answer, y->n * sizeof *targets);
	return n + y->n - 1;
}

void
text_task_free(struct text_task *t)
{
	size_t i;

	if (t == NULL)
		return;
	for (i = 0; i < t->n_answers; i++)
		mem_free(t->label[i]);
	for (i = 0; i < SPLIT_COUNT; i++)
		mem_free(t->of_split[i]);
	mem_free(t->name);
	mem_free(t->files[0]);
	mem_free(t->files[1]);
	mem_free(t->row);
	mem_free(t->answer);
	mem_free(t->token);
	mem_free(t->label);
	mem_free(t);
}
