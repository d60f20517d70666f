/*
 * head: final norm, scores over the vocabulary (times the head, or the token
 * embedding, transposed) and loss, at the rows that have a target.  Within the
 * room.
 */
#ifndef MODEL_HEAD_H
#define MODEL_HEAD_H

#include "model/batch.h"
#include "model/config.h"
#include "model/names.h"
#include "nn/real.h"

/* Rows at a time bound the scores.  A large head is read from memory for each
 * so many rows, a small one stays in the cache. */
enum { HEAD_ROWS = 64, LARGE_HEAD_ROWS = 128 };

/* A large head is taken in parts of the vocabulary, of so many values: bounds
 * the memory of one that is not in place.  Smaller ones are whole. */
#ifndef HEAD_PART
#define HEAD_PART ((size_t)1 << 25)
#endif
#define HEAD_WHOLE (2 * HEAD_PART)

/* Rows of the head in a part. */
static inline size_t
head_part(const struct model_config *c)
{
	return c->vocab > HEAD_WHOLE / c->n_embd ?
	    (HEAD_PART - 1) / c->n_embd + 1 : c->vocab;
}

/* HEAD_ROWS or LARGE_HEAD_ROWS. */
size_t	head_rows(const struct model_config *c);

/* Workspace for head_rows(). */
struct head_work {
	real	*x, *n, *dn, *dx;	/* x c */
	real	*stat;			/* x NORM_STATS */
	real	*logits;		/* x vocab */
	real	*room;			/* a part of a head that is not in
					   place */
	int	 normed;		/* what is called x below is the
					   final norm's output already */
};

/*
 * x (m x c): the last layer's output for tokens j ... j + m - 1 of b.  loss
 * and top (the argmax; m values each) are set where there is a target.
 */
void	head_forward(double *loss, int32_t *top, const real *x,
	    const struct model_at *at, const struct params *params,
	    const struct model_config *c, const int32_t *targets, size_t m,
	    const struct head_work *w);
/* The same, and dx (m x c, overwritten) = gradient of x, where each loss
 * counts scale.  Adds to g. */
void	head_backward(real *dx, const struct grads *g, double *loss,
	    int32_t *top, const real *x, const struct model_at *at,
	    const struct params *params, const struct model_config *c,
	    const int32_t *targets, double scale, size_t m,
	    const struct head_work *w);
/* y (m x c) = the final norm of x; stat: m x NORM_STATS. */
void	head_norm(real *y, real *stat, const real *x,
	    const struct model_at *at, const struct params *params,
	    const struct model_config *c, size_t m);
/* logits (m x vocab) of all m rows. */
void	head_logits(real *logits, const real *x, const struct model_at *at,
	    const struct params *params, const struct model_config *c, size_t m,
	    const struct head_work *w);

#endif
