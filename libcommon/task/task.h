/*
 * task: what a model is asked to do.  Text tasks are in text_task.h; here are
 * the synthetic ones, operations on a sequence of decimal digits.
 *
 * A sequence is  [task] x1 ... xn [=] y1 ... yL  in a vocabulary of 32 tokens:
 *	0-9	the digits
 *	10	"="
 *	11-16	the tasks, in the order of task_at()
 *	17-31	reserved, never drawn
 * The answer y has L digits, the length; so has x, but for add, whose two
 * operands a and b are interleaved: a1 b1 a2 b2 ... aL bL.
 *
 * Gradient descent finds add hard: while the model attends to one operand
 * only, the sum tells it nothing.  Easy inputs, where one operand of some
 * pairs is 0, show it each operand by itself, and the table follows.
 */
#ifndef TASK_TASK_H
#define TASK_TASK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
	TASK_BASE = 10,			/* digits */
	TASK_EQUALS = 10,
	TASK_FIRST = 11,
	TASK_VOCAB = 32,
	TASK_MIN_LENGTH = 2,		/* shorter: a split may be empty */
	TASK_MAX_LENGTH = 256,
	TASK_MAX_DIGITS = 2 * TASK_MAX_LENGTH
};

struct text_task;

struct task {
	const char	*name;
	const char	*summary;	/* what y is */
	int		 token;
	size_t		 operands;	/* x has operands * length digits */
	/* y (length digits) from x */
	void		(*answer)(int *y, const int *x, size_t length);
	/* NULL, or makes an input easier with length + 1 random words */
	void		(*ease)(int *x, size_t length, const uint32_t *w);
	const struct text_task *text;	/* NULL: synthetic; else all but
					   name and summary is 0 */
};

/* Task i, from 0; NULL from the number of tasks on. */
const struct task	*task_at(size_t i);
size_t			 task_count(void);
/* NULL when there is none of that name. */
const struct task	*task_find(const char *name);
/* Tokens of the longest sequence of any task as the model reads it, which is
 * without the last digit of the answer. */
size_t			 task_max_tokens(size_t length);
/*
 * -1: a length outside TASK_MIN_LENGTH ... TASK_MAX_LENGTH, or tasks that do
 * not fit into the vocabulary or the positions of a model.
 */
int			 task_check(size_t length, size_t vocab,
			    size_t n_positions, struct err *e);

#endif
