#include <string.h>

#include "model/batch.h"

void
batch_result_add(struct batch_result *a, const struct batch_result *b)
{
	a->loss_sum += b->loss_sum;
	a->n_targets += b->n_targets;
	a->n_correct += b->n_correct;
	a->n_seq += b->n_seq;
	a->n_exact += b->n_exact;
}

static int
check_sequence(const struct batch *b, size_t i, size_t vocab, struct err *e)
{
	size_t j, start = b->start[i];

	for (j = start; j < b->start[i + 1]; j++) {
		if (b->tokens[j] < 0 || (size_t)b->tokens[j] >= vocab)
			return err_set(e, RC_INPUT, "sequence %zu: position "
			    "%zu: token %ld, the vocabulary has %zu", i,
			    j - start, (long)b->tokens[j], vocab);
		if (b->targets != NULL && (b->targets[j] < -1 ||
		    (b->targets[j] >= 0 && (size_t)b->targets[j] >= vocab)))
			return err_set(e, RC_INPUT, "sequence %zu: position "
			    "%zu: target %ld, the vocabulary has %zu", i,
			    j - start, (long)b->targets[j], vocab);
	}
	return 0;
}

int
batch_check(const struct batch *b, size_t vocab, size_t n_positions,
    struct err *e)
{
	size_t i;

	for (i = 0; i < b->n_seq; i++) {
		if (b->start[i + 1] < b->start[i])
			return err_set(e, RC_INPUT,
			    "sequence %zu ends at %zu, before its start %zu",
			    i, b->start[i + 1], b->start[i]);
		if (b->start[i + 1] - b->start[i] > n_positions)
			return err_set(e, RC_INPUT,
			    "sequence %zu: %zu tokens, the model takes %zu",
			    i, b->start[i + 1] - b->start[i], n_positions);
		if (check_sequence(b, i, vocab, e) != 0)
			return -1;
	}
	return 0;
}

size_t
batch_targets(const struct batch *b, size_t first, size_t last)
{
	size_t j, n = 0;

	for (j = b->start[first]; j < b->start[last]; j++)
		n += b->targets[j] >= 0;
	return n;
}

int
batch_twin(const struct batch *b, size_t i)
{
	size_t here = b->start[i], n = b->start[i + 1] - here, before, j;

	if (i == 0 || here - b->start[i - 1] != n)
		return 0;
	before = b->start[i - 1];
	if (memcmp(b->tokens + here, b->tokens + before,
	    n * sizeof *b->tokens) != 0)
		return 0;
	for (j = 0; j < n; j++)
		if ((b->targets[here + j] < 0) != (b->targets[before + j] < 0))
			return 0;
	return 1;
}
