/*
 * text_task: a task whose examples are rows of a file: a prompt with answers,
 * one of which is right, or a text.  plumbline-task(5).
 *
 * A prompt and its answers are encoded each by itself and laid end to end.
 */
#ifndef TASK_TEXT_TASK_H
#define TASK_TEXT_TASK_H

#include <stdint.h>

#include "task/draw.h"
#include "task/task.h"
#include "text/tokenizer.h"

/* Tokens number first ... first + n - 1. */
struct text_part {
	size_t		 first, n;
};

struct text_row {
	struct text_part prompt;	/* or the text */
	size_t		 answer;	/* number of its first answer */
	size_t		 n_answers;	/* 0: a text */
	size_t		 right;		/* which of them */
};

struct text_task {
	struct task	 task;		/* task.text is this */
	char		*name;
	char		*files[2];	/* that were read, or NULL */
	int		 alike;		/* all rows have the same answers,
					   two or more */
	struct text_row	*row;
	size_t		 n_rows;
	struct text_part *answer;
	size_t		 n_answers;
	int32_t		*token;
	size_t		 n_tokens;
	char		**label;	/* of each answer, as text */
	size_t		*of_split[SPLIT_COUNT];	/* its rows */
	size_t		 n_of_split[SPLIT_COUNT];
	size_t		 longest;	/* tokens of a sequence, answer and all */
	size_t		 left_out;	/* rows with more than max_tokens */
};

/* What entries are read with. */
struct text_source {
	const struct tokenizer *tokenizer;
	size_t		 vocab;		/* of the model */
	size_t		 max_tokens;	/* longer sequences are left out */
};

/* 1: an entry of a list of tasks, [NAME=]TEMPLATE[:FILE], is of this kind:
 * TEMPLATE is a built-in form, or ends in ".json". */
int	text_task_is(const char *entry);
/* Where the file begins that a built-in form must have; NULL: in this entry
 * none does. */
const char *text_task_file(const char *entry);
/*
 * Reads the entry's template and rows.  NULL: *e names the file and the line.
 * Free with text_task_free().
 */
struct text_task *text_task_open(const char *entry,
	    const struct text_source *s, struct err *e);
void	text_task_free(struct text_task *t);	/* or NULL */

/*
 * Which row example number index of the split is, of its n rows in the order
 * of the file: number permute(index mod n, n, k), where k is the seed,
 * "task.order.SPLIT.NAME" and floor(index / n).  So all rows come in a drawn
 * order, and again in another one when all have come.  -1: the split has none.
 */
int	text_task_row(size_t *row, const struct text_task *t,
	    const struct draw *d, uint64_t index, struct err *e);
/* Which answer of row i stands where the right one would, by d->answer: the
 * right one, the first wrong one, or d->number, which may be too large. */
size_t	text_task_answer(const struct text_task *t, const struct draw *d,
	    size_t i);
/*
 * The sequence of row i with answer number a as the model reads it, without
 * its last token, and its targets: those of the answer, or in a text all.
 * Either may be NULL.  Returns how many tokens there are.
 */
size_t	text_task_sequence(int32_t *tokens, int32_t *targets,
	    const struct text_task *t, size_t i, size_t a);

#endif
