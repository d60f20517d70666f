/*
 * optim: gradient descent and AdamW, learning-rate schedules, clipping.
 */
#ifndef MODEL_OPTIM_H
#define MODEL_OPTIM_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "tensor/layout.h"

enum optim_kind { OPTIM_GD, OPTIM_ADAMW };

/* The state of a run is m, v and t: what a resume must bring back. */
struct optim {
	enum optim_kind	 kind;
	double		 beta1, beta2, eps;
	double		 weight_decay;	/* decoupled, relative to lr */
	int		 decay_matrices; /* only tensors of rank 2 or more */
	uint64_t	 t;		/* steps done */
	size_t		 n;
	float		*m, *v;		/* n values; NULL for OPTIM_GD */
};

/* PyTorch's defaults: betas 0.9 and 0.999, eps 1e-8, weight decay 0.01 (0 for
 * OPTIM_GD), all tensors decay.  Free with optim_free(). */
int	optim_init(struct optim *o, enum optim_kind kind, size_t n,
	    struct err *e);
void	optim_free(struct optim *o);
/*
 * One step on params (n values, laid out as l) in place.  With g the gradient
 * and t counted from 1,
 *	gd:    p := p - lr wd p - lr g
 *	adamw: p := p - lr wd p
 *	       m := m + (1 - beta1) (g - m),  v := beta2 v + (1 - beta2) g^2
 *	       p := p - lr / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) + eps)
 * (Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019,
 * Algorithm 2, with PyTorch's scaling of the decay by lr.)
 */
void	optim_step(struct optim *o, float *params, const float *grad,
	    double lr, const struct layout *l);

/* Euclidean norm, summed in f64. */
double	optim_norm(const float *grad, size_t n);
/* Scales grad by max_norm / (norm + 1e-6) if that is below 1, as PyTorch does;
 * returns the norm before. */
double	optim_clip(float *grad, size_t n, double max_norm);

enum schedule_kind { SCHEDULE_CONSTANT, SCHEDULE_COSINE };

struct schedule {
	enum schedule_kind kind;
	double		 lr;		/* peak */
	double		 floor;		/* cosine: the last lr over lr */
	uint64_t	 warmup;	/* steps of linear rise */
	uint64_t	 steps;		/* cosine: length of the run */
};

/*
 * The learning rate of step t = 0, 1, ...: lr (t + 1) / warmup while
 * t < warmup; then lr, or the cosine from lr at t = warmup to floor lr at
 * t = steps - 1 and from there on.
 */
double	schedule_lr(const struct schedule *s, uint64_t t);

#endif
