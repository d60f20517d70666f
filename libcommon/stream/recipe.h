/*
 * recipe: a vector that is given by how it is drawn, not by its values; see
 * plumbline-stream(5).  random/materialise.h makes the values.
 *
 * A recipe is a sum of terms.  A term is a standard normal draw z of a seed
 * and a draw index, over the tensors whose names match a glob, or over the
 * coordinates of a basis, and then either scaled to a norm or times sigma
 * (absolute, or relative to a table with a deviation for each tensor).
 */
#ifndef STREAM_RECIPE_H
#define STREAM_RECIPE_H

#include <stddef.h>
#include <stdint.h>

#include "tensor/layout.h"

enum resource_kind { RESOURCE_BASIS, RESOURCE_DEVIATIONS };

/* What recipes cite; a segment carries it once. */
struct resource {
	size_t		 refs;		/* resource_hold, resource_drop */
	enum resource_kind kind;
	struct layout	*layout;	/* of a row */
	size_t		 rows;
	float		*x;		/* rows x layout->n */
};

/* How the normal draws of two tensors are told apart. */
enum recipe_scheme {
	SCHEME_INDEPENDENT,	/* by the tensor's name */
	SCHEME_RESEEDED		/* not at all, as published code has it:
				   tensors of equal size get equal noise */
};

struct recipe_term {
	double		 weight;	/* sign included */
	uint64_t	 seed;
	uint32_t	 draw;
	double		 sigma;		/* deviation, or its multiple */
	double		 norm;		/* over 0: of the term; sigma is 1 */
	enum recipe_scheme scheme;
	char		*tensors;	/* glob; NULL: all */
	struct resource	*basis;		/* NULL: the full space */
	struct resource	*deviations;	/* NULL: sigma is absolute */
};

struct recipe {
	struct recipe_term *term;
	size_t		 n;
};

/*
 * A resource with one reference; takes l and x over (also on failure, when it
 * returns NULL for lack of memory).
 */
struct resource	*resource_new(enum resource_kind kind, struct layout *l,
		    size_t rows, float *x);
struct resource	*resource_hold(struct resource *r);	/* accepts NULL */
void		 resource_drop(struct resource *r);	/* accepts NULL */

struct recipe	*recipe_new(void);			/* a sum of nothing */
void		 recipe_free(struct recipe *r);		/* accepts NULL */
struct recipe	*recipe_copy(const struct recipe *r);	/* NULL: no memory */
/* Appends weight times each term of src; -1 when out of memory. */
int		 recipe_add(struct recipe *dst, const struct recipe *src,
		    double weight);
/* Appends a copy of a term. */
int		 recipe_add_term(struct recipe *dst,
		    const struct recipe_term *t);

#endif
