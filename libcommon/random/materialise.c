#include <fnmatch.h>
#include <math.h>
#include <string.h>

#include "base/cpu.h"
#include "base/mem.h"
#include "base/par.h"
#include "random/materialise.h"
#include "random/normal.h"
#include "tensor/finite.h"

enum {
	BLOCK = 1 << 16,	/* values of a task, within one tensor */
	LANES = 16		/* partial sums, so that they vectorise */
};

/* A part of a tensor: what one task draws. */
struct part {
	const struct tensor_spec *t;
	size_t		 tensor;	/* its index */
	size_t		 from, n;
};

struct job {
	float		*x;
	const struct recipe_term *term;
	struct part	*part;
	size_t		 n_parts;
	double		*energy;	/* of each part */
	double		 scale;		/* of the term */
	const double	*c;		/* coefficients in a basis */
};

static int
takes_part(const struct recipe_term *m, const struct tensor_spec *t)
{
	return m->tensors == NULL || fnmatch(m->tensors, t->name, 0) == 0;
}

static int
cut_parts(struct job *j, const struct layout *l, struct err *e)
{
	size_t i, from, n = 0;

	for (i = 0; i < l->n_tensors; i++)
		n += (l->t[i].n + BLOCK - 1) / BLOCK;
	j->part = mem_alloc(n, sizeof *j->part);
	j->energy = mem_alloc(n, sizeof *j->energy);
	if (j->part == NULL || j->energy == NULL)
		return err_nomem(e);
	j->n_parts = 0;
	for (i = 0, n = 0; i < l->n_tensors; i++) {
		if (!takes_part(j->term, &l->t[i]))
			continue;
		n++;
		for (from = 0; from < l->t[i].n; from += BLOCK)
			j->part[j->n_parts++] = (struct part){ &l->t[i], i,
			    from, l->t[i].n - from < BLOCK ?
			    l->t[i].n - from : BLOCK };
	}
	if (n == 0)
		return err_set(e, RC_INPUT, "no tensor matches '%s'",
		    j->term->tensors);
	return 0;
}

static void
draw(float *z, const struct job *j, const struct part *p)
{
	struct random_key k = { j->term->seed, random_name(
	    j->term->scheme == SCHEME_RESEEDED ? "" : p->t->name),
	    j->term->draw };

	normal_fill_f32(z, &k, p->from, p->n);
}

/* Sum of squares: value i goes to lane i mod LANES, lanes add up in order. */
CPU_CLONES static double
energy_of(const float *z, size_t n)
{
	double lane[LANES] = { 0 }, sum = 0;
	size_t i, k;

	for (i = 0; i + LANES <= n; i += LANES)
		for (k = 0; k < LANES; k++)
			lane[k] += (double)z[i + k] * (double)z[i + k];
	for (k = 0; i < n; i++, k++)
		lane[k] += (double)z[i] * (double)z[i];
	for (k = 0; k < LANES; k++)
		sum += lane[k];
	return sum;
}

CPU_CLONES static void
add_scaled(float *x, const float *z, float s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		x[i] += s * z[i];
}

static void
measure_part(void *arg, size_t i)
{
	struct job *j = arg;
	float z[BLOCK];

	draw(z, j, &j->part[i]);
	j->energy[i] = energy_of(z, j->part[i].n);
}

static void
add_part(void *arg, size_t i)
{
	struct job *j = arg;
	const struct part *p = &j->part[i];
	double s = j->scale;
	float z[BLOCK];

	if (j->term->deviations != NULL)
		s *= (double)j->term->deviations->x[p->tensor];
	draw(z, j, p);
	add_scaled(j->x + p->t->offset + p->from, z, (float)s, p->n);
}

/* x := x + sum over rows k, in order, of c[k] row k, in f64. */
static void
add_basis_part(void *arg, size_t i)
{
	struct job *j = arg;
	const struct resource *b = j->term->basis;
	const struct part *p = &j->part[i];
	size_t at = p->t->offset + p->from, k, v;
	double sum[BLOCK / 16];

	while (at < p->t->offset + p->from + p->n) {
		size_t n = p->t->offset + p->from + p->n - at;

		if (n > BLOCK / 16)
			n = BLOCK / 16;
		memset(sum, 0, n * sizeof *sum);
		for (k = 0; k < b->rows; k++)
			for (v = 0; v < n; v++)
				sum[v] += j->c[k] *
				    (double)b->x[k * b->layout->n + at + v];
		for (v = 0; v < n; v++)
			j->x[at + v] += (float)sum[v];
		at += n;
	}
}

static double
scale_for(const struct recipe_term *m, double energy)
{
	if (m->norm > 0)
		return energy > 0 ? m->weight * m->norm / sqrt(energy) : 0;
	return m->weight * m->sigma;
}

static int
add_full(struct job *j, const struct layout *l, struct err *e)
{
	double energy = 0;
	size_t i;

	if (j->term->deviations != NULL &&
	    j->term->deviations->layout->n != l->n_tensors)
		return err_set(e, RC_INPUT,
		    "deviations of %zu tensors, the layout has %zu",
		    j->term->deviations->layout->n, l->n_tensors);
	if (j->term->norm > 0) {
		par_for(j->n_parts, measure_part, j);
		for (i = 0; i < j->n_parts; i++)
			energy += j->energy[i];
	}
	j->scale = scale_for(j->term, energy);
	par_for(j->n_parts, add_part, j);
	return 0;
}

/* The coefficients are draws of the name "basis"; rows are orthonormal, so
 * their norm is the term's. */
static int
add_in_basis(struct job *j, const struct layout *l, struct err *e)
{
	const struct resource *b = j->term->basis;
	struct random_key k = { j->term->seed, random_name("basis"),
	    j->term->draw };
	double *c, energy = 0;
	char why[256];
	float *z;
	size_t i;

	if (!layout_equal(b->layout, l)) {
		layout_difference(why, sizeof why, l, b->layout, "the basis");
		return err_set(e, RC_INPUT, "%s", why);
	}
	z = mem_alloc(b->rows, sizeof *z);
	c = mem_alloc(b->rows, sizeof *c);
	if (z == NULL || c == NULL) {
		mem_free(z);
		mem_free(c);
		return err_nomem(e);
	}
	normal_fill_f32(z, &k, 0, b->rows);
	energy = energy_of(z, b->rows);
	for (i = 0; i < b->rows; i++)
		c[i] = scale_for(j->term, energy) * (double)z[i];
	j->c = c;
	par_for(j->n_parts, add_basis_part, j);
	mem_free(z);
	mem_free(c);
	return 0;
}

static int
add_term(float *x, const struct recipe_term *m, const struct layout *l,
    struct err *e)
{
	struct job j = { .x = x, .term = m };
	int status = cut_parts(&j, l, e);

	if (status == 0)
		status = m->basis != NULL ? add_in_basis(&j, l, e) :
		    add_full(&j, l, e);
	mem_free(j.part);
	mem_free(j.energy);
	return status;
}

int
recipe_fill_f32(float *x, const struct recipe *r, const struct layout *l,
    struct err *e)
{
	size_t i, bad;

	memset(x, 0, l->n * sizeof *x);
	for (i = 0; i < r->n; i++)
		if (add_term(x, &r->term[i], l, e) != 0)
			return -1;
	if ((bad = finite_prefix_f32(x, l->n)) < l->n)
		return err_set(e, RC_INPUT, "value %zu of %zu of the recipe "
		    "is not finite", bad, l->n);
	return 0;
}
