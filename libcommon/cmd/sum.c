#include <math.h>
#include <string.h>

#include "cmd/sum.h"
#include "linalg/vec.h"

void
sum_begin(struct sum *s, const struct layout *l, int of_recipes)
{
	*s = (struct sum){ .layout = l };
	if (of_recipes)
		s->terms = cmd_must(recipe_new());
	else
		s->y = cmd_must(mem_zalloc(l->n, sizeof *s->y));
}

void
sum_free(struct sum *s)
{
	mem_free(s->y);
	recipe_free(s->terms);
}

void
sum_clear(struct sum *s)
{
	const struct layout *l = s->layout;
	int of_recipes = s->terms != NULL;

	sum_free(s);
	sum_begin(s, l, of_recipes);
}

void
sum_add(struct sum *s, const float *x, const struct recipe *r, double weight)
{
	if (s->terms == NULL)
		vec_add_f32(s->y, x, weight, s->layout->n);
	else if (recipe_add(s->terms, r, weight) != 0)
		die(RC_SYSTEM, "out of memory");
}

void
sum_divide(struct sum *s, double n)
{
	size_t i;

	if (s->terms != NULL)
		for (i = 0; i < s->terms->n; i++)
			s->terms->term[i].weight /= n;
	else
		for (i = 0; i < s->layout->n; i++)
			s->y[i] /= n;
}

void
sum_put(struct ts_writer *out, const struct sum *s,
    const struct ts_labels *l, float *x)
{
	size_t i;

	if (s->terms != NULL) {
		cmd_put_recipe(out, s->layout, l, s->terms);
		return;
	}
	vec_to_f32(x, s->y, s->layout->n);
	for (i = 0; i < s->layout->n; i++)
		if (!isfinite(x[i]))
			die(RC_INPUT, "value %zu of %zu of the result is too "
			    "large for f32", i, s->layout->n);
	cmd_put(out, s->layout, l, x);
}
