/*
 * gradients: with respect to what is measured: a model's parameters, or an
 * adapter's factors or the products that they make.  Every function ends the
 * process when something is wrong with the options.
 */
#ifndef CMD_GRADIENTS_H
#define CMD_GRADIENTS_H

#include "cmd/cmd.h"
#include "model/adapter.h"
#include "model/model.h"

/* Coordinates of an adapter: B and A; or scale B A, dense, under the names and
 * with the shapes of the model's weights. */
enum coordinates { COORDINATES_FACTORS, COORDINATES_PRODUCT };

extern const char *const coordinates_names[];

#define COORDINATES_OPTION(var) \
	{ 0, "coordinates", "name", OPT_CHOICE, &(var), \
	    "of an adapter: factors or product (factors)", \
	    coordinates_names, 0 }

struct gradients {
	struct model_pool *pool;
	const struct adapter *adapter;	/* where factors are wanted, or NULL */
	const struct layout *layout;	/* of a gradient */
	struct layout	*chosen;	/* it, where it is part of the
					   factors */
	float		*weights;	/* gradients of the adapter's weights,
					   for as many as are reserved */
	float		*factors;	/* of all factors */
};

/*
 * The pool's gradients become those that are wanted.  a: NULL, or an adapter
 * over m.  group: NULL, or a glob for the names of tensors; none that matches
 * is an error in `where'.
 */
void	gradients_open(struct gradients *g, struct model_pool *pool,
	    const struct model *m, const struct adapter *a,
	    enum coordinates coordinates, const char *group,
	    const char *where);
/* Memory for gradients_each() of n sequences at once, 1 for
 * gradients_mean(). */
void	gradients_reserve(struct gradients *g, size_t n);
void	gradients_close(struct gradients *g);
/* model_grad() and model_grad_each() at params, where the adapter's factors
 * are f (NULL without an adapter). */
int	gradients_mean(float *grad, struct batch_result *res,
	    struct gradients *g, const struct params *params, const float *f,
	    const struct batch *b, struct err *e);
int	gradients_each(float *grads, struct batch_result *per_seq,
	    struct gradients *g, const struct params *params, const float *f,
	    const struct batch *b, struct err *e);

#endif
