/*
 * pool_state: what a pool holds.  Within the room.
 */
#ifndef MODEL_POOL_STATE_H
#define MODEL_POOL_STATE_H

#include <pthread.h>

#include "model/pool.h"
#include "model/work.h"

enum { MAX_LANES = 8 };

struct model_pool {
	struct model_config config;
	struct layout	*layout;	/* of parameters */
	struct layout	*chosen;	/* of gradients; NULL: layout */
	size_t		*at;		/* see model_work_choose() */
	size_t		 max_len;
	size_t		 n_lanes;
	float		*lane_grad;	/* n_lane_grads x the gradient's size */
	size_t		 n_lane_grads;
	struct model_work **work;	/* one for each thread */
	struct model_work **idle;	/* a stack of n_idle of them */
	size_t		 n_work, n_idle;
	pthread_mutex_t	 lock;		/* of the stack */
};

/* A workspace, of which there are as many as threads, so that one is always
 * idle. */
struct model_work *pool_borrow(struct model_pool *p);
void	pool_give_back(struct model_pool *p, struct model_work *w);
/* Room in as many workspaces as so many tasks at once need, for a pass over
 * sequences [first[i], first[i + 1]) of b together, for each i below n; first
 * NULL: over each sequence by itself.  back: with backward passes. */
int	pool_reserve(struct model_pool *p, size_t tasks,
	    const struct params *params, const struct batch *b,
	    const size_t *first, size_t n, int back, struct err *e);
/* Gradients of n more lanes than one, in p->lane_grad. */
int	pool_make_lanes(struct model_pool *p, size_t n, struct err *e);

#endif
