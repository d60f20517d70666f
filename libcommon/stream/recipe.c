#include <string.h>

#include "base/mem.h"
#include "stream/recipe.h"

struct resource *
resource_new(enum resource_kind kind, struct layout *l, size_t rows,
    float *x)
{
	struct resource *r = mem_alloc(1, sizeof *r);

	if (r == NULL || l == NULL || x == NULL) {
		layout_free(l);
		mem_free(x);
		mem_free(r);
		return NULL;
	}
	*r = (struct resource){ 1, kind, l, rows, x };
	return r;
}

struct resource *
resource_hold(struct resource *r)
{
	if (r != NULL)
		r->refs++;
	return r;
}

void
resource_drop(struct resource *r)
{
	if (r == NULL || --r->refs > 0)
		return;
	layout_free(r->layout);
	mem_free(r->x);
	mem_free(r);
}

struct recipe *
recipe_new(void)
{
	return mem_zalloc(1, sizeof(struct recipe));
}

void
recipe_free(struct recipe *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < r->n; i++) {
		mem_free(r->term[i].tensors);
		resource_drop(r->term[i].basis);
		resource_drop(r->term[i].deviations);
	}
	mem_free(r->term);
	mem_free(r);
}

int
recipe_add_term(struct recipe *dst, const struct recipe_term *t)
{
	struct recipe_term *term = mem_grow(dst->term, dst->n + 1,
	    sizeof *term);

	if (term == NULL)
		return -1;
	dst->term = term;
	term += dst->n;
	*term = *t;
	if (t->tensors != NULL &&
	    (term->tensors = mem_strdup(t->tensors)) == NULL)
		return -1;
	resource_hold(term->basis);
	resource_hold(term->deviations);
	dst->n++;
	return 0;
}

int
recipe_add(struct recipe *dst, const struct recipe *src, double weight)
{
	struct recipe_term t;
	size_t i;

	for (i = 0; i < src->n; i++) {
		t = src->term[i];
		t.weight *= weight;
		if (recipe_add_term(dst, &t) != 0)
			return -1;
	}
	return 0;
}

struct recipe *
recipe_copy(const struct recipe *r)
{
	struct recipe *copy = recipe_new();

	if (copy != NULL && recipe_add(copy, r, 1) != 0) {
		recipe_free(copy);
		return NULL;
	}
	return copy;
}
