/*
 * contrast: pairs of sequences that differ in one thing, so that the
 * difference of their activations is about that thing.
 *
 *	none		no pairs: examples as the model reads them
 *	answer		positive: prompt and the answer's right first digit;
 *			negative: prompt and a wrong one
 *	statement	positive: prompt and the whole right answer; negative:
 *			prompt and the whole answer of another example
 *	task=NAME	positive: the prompt; negative: the same digits under
 *			the token of task NAME
 * and of text tasks
 *	none		no pairs: prompt and right answer, or the text, with
 *			the last token
 *	answer		positive: prompt and right answer; negative: prompt and
 *			first wrong one
 *	label		the prompt, positive where the first of two answers is
 *			right, else negative: no pairs
 *	texts		positive: examples as for none of the first of two
 *			tasks; negative: those of the second: no pairs
 *
 * A prompt of digits is [task] x1 ... xn [=].  The wrong digit of example i is
 * (right + 1 + floor(9 w / 2^32)) mod 10, w the first word of Philox with the
 * key (seed, "contrast.answer.SPLIT.TASK", i).  Other examples are those of
 * the same block of CONTRAST_BLOCK: whose answer is given to whom is
 * task_batch_shuffle()'s permutation with the block's number as the draw,
 * applied again for those whose own answer it gives, until it differs.  So a
 * pair depends on its number, not on how many there are.
 */
#ifndef TASK_CONTRAST_H
#define TASK_CONTRAST_H

#include "task/examples.h"

enum { CONTRAST_BLOCK = 64 };

enum contrast_kind { CONTRAST_NONE, CONTRAST_ANSWER, CONTRAST_STATEMENT,
	CONTRAST_LABEL, CONTRAST_TEXTS, CONTRAST_TASK };

struct contrast {
	enum contrast_kind kind;
	const struct task *other;	/* of task=NAME */
};

/* -1, RC_USAGE: an unknown contrast or task. */
int	contrast_parse(struct contrast *c, const char *s, struct err *e);
/* -1, RC_USAGE: the contrast does not suit the task. */
int	contrast_check(const struct contrast *c, const struct task *task,
	    struct err *e);
/* Sides: 1 (there are none), or 2: positive, then negative. */
size_t	contrast_sides(const struct contrast *c);
/* Sequences for each example: 1, or both sides of a pair. */
size_t	contrast_sequences(const struct contrast *c);
/* Where activations are read if nothing else is said: a rule of
 * position.h. */
const char	*contrast_position(const struct contrast *c);
/* What side 0 or 1 of the contrast is with this task, in a word; NULL:
 * nothing. */
const char	*contrast_label(const struct contrast *c,
		    const struct task *task, size_t side);

/* A block of sequences, without targets.  Zeroed to begin with. */
struct contrast_batch {
	struct batch	 b;
	size_t		*start;
	int32_t		*tokens;
	unsigned char	 side[2 * CONTRAST_BLOCK];	/* of each sequence;
						   of texts the caller knows */
	struct task_batch examples, others;
};

void	contrast_batch_free(struct contrast_batch *t);
/* Block number `block': the sides of example block * CONTRAST_BLOCK, then
 * those of the next one, ... */
int	contrast_batch_fill(struct contrast_batch *t,
	    const struct contrast *c, const struct task *task,
	    const struct draw *d, uint64_t block, struct err *e);

#endif
