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
	PIECE = BLOCK / 16,	/* of these at a time: stays in the cache */
	LANES = 16		/* partial sums, so that they vectorise */
};

/* A term, ready to be added anywhere. */
struct term {
	const struct recipe_term *is;
	unsigned char	*takes;		/* of each tensor: 1 takes part */
	double		 scale;
	double		*c;		/* coefficients in a basis, or NULL */
};

/* A part of a tensor: what one task makes. */
struct part {
	size_t		 tensor;	/* its index */
	size_t		 from, n;
	double		 energy;	/* of the term that is measured */
	size_t		 bad;		/* first value that is not finite, */
};					/* or n */

struct job {
	float		*const *x;	/* of each tensor */
	const float	*const *base;	/* NULL: zeros */
	const struct layout *l;
	struct part	*part;
	size_t		 n_parts;
	struct term	*term;		/* n_terms of n_room are ready */
	size_t		 n_terms, n_room;
	const struct term *measured;
};

/* 1: the tensor is made; when values are added, only where a term does. */
static int
is_made(const struct job *j, size_t tensor)
{
	size_t k;

	for (k = 0; k < j->n_terms; k++)
		if (j->term[k].takes[tensor])
			return 1;
	return j->base == NULL;
}

static int
cut_parts(struct job *j, const struct layout *l, struct err *e)
{
	size_t i, from, n = 0;

	for (i = 0; i < l->n_tensors; i++)
		n += (l->t[i].n + BLOCK - 1) / BLOCK;
	if ((j->part = mem_alloc(n, sizeof *j->part)) == NULL)
		return err_nomem(e);
	for (i = 0; i < l->n_tensors; i++)
		for (from = 0; is_made(j, i) && from < l->t[i].n;
		    from += BLOCK)
			j->part[j->n_parts++] = (struct part){
				.tensor = i, .from = from,
				.n = l->t[i].n - from < BLOCK ?
				    l->t[i].n - from : BLOCK
			};
	return 0;
}

static void
draw(float *z, const struct recipe_term *m, const struct tensor_spec *t,
    size_t from, size_t n)
{
	struct random_key k = { m->seed, random_name(
	    m->scheme == SCHEME_RESEEDED ? "" : t->name), m->draw };

	normal_fill_f32(z, &k, from, n);
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
add_scaled(float *restrict x, const float *restrict z, float s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		x[i] += s * z[i];
}

CPU_CLONES static void
add_row(double *restrict sum, const float *restrict row, double c, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		sum[i] += c * (double)row[i];
}

CPU_CLONES static void
add_rounded(float *restrict x, const double *restrict sum, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		x[i] += (float)sum[i];
}

CPU_CLONES static void
add_vectors(float *restrict x, const float *restrict a,
    const float *restrict b, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		x[i] = a[i] + b[i];
}

CPU_CLONES static void
add_to(float *restrict x, const float *restrict v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		x[i] += v[i];
}

static void
measure_part(void *arg, size_t i)
{
	struct job *j = arg;
	struct part *p = &j->part[i];
	float z[BLOCK];

	p->energy = 0;
	if (!j->measured->takes[p->tensor])
		return;
	draw(z, j->measured->is, &j->l->t[p->tensor], p->from, p->n);
	p->energy = energy_of(z, p->n);
}

/* x (n values of tensor i, from the from-th on) := x + the term */
static void
add_term(float *x, const struct term *m, const struct layout *l, size_t i,
    size_t from, size_t n)
{
	const struct resource *b = m->is->basis;
	double s = m->scale, sum[PIECE];
	float z[PIECE];
	size_t k;

	if (b == NULL) {
		if (m->is->deviations != NULL)
			s *= (double)m->is->deviations->x[i];
		draw(z, m->is, &l->t[i], from, n);
		add_scaled(x, z, (float)s, n);
		return;
	}
	memset(sum, 0, n * sizeof *sum);
	for (k = 0; k < b->rows; k++)
		add_row(sum, b->x + k * l->n + l->t[i].offset + from,
		    m->c[k], n);
	add_rounded(x, sum, n);
}

static void
make_part(void *arg, size_t i)
{
	struct job *j = arg;
	struct part *p = &j->part[i];
	float v[PIECE], *x = j->x[p->tensor] + p->from;
	const float *base = j->base == NULL ? NULL :
	    j->base[p->tensor] + p->from;
	size_t at, n, k, ok;

	p->bad = p->n;
	for (at = 0; at < p->n; at += n) {
		n = p->n - at < PIECE ? p->n - at : PIECE;
		memset(v, 0, n * sizeof *v);
		for (k = 0; k < j->n_terms; k++)
			if (j->term[k].takes[p->tensor])
				add_term(v, &j->term[k], j->l, p->tensor,
				    p->from + at, n);
		if ((ok = finite_prefix_f32(v, n)) < n && p->bad == p->n)
			p->bad = at + ok;
		if (base == NULL)
			memcpy(x + at, v, n * sizeof *v);
		else if (base == x)
			add_to(x + at, v, n);
		else
			add_vectors(x + at, base + at, v, n);
	}
}

/* Marks the tensors that the term takes part in. */
static int
touch(unsigned char *touched, const struct recipe_term *m,
    const struct layout *l, struct err *e)
{
	size_t i, n = 0;

	for (i = 0; i < l->n_tensors; i++)
		if (m->tensors == NULL ||
		    fnmatch(m->tensors, l->t[i].name, 0) == 0) {
			touched[i] = 1;
			n++;
		}
	return n > 0 ? 0 : err_set(e, RC_INPUT, "no tensor matches '%s'",
	    m->tensors == NULL ? "*" : m->tensors);
}

int
recipe_touches(unsigned char *touched, const struct recipe *r,
    const struct layout *l, struct err *e)
{
	size_t i;

	memset(touched, 0, l->n_tensors);
	for (i = 0; i < r->n; i++)
		if (touch(touched, &r->term[i], l, e) != 0)
			return -1;
	return 0;
}

static int
check_cited(const struct recipe_term *m, const struct layout *l,
    struct err *e)
{
	char why[256];

	if (m->basis != NULL && !layout_equal(m->basis->layout, l)) {
		layout_difference(why, sizeof why, l, m->basis->layout,
		    "the basis");
		return err_set(e, RC_INPUT, "%s", why);
	}
	if (m->basis == NULL && m->deviations != NULL &&
	    m->deviations->layout->n != l->n_tensors)
		return err_set(e, RC_INPUT,
		    "deviations of %zu tensors, the layout has %zu",
		    m->deviations->layout->n, l->n_tensors);
	return 0;
}

static double
scale_for(const struct recipe_term *m, double energy)
{
	if (m->norm > 0)
		return energy > 0 ? m->weight * m->norm / sqrt(energy) : 0;
	return m->weight * m->sigma;
}

/* The coefficients are draws of the name "basis"; rows are orthonormal, so
 * their norm is the term's. */
static int
draw_coefficients(struct term *m, struct err *e)
{
	struct random_key k = { m->is->seed, random_name("basis"),
	    m->is->draw };
	size_t i, n = m->is->basis->rows;
	float *z = mem_alloc(n, sizeof *z);

	if (z == NULL || (m->c = mem_alloc(n, sizeof *m->c)) == NULL) {
		mem_free(z);
		return err_nomem(e);
	}
	normal_fill_f32(z, &k, 0, n);
	m->scale = scale_for(m->is, energy_of(z, n));
	for (i = 0; i < n; i++)
		m->c[i] = m->scale * (double)z[i];
	mem_free(z);
	return 0;
}

/* Makes all terms ready but for the scales that need a measurement. */
static int
prepare(struct job *j, const struct recipe *r, struct err *e)
{
	struct term *m;

	if ((j->term = mem_zalloc(r->n, sizeof *j->term)) == NULL)
		return err_nomem(e);
	for (j->n_room = r->n; j->n_terms < r->n; j->n_terms++) {
		m = &j->term[j->n_terms];
		m->is = &r->term[j->n_terms];
		m->scale = scale_for(m->is, 0);
		if ((m->takes = mem_zalloc(j->l->n_tensors, 1)) == NULL)
			return err_nomem(e);
		if (touch(m->takes, m->is, j->l, e) != 0 ||
		    check_cited(m->is, j->l, e) != 0 ||
		    (m->is->basis != NULL && draw_coefficients(m, e) != 0))
			return -1;
	}
	return 0;
}

/* The scales of terms that have a norm. */
static void
measure(struct job *j)
{
	double energy;
	size_t i, k;

	for (k = 0; k < j->n_terms; k++) {
		j->measured = &j->term[k];
		if (j->term[k].is->basis != NULL || j->term[k].is->norm <= 0)
			continue;
		par_for(j->n_parts, measure_part, j);
		for (energy = 0, i = 0; i < j->n_parts; i++)
			energy += j->part[i].energy;
		j->term[k].scale = scale_for(j->term[k].is, energy);
	}
}

static int
check_parts(const struct job *j, struct err *e)
{
	const struct part *p;
	size_t i;

	for (i = 0; i < j->n_parts; i++) {
		p = &j->part[i];
		if (p->bad < p->n)
			return err_set(e, RC_INPUT, "value %zu of %zu of the "
			    "recipe is not finite",
			    j->l->t[p->tensor].offset + p->from + p->bad,
			    j->l->n);
	}
	return 0;
}

static void
release(struct job *j)
{
	size_t i;

	for (i = 0; i < j->n_room; i++) {
		mem_free(j->term[i].takes);
		mem_free(j->term[i].c);
	}
	mem_free(j->term);
	mem_free(j->part);
}

int
recipe_add_f32(float *const x[], const float *const base[],
    const struct recipe *r, const struct layout *l, struct err *e)
{
	struct job j = { .x = x, .base = base, .l = l };
	int status = prepare(&j, r, e);

	if (status == 0)
		status = cut_parts(&j, l, e);
	if (status == 0) {
		measure(&j);
		par_for(j.n_parts, make_part, &j);
		status = check_parts(&j, e);
	}
	release(&j);
	return status;
}

int
recipe_fill_f32(float *x, const struct recipe *r, const struct layout *l,
    struct err *e)
{
	float **at = mem_alloc(l->n_tensors, sizeof(float *));
	int status;
	size_t i;

	if (at == NULL)
		return err_nomem(e);
	for (i = 0; i < l->n_tensors; i++)
		at[i] = x + l->t[i].offset;
	status = recipe_add_f32(at, NULL, r, l, e);
	mem_free(at);
	return status;
}
