/*
 * sum: a weighted sum of vectors, in f64, or of recipes, which stays a recipe.
 * Ends the process when something is wrong.
 */
#ifndef CMD_SUM_H
#define CMD_SUM_H

#include "cmd/cmd.h"

struct sum {
	const struct layout *layout;	/* borrowed */
	double		*y;		/* of vectors; or: */
	struct recipe	*terms;
};

/* Zero. */
void	sum_begin(struct sum *s, const struct layout *l, int of_recipes);
void	sum_free(struct sum *s);
/* Zero again. */
void	sum_clear(struct sum *s);
/* Adds weight times x (layout->n values), or times r if it is of recipes. */
void	sum_add(struct sum *s, const float *x, const struct recipe *r,
	    double weight);
void	sum_divide(struct sum *s, double n);
/* Scales a sum of vectors to a norm; zero is refused, where nothing says which
 * way to go. */
void	sum_scale_to(struct sum *s, double norm);
/* Writes it as a record; x is workspace for layout->n values.  A value too
 * large for f32 is refused. */
void	sum_put(struct ts_writer *out, const struct sum *s,
	    const struct ts_labels *l, float *x);

/* Mean norm of a stream's vectors, or norm of a model's parameters. */
double	norm_of_stream(const char *path);
double	norm_of_model(const char *dir);

#endif
