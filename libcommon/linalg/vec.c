#include <math.h>

#include "base/cpu.h"
#include "base/mem.h"
#include "base/par.h"
#include "linalg/vec.h"

enum {
	LANES = 16,
	SLICE = 16 * SPOOL_PANEL /* values a task: 128 KB of f64, stays in L2 */
};

struct job {
	double		*y;
	const double	*x;
	size_t		 d;
	const struct mat_tiles *a;
	size_t		 r;		/* rows, of all tiles */
};

static size_t
slices(size_t d)
{
	return (d + SLICE - 1) / SLICE;
}

/* Where slice i starts, and how many values it has. */
static size_t
slice(size_t *n, size_t i, size_t d)
{
	size_t start = i * SLICE;

	*n = d - start < SLICE ? d - start : SLICE;
	return start;
}

CPU_INLINE double
sum_lanes(const double s[LANES])
{
	double t[LANES];
	int i, k;

	for (i = 0; i < LANES; i++)
		t[i] = s[i];
	for (k = LANES / 2; k > 0; k /= 2)
		for (i = 0; i < k; i++)
			t[i] += t[i + k];
	return t[0];
}

CPU_CLONES static double
dot(const float *a, const double *x, size_t n)
{
	double s[LANES] = { 0 };
	size_t i, l;

	for (i = 0; i + LANES <= n; i += LANES)
		for (l = 0; l < LANES; l++)
			s[l] += (double)a[i + l] * x[i + l];
	for (l = 0; i < n; i++, l++)
		s[l] += (double)a[i] * x[i];
	return sum_lanes(s);
}

CPU_CLONES static double
squares(const double *x, size_t n)
{
	double s[LANES] = { 0 };
	size_t i, l;

	for (i = 0; i + LANES <= n; i += LANES)
		for (l = 0; l < LANES; l++)
			s[l] += x[i + l] * x[i + l];
	for (l = 0; i < n; i++, l++)
		s[l] += x[i] * x[i];
	return sum_lanes(s);
}

CPU_CLONES static void
add_row(double *restrict y, const float *restrict a, double w, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		y[i] += w * (double)a[i];
}

CPU_CLONES void
vec_from_f32(double *restrict y, const float *restrict x, size_t d)
{
	size_t i;

	for (i = 0; i < d; i++)
		y[i] = (double)x[i];
}

CPU_CLONES void
vec_to_f32(float *restrict y, const double *restrict x, size_t d)
{
	size_t i;

	for (i = 0; i < d; i++)
		y[i] = (float)x[i];
}

CPU_CLONES void
vec_add_f64(double *restrict y, const double *restrict x, double w, size_t d)
{
	size_t i;

	for (i = 0; i < d; i++)
		y[i] += w * x[i];
}

/* Slice i of a tile adds its rows. */
static void
tvec_slice(void *arg, size_t i)
{
	const struct job *j = arg;
	const struct mat_tiles *t = j->a;
	size_t k, n, start = slice(&n, i, t->c1 - t->c0);

	for (k = t->r0; k < t->r1; k++)
		add_row(j->y + t->c0 + start, t->x + (k - t->r0) * t->ld +
		    start, j->x[k], n);
}

int
mat_tvec_add_f32(double *y, const struct mat_rows *a, const double *x,
    struct err *e)
{
	struct mat_tiles t;
	struct job j = { .y = y, .x = x, .a = &t };
	int got;

	if (mat_tiles_begin(&t, a, SLICE, e) != 0)
		return -1;
	while ((got = mat_tiles_next(&t, e)) == 1)
		par_for(slices(t.c1 - t.c0), tvec_slice, &j);
	mat_tiles_end(&t);
	return got;
}

struct add_job {
	double		*y;
	const float	*x;
	double		 w;
	size_t		 d;
};

static void
add_slice(void *arg, size_t i)
{
	const struct add_job *j = arg;
	size_t n, start = slice(&n, i, j->d);

	add_row(j->y + start, j->x + start, j->w, n);
}

void
vec_add_f32(double *y, const float *x, double w, size_t d)
{
	struct add_job j = { y, x, w, d };

	par_for(slices(d), add_slice, &j);
}

static void
norm_slice(void *arg, size_t i)
{
	const struct job *j = arg;
	size_t n, start = slice(&n, i, j->d);

	j->y[i] = squares(j->x + start, n);
}

int
vec_norm_f64(double *norm, const double *x, size_t d, struct err *e)
{
	size_t i, n = slices(d);
	struct job j = { .x = x, .d = d };
	double s = 0;

	if ((j.y = mem_alloc(n, sizeof *j.y)) == NULL)
		return err_nomem(e);
	par_for(n, norm_slice, &j);
	for (i = 0; i < n; i++)
		s += j.y[i];
	mem_free(j.y);
	*norm = sqrt(s);
	return 0;
}

/* Slice i of a tile: its part of each row's sum. */
static void
vec_slice(void *arg, size_t i)
{
	const struct job *j = arg;
	const struct mat_tiles *t = j->a;
	size_t k, n, start = slice(&n, i, t->c1 - t->c0);
	double *y = j->y + (t->c0 / SLICE + i) * j->r;

	for (k = t->r0; k < t->r1; k++)
		y[k] = dot(t->x + (k - t->r0) * t->ld + start,
		    j->x + t->c0 + start, n);
}

int
mat_vec_f32(double *y, const struct mat_rows *a, const double *x,
    struct err *e)
{
	size_t i, k, n = slices(a->d);
	struct mat_tiles t;
	struct job j = { .x = x, .a = &t, .r = a->n };
	int got;

	if ((j.y = mem_alloc(n * a->n, sizeof *j.y)) == NULL)
		return err_nomem(e);
	got = mat_tiles_begin(&t, a, SLICE, e);
	while (got >= 0 && (got = mat_tiles_next(&t, e)) == 1)
		par_for(slices(t.c1 - t.c0), vec_slice, &j);
	mat_tiles_end(&t);
	for (k = 0; got == 0 && k < a->n; k++) {
		y[k] = 0;
		for (i = 0; i < n; i++)
			y[k] += j.y[i * a->n + k];
	}
	mem_free(j.y);
	return got;
}
