/*
 * examples: examples as a packed batch for a model.
 */
#ifndef TASK_EXAMPLES_H
#define TASK_EXAMPLES_H

#include "model/batch.h"
#include "task/draw.h"
#include "task/mix.h"

/* A batch that owns its arrays, grown as needed.  Zeroed to begin with. */
struct task_batch {
	struct batch	 b;		/* points into the arrays below */
	size_t		*start;
	int32_t		*tokens;
	int32_t		*targets;
	size_t		 max_seq, max_tokens;
	/* of text tasks: */
	const struct text_task *text;	/* that all are of, or NULL */
	size_t		 n_items;
	size_t		*row;		/* of each item */
	size_t		*item;		/* its first sequence; n_items + 1 */
	size_t		 max_items;
};

void	task_batch_free(struct task_batch *t);
/*
 * Examples first ... first + n - 1 of a mixture, in order.  The model reads
 * each sequence without its last token; targets are the answer's tokens, each
 * at the position before it, or in a text without answers all but the first.
 * Of text tasks it is the answer that d->answer says.  -1: memory; a split
 * without rows (RC_INPUT); an answer that there is not (RC_USAGE).
 */
int	task_batch_fill(struct task_batch *t, const struct mix *m,
	    const struct draw *d, uint64_t first, size_t n, struct err *e);
/* The same of examples of one task. */
int	task_batch_fill_one(struct task_batch *t, const struct task *task,
	    const struct draw *d, uint64_t first, size_t n, struct err *e);
/*
 * Of a text task: every item with each of its answers in turn, or once if it
 * has none; t->item says where.
 */
int	task_batch_fill_choices(struct task_batch *t, const struct task *task,
	    const struct draw *d, uint64_t first, size_t n, struct err *e);
/*
 * A control: gives each example the whole answer of another one, in tokens and
 * targets.  Who gets whose is a cyclic permutation of all n_seq examples
 * (Sattolo's shuffle), drawn from Philox with the key (seed,
 * "control.shuffled-labels", draw); swap i, from the last to 1, takes word
 * i: floor(i word / 2^32).  All must be of one task, from
 * task_batch_fill_one(); with fewer than two examples it is an error.
 *
 * Of a text task whose rows all have the same answers, the permutation says
 * whose right answer becomes whose; where rows have answers of their own, the
 * first wrong one stands in for the right one of example i where the lowest
 * bit of word i is 1.  Texts without answers are refused.
 */
int	task_batch_shuffle(struct task_batch *t, uint64_t seed,
	    uint32_t draw, size_t length, struct err *e);

/* Of a batch's result: mean loss of a target; fractions; not a number when
 * there is none. */
double	score_loss(const struct batch_result *r);
double	score_token_accuracy(const struct batch_result *r);
double	score_exact_match(const struct batch_result *r);

#endif
