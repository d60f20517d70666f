/* recipes: what the tests of recipes share. */
#ifndef UNIT_RECIPES_H
#define UNIT_RECIPES_H

#include "streams.h"

enum { WIDE = 70001 };		/* values of "a": over one part of a task */

/* a [70001], b [70001], c [] */
static inline struct layout *
wide_layout(void)
{
	const size_t shape[] = { WIDE };
	struct layout *l = layout_new();
	struct err e = { .rc = RC_OK };

	assert_int_equal(layout_add(l, "a", DT_F32, 1, shape, &e), 0);
	assert_int_equal(layout_add(l, "b", DT_F32, 1, shape, &e), 0);
	assert_int_equal(layout_add(l, "c", DT_F32, 0, NULL, &e), 0);
	return l;
}

/* Rows e_0 and e_last of small_layout(). */
static inline struct resource *
small_basis(void)
{
	float *x = mem_zalloc(14, sizeof *x);

	x[0] = x[13] = 1;
	return resource_new(RESOURCE_BASIS, small_layout(), 2, x);
}

/* Deviations 2, 3, 4 of three tensors. */
static inline struct resource *
three_deviations(void)
{
	const size_t shape[] = { 3 };
	struct layout *l = layout_new();
	float *x = mem_alloc(3, sizeof *x);
	struct err e = { .rc = RC_OK };
	size_t i;

	layout_add(l, "sd", DT_F32, 1, shape, &e);
	for (i = 0; i < 3; i++)
		x[i] = (float)i + 2;
	return resource_new(RESOURCE_DEVIATIONS, l, 1, x);
}

#endif
