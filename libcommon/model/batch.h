/*
 * batch: sequences laid end to end, without padding.
 */
#ifndef MODEL_BATCH_H
#define MODEL_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* All borrowed.  Sequence i is tokens[start[i]] ... tokens[start[i+1] - 1],
 * at positions 0, 1, ...; targets[j] is what should follow tokens[j]. */
struct batch {
	size_t		 n_seq;
	const size_t	*start;		/* n_seq + 1, rising */
	const int32_t	*tokens;	/* below the vocabulary */
	const int32_t	*targets;	/* -1: no loss at this position */
};

/* Sums, so that results of disjoint batches add up. */
struct batch_result {
	double		 loss_sum;	/* -log p(target), natural log */
	size_t		 n_targets;
	size_t		 n_correct;	/* targets that are the argmax */
	size_t		 n_seq;		/* sequences with a target */
	size_t		 n_exact;	/* of those, with all correct */
};

/* *a += *b */
void	batch_result_add(struct batch_result *a, const struct batch_result *b);
/* Refuses tokens and targets outside the vocabulary, sequences longer than
 * n_positions and falling starts, naming sequence, position and numbers. */
int	batch_check(const struct batch *b, size_t vocab, size_t n_positions,
	    struct err *e);
/* Targets in sequences [first, last). */
size_t	batch_targets(const struct batch *b, size_t first, size_t last);
/* 1: sequence i has the tokens of the one before, and targets at the same
 * places: a prompt with another answer of one token. */
int	batch_twin(const struct batch *b, size_t i);

#endif
