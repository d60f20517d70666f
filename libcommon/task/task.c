#include <string.h>

#include "task/task.h"

static void
answer_copy(int *y, const int *x, size_t length)
{
	memcpy(y, x, length * sizeof *y);
}

static void
answer_reverse(int *y, const int *x, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		y[i] = x[length - 1 - i];
}

/* By counting the digits. */
static void
answer_sort(int *y, const int *x, size_t length)
{
	size_t count[TASK_BASE] = { 0 }, i, n = 0;
	int d;

	for (i = 0; i < length; i++)
		count[x[i]]++;
	for (d = 0; d < TASK_BASE; d++)
		for (i = 0; i < count[d]; i++)
			y[n++] = d;
}

static void
answer_add(int *y, const int *x, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		y[i] = (x[2 * i] + x[2 * i + 1]) % TASK_BASE;
}

/*
 * The example keeps a share of its pairs that is itself drawn, w[length] /
 * 2^32; in the others the lowest bit chooses the operand that becomes 0.
 */
static void
ease_add(int *x, size_t length, const uint32_t *w)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (w[i] >> 1 >= w[length] >> 1)
			x[2 * i + (w[i] & 1)] = 0;
}

static void
answer_rotate(int *y, const int *x, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		y[i] = x[(i + 1) % length];
}

static void
answer_cummax(int *y, const int *x, size_t length)
{
	size_t i;
	int max = 0;

	for (i = 0; i < length; i++)
		y[i] = max = x[i] > max ? x[i] : max;
}

static const struct task tasks[] = {
	{ "copy", "the digits as they are", TASK_FIRST, 1,
	    answer_copy, NULL, NULL },
	{ "reverse", "the digits from last to first", TASK_FIRST + 1, 1,
	    answer_reverse, NULL, NULL },
	{ "sort", "the digits in rising order", TASK_FIRST + 2, 1,
	    answer_sort, NULL, NULL },
	{ "add", "a + b digit by digit, modulo 10", TASK_FIRST + 3, 2,
	    answer_add, ease_add, NULL },
	{ "rotate", "the digits moved one place to the left", TASK_FIRST + 4,
	    1, answer_rotate, NULL, NULL },
	{ "cummax", "the largest digit so far", TASK_FIRST + 5, 1,
	    answer_cummax, NULL, NULL },
};

enum { N_TASKS = sizeof tasks / sizeof *tasks };

size_t
task_count(void)
{
	return N_TASKS;
}

const struct task *
task_at(size_t i)
{
	return i < N_TASKS ? &tasks[i] : NULL;
}

const struct task *
task_find(const char *name)
{
	size_t i;

	for (i = 0; i < N_TASKS; i++)
		if (strcmp(tasks[i].name, name) == 0)
			return &tasks[i];
	return NULL;
}

size_t
task_max_tokens(size_t length)
{
	size_t i, most = 0;

	for (i = 0; i < N_TASKS; i++)
		if (tasks[i].operands > most)
			most = tasks[i].operands;
	return 1 + most * length + 1 + length - 1;
}

int
task_check(size_t length, size_t vocab, size_t n_positions, struct err *e)
{
	if (length < TASK_MIN_LENGTH || length > TASK_MAX_LENGTH)
		return err_set(e, RC_USAGE, "length %zu is not within %d to "
		    "%d", length, TASK_MIN_LENGTH, TASK_MAX_LENGTH);
	if (vocab < TASK_FIRST + N_TASKS)
		return err_set(e, RC_INPUT, "the tasks need a vocabulary of "
		    "%d, the model has %zu", TASK_FIRST + N_TASKS, vocab);
	if (task_max_tokens(length) > n_positions)
		return err_set(e, RC_INPUT, "length %zu needs %zu positions, "
		    "the model has %zu", length, task_max_tokens(length),
		    n_positions);
	return 0;
}
