#include <math.h>
#include <string.h>

#include "cmd/sum.h"
#include "linalg/vec.h"
#include "model/adapter.h"
#include "model/model.h"

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

static double
norm_of(const double *y, size_t n)
{
	struct err e = { .rc = RC_OK };
	double norm;

	cmd_check(vec_norm_f64(&norm, y, n, &e), &e);
	return norm;
}

static double
norm_of_f32(const float *x, size_t n)
{
	double *y = cmd_must(mem_alloc(n, sizeof *y)), norm;

	vec_from_f32(y, x, n);
	norm = norm_of(y, n);
	mem_free(y);
	return norm;
}

void
sum_scale_to(struct sum *s, double norm)
{
	double is = norm_of(s->y, s->layout->n);
	size_t i;

	if (!(is > 0))
		die(RC_INPUT, "a result of %zu values is zero: it cannot have "
		    "norm %g", s->layout->n, norm);
	for (i = 0; i < s->layout->n; i++)
		s->y[i] *= norm / is;
}

double
norm_of_stream(const char *path)
{
	struct ts_reader *in = cmd_open(path);
	struct ts_record rec;
	double total = 0;
	size_t n = 0;
	float *x;

	while (cmd_next(in, &rec)) {
		x = cmd_read_new(in);
		total += norm_of_f32(x, rec.layout->n);
		mem_free(x);
		n++;
	}
	if (n == 0)
		die(RC_INPUT, "%s: holds no records", ts_reader_name(in));
	return total / (double)n;
}

static double
norm_of_adapter(const char *dir)
{
	struct err e = { .rc = RC_OK };
	struct adapter *a = adapter_read(dir, &e);
	double norm;

	if (a == NULL)
		die_err(&e);
	cmd_note_adapter(dir);
	norm = norm_of_f32(a->params, a->layout->n);
	adapter_free(a);
	return norm;
}

double
norm_of_model(const char *dir)
{
	struct err e = { .rc = RC_OK };
	struct model *m;
	double norm;

	if (adapter_is_directory(dir))
		return norm_of_adapter(dir);
	m = model_load(dir, &e);
	if (m == NULL || model_own(m, &e) < 0)
		die_err(&e);
	cmd_note_model(dir);
	norm = norm_of_f32(m->block, m->layout->n);
	model_free(m);
	return norm;
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
