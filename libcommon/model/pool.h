/*
 * pool: whole batches on all threads, with bits that do not depend on how
 * many there are.
 *
 * A batch is cut into blocks of whole sequences, up to a fixed number of them
 * and of tokens; a fixed number of lanes, each with its own gradient, takes
 * blocks l, l + lanes, ... in order; the lanes are added up in order.  These
 * numbers depend on the configuration and the lengths alone.  A large model
 * has one lane, and all threads work on the same layer, see product.h.
 */
#ifndef MODEL_POOL_H
#define MODEL_POOL_H

#include "base/err.h"
#include "model/batch.h"
#include "model/config.h"
#include "model/params.h"
#include "model/site.h"

struct model_pool;

/* For sequences of at most max_len tokens (0: n_positions); memory is taken
 * when batches need it.  NULL: out of memory or bad configuration. */
struct model_pool	*model_pool_new(const struct model_config *c,
			    size_t max_len, struct err *e);
/* Accepts NULL. */
void	model_pool_free(struct model_pool *p);
/*
 * From now on gradients have only the tensors i of the model's layout for
 * which wanted[i] is not 0 (NULL: all), and no memory or time is spent on
 * others; the bits of those that are wanted do not change.
 */
int	model_pool_choose(struct model_pool *p, const unsigned char *wanted,
	    struct err *e);
/* The layout of gradients, owned by p. */
const struct layout	*model_pool_layout(const struct model_pool *p);

/* From now on model_eval() and model_visit() call h, which is borrowed, at
 * every site; NULL: no more. */
void	model_pool_hook(struct model_pool *p, const struct site_hook *h);

/*
 * grad (model_pool_layout()->n values, overwritten) = gradient of the mean
 * loss over all targets of b; *res (overwritten) the sums at params.  -1: a bad batch, no
 * target at all, a loss or gradient that is not finite.
 */
int	model_grad(float *grad, struct batch_result *res,
	    struct model_pool *p, const struct params *params,
	    const struct batch *b, struct err *e);
/*
 * The gradient of each sequence's own mean loss, computed from that sequence
 * alone: grads is n_seq x model_pool_layout()->n, per_seq n_seq results.  A
 * sequence without targets is an error.
 */
int	model_grad_each(float *grads, struct batch_result *per_seq,
	    struct model_pool *p, const struct params *params,
	    const struct batch *b, struct err *e);
/* per_seq (n_seq results, overwritten): what model_forward() says, sequences
 * on all threads.  top: NULL, or the argmax for every token of b (-1 where
 * there is no target), in packed order. */
int	model_eval(struct batch_result *per_seq, int32_t *top,
	    struct model_pool *p, const struct params *params,
	    const struct batch *b, struct err *e);
/* For the hook's sake: every sequence through all sites, without scores;
 * targets are not looked at and may be NULL. */
int	model_visit(struct model_pool *p, const struct params *params,
	    const struct batch *b, struct err *e);

#endif
