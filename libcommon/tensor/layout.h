/*
 * layout: the tensors that make up a vector, in order.  A parameter vector is
 * one block of values, and every tensor a named view of it.
 */
#ifndef TENSOR_LAYOUT_H
#define TENSOR_LAYOUT_H

#include <stdint.h>

#include "base/err.h"
#include "tensor/dtype.h"

enum { LAYOUT_MAX_RANK = 8 };

struct tensor_spec {
	char		*name;		/* unique within the layout */
	enum dtype	 dtype;
	size_t		 rank;		/* 0: a single value */
	size_t		 shape[LAYOUT_MAX_RANK];
	size_t		 n;		/* values: product of the shape */
	size_t		 offset;	/* values before it in the vector */
};

struct layout {
	struct tensor_spec *t;
	size_t		 n_tensors;
	size_t		 n;		/* values in the vector */
	/* private: */
	size_t		 room;		/* tensors that t can hold */
	uint32_t	*slot;		/* hash table: an index and 1, or 0 */
	size_t		 n_slots;	/* a power of 2 */
	size_t		 looks;		/* slots that adding looked at */
};

/* An empty layout; NULL when out of memory.  Free with layout_free(). */
struct layout	*layout_new(void);
/* Accepts NULL. */
void		 layout_free(struct layout *l);
/*
 * Appends a tensor, in time that does not grow with the number of tensors.
 * -1: duplicate name, empty name, one that is not UTF-8, rank or size too
 * large (a vector has at most 2^62 bytes), more than 2^31 tensors, out of
 * memory.
 */
int		 layout_add(struct layout *l, const char *name,
		    enum dtype dtype, size_t rank, const size_t shape[],
		    struct err *e);
/* A copy; NULL when out of memory. */
struct layout	*layout_copy(const struct layout *l);
/* 1 when names, shapes and dtypes agree, in order. */
int		 layout_equal(const struct layout *a, const struct layout *b);
/*
 * Says where two unequal layouts first differ, as "tensor h.0.ln_1.weight:
 * shape [96], the model has [64]"; b_is names the second ("the model").
 */
void		 layout_difference(char *buf, size_t size,
		    const struct layout *a, const struct layout *b,
		    const char *b_is);
/* The tensor of that name, or NULL. */
const struct tensor_spec *layout_find(const struct layout *l,
		    const char *name);
/* 1 when ranks and dimensions agree. */
int		 layout_same_shape(const struct tensor_spec *a,
		    const struct tensor_spec *b);
/* Writes "[2,3]" to buf; returns buf. */
char		*layout_shape_string(char *buf, size_t size,
		    const struct tensor_spec *t);
/* The same tensors, all of dtype f32; NULL when out of memory. */
struct layout	*layout_as_f32(const struct layout *l);

#endif
