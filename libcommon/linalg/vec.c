#include <math.h>

#include "base/cpu.h"
#include "base/mem.h"
#include "base/par.h"
#include "linalg/vec.h"

enum {
	LANES = 16,
	SLICE = 16384		/* values a task: 128 KB of f64, stays in L2 */
};

struct job {
	double		*y;
	const float	*a;
	const double	*x;
	size_t		 r, d;
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

static void
tvec_slice(void *arg, size_t i)
{
	const struct job *j = arg;
	size_t k, n, start = slice(&n, i, j->d);

	for (k = 0; k < j->r; k++)
		add_row(j->y + start, j->a + k * j->d + start, j->x[k], n);
}

void
mat_tvec_add_f32(double *y, const float *a, const double *x, size_t r,
    size_t d)
{
	struct job j = { .y = y, .a = a, .x = x, .r = r, .d = d };

	par_for(slices(d), tvec_slice, &j);
}

void
vec_add_f32(double *y, const float *x, double w, size_t d)
{
	mat_tvec_add_f32(y, x, &w, 1, d);
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

static void
vec_slice(void *arg, size_t i)
{
	const struct job *j = arg;
	size_t k, n, start = slice(&n, i, j->d);

	for (k = 0; k < j->r; k++)
		j->y[i * j->r + k] = dot(j->a + k * j->d + start,
		    j->x + start, n);
}

int
mat_vec_f32(double *y, const float *a, const double *x, size_t r, size_t d,
    struct err *e)
{
	size_t i, k, n = slices(d);
	struct job j = { .a = a, .x = x, .r = r, .d = d };

	if ((j.y = mem_alloc(n * r, sizeof *j.y)) == NULL)
		return err_nomem(e);
	par_for(n, vec_slice, &j);
	for (k = 0; k < r; k++) {
		y[k] = 0;
		for (i = 0; i < n; i++)
			y[k] += j.y[i * r + k];
	}
	mem_free(j.y);
	return 0;
}
