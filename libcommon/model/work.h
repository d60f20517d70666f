/*
 * work: forward and backward of one block of sequences on the calling thread.
 */
#ifndef MODEL_WORK_H
#define MODEL_WORK_H

#include "base/err.h"
#include "model/batch.h"
#include "model/config.h"
#include "model/params.h"
#include "model/site.h"
#include "nn/real.h"

struct model_work;		/* activations of one thread */

/* Takes memory for activations when it first needs it.  NULL: out of memory
 * or bad configuration. */
struct model_work	*model_work_new(const struct model_config *c,
			    struct err *e);
/* Accepts NULL. */
void	model_work_free(struct model_work *w);

/* From now on all forward passes but those of gradients call h, which is
 * borrowed, at every site; NULL: no more. */
void	model_work_hook(struct model_work *w, const struct site_hook *h);
/* From now on gradients are those of some tensors only: that of tensor i of
 * the layout begins at grad[at[i]], SIZE_MAX: it is not wanted.  at is
 * borrowed; NULL: all, in the order of the layout.  The backward pass ends at
 * the lowest that is wanted, and the bits of those that are do not change. */
void	model_work_choose(struct model_work *w, const size_t *at);
/*
 * Prepares for passes at params over at most so many tokens at once, in
 * sequences of at most longest tokens; back: with backward passes.  Passes do
 * so by themselves; more memory at first is less again and again.
 */
int	model_work_reserve(struct model_work *w, const struct params *params,
	    size_t tokens, size_t longest, int back, struct err *e);

/*
 * Loss and accuracy of every sequence, one sequence at a time, so that what
 * is said of a sequence depends on that sequence alone.  Twins (see
 * batch_twin()) go through the layers once, and a hook sees the first.
 * params: of the layout that model_layout() gives.
 * per_seq: b->n_seq results.  token_loss: NULL, or a loss for every token
 * (0 where there is no target), in packed order.
 * -1: a bad batch (see batch_check()), a loss that is not finite, out of
 * memory.
 */
int	model_forward(struct batch_result *per_seq, real *token_loss,
	    struct model_work *w, const struct params *params,
	    const struct batch *b, struct err *e);
/* The same for sequences [first, last) of a batch that has passed
 * batch_check(); the outputs are still those of the whole batch.  top: NULL,
 * or the argmax for every token (-1 where there is no target). */
int	model_forward_range(struct batch_result *per_seq, real *token_loss,
	    int32_t *top, struct model_work *w, const struct params *params,
	    const struct batch *b, size_t first, size_t last, struct err *e);
/* Scores before the softmax at every position, (tokens of b) x vocab, one
 * sequence at a time; targets are not looked at and may be NULL. */
int	model_logits(real *logits, struct model_work *w,
	    const struct params *params, const struct batch *b,
	    struct err *e);
/* For the hook's sake: sequences [first, last) of a batch that has passed
 * batch_check() through all sites, without scores; targets are not looked
 * at. */
int	model_visit_range(struct model_work *w, const struct params *params,
	    const struct batch *b, size_t first, size_t last, struct err *e);
/*
 * Adds to grad (see model_work_choose()), and to *res: forward and backward
 * of sequences [first, last) of b together.  scale is d(loss)/d(the loss of
 * each target), 1/targets for a mean.  The caller has had b checked by
 * batch_check().  -1: out of memory, a loss that is not finite; then grad is
 * undefined.
 */
int	model_grad_block(real *grad, struct batch_result *res,
	    struct model_work *w, const struct params *params,
	    const struct batch *b, size_t first, size_t last, double scale,
	    struct err *e);

#endif
