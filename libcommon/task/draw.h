/*
 * draw: examples of a synthetic task.  An example is a function of the seed,
 * the split, the task, the length and its index, and of nothing else; batches,
 * order and threads do not change it.
 *
 * The digits are words of Philox with the key (seed, name "task.SPLIT.TASK",
 * index as the draw): word w gives the digit floor(10 w / 2^32), which leaves
 * chances equal to one part in 10^8.  The first n words that make an input of
 * the split are taken, n words at a time; an easy input has the name
 * "task.SPLIT.TASK.easy" and length + 1 more words.  The split is decided by
 * XXH64 with seed 0 over the n digits as bytes, modulo 8: 0 test, 1
 * validation, 2 to 7 train.  It does not depend on the task, so an input that
 * is held out of one task occurs in no other's training either.
 */
#ifndef TASK_DRAW_H
#define TASK_DRAW_H

#include <stddef.h>
#include <stdint.h>

#include "task/task.h"

enum split { SPLIT_TRAIN, SPLIT_VALIDATION, SPLIT_TEST, SPLIT_COUNT };

/* The same words, NULL-terminated, in the order of enum split. */
extern const char *const split_names[SPLIT_COUNT + 1];

/* To which split an input of n digits belongs. */
enum split	split_of(const int *x, size_t n);

/* What stands where the right answer would, in text tasks. */
enum answer { ANSWER_RIGHT, ANSWER_WRONG, ANSWER_NUMBER };

/* What examples are drawn from. */
struct draw {
	enum split	 split;
	uint64_t	 seed;
	size_t		 length;	/* digits of an answer */
	int		 easy;		/* easy inputs, of tasks that have them */
	enum answer	 answer;
	size_t		 number;	/* of the answer, from 0 */
};

/*
 * x (task->operands * length digits) = input number index.
 * -1: an index of 2^32 or more, or no such input after 2^16 draws.
 */
int		task_draw(int *x, const struct task *task,
		    const struct draw *d, uint64_t index, struct err *e);

#endif
