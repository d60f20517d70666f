#include <float.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "linalg/logistic.h"
#include "linalg/vec.h"

const double LOGISTIC_RTOL = 1e-9;

enum { MAX_STEPS = 200, MAX_HALVINGS = 40 };

/*
 * The problem in v = (w, c), d + 1 values, over x - mean: c = b + mean w.
 * Without the mean the Hessian is far better conditioned.
 */
struct fit {
	const struct mat_rows *x;
	const signed char *y;
	size_t		 n, d;
	double		 l2;
	double		*mean;		/* d */
	double		*v, *next;	/* d + 1: the point, and a trial */
	double		*g, *step;	/* gradient, Newton's step */
	double		*res, *dir, *hdir;	/* of conjugate gradients */
	double		*z;		/* n: (w, c) applied to the vectors */
	double		*slope, *curve;	/* n: derivatives of the losses */
	double		*block;
};

static int
allocate(struct fit *f)
{
	size_t m = f->d + 1;
	double *p = mem_zalloc(8 * m + 3 * f->n, sizeof *p);

	if ((f->block = p) == NULL)
		return -1;
	f->mean = p, f->v = p + m, f->next = p + 2 * m, f->g = p + 3 * m;
	f->step = p + 4 * m, f->res = p + 5 * m, f->dir = p + 6 * m;
	f->hdir = p + 7 * m, f->z = p + 8 * m, f->slope = f->z + f->n;
	f->curve = f->slope + f->n;
	return 0;
}

static double
dot(const double *a, const double *b, size_t n)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* z = (x - mean) w + c */
static int
apply(double *z, const struct fit *f, const double *v, struct err *e)
{
	double shift = v[f->d] - dot(f->mean, v, f->d);
	size_t i;

	if (mat_vec_f32(z, f->x, v, e) < 0)
		return -1;
	for (i = 0; i < f->n; i++)
		z[i] += shift;
	return 0;
}

/* g = ((x - mean)^T u, sum u) / n + l2 (w, 0) */
static int
apply_transposed(double *g, const struct fit *f, const double *u,
    const double *v, struct err *e)
{
	double sum = 0;
	size_t i;

	memset(g, 0, f->d * sizeof *g);
	if (mat_tvec_add_f32(g, f->x, u, e) < 0)
		return -1;
	for (i = 0; i < f->n; i++)
		sum += u[i];
	for (i = 0; i < f->d; i++)
		g[i] = (g[i] - f->mean[i] * sum) / (double)f->n +
		    f->l2 * v[i];
	g[f->d] = sum / (double)f->n;
	return 0;
}

/* *value at v; fills z. */
static int
objective(double *value, const struct fit *f, const double *v, struct err *e)
{
	double sum = 0, m;
	size_t i;

	if (apply(f->z, f, v, e) < 0)
		return -1;
	for (i = 0; i < f->n; i++) {
		m = f->y[i] * f->z[i];
		sum += m > 0 ? log1p(exp(-m)) : log1p(exp(m)) - m;
	}
	*value = sum / (double)f->n + f->l2 / 2 * dot(v, v, f->d);
	return 0;
}

/* g, and the curvature, at v, from z. */
static int
differentiate(struct fit *f, struct err *e)
{
	double p;
	size_t i;

	for (i = 0; i < f->n; i++) {
		p = 1 / (1 + exp(f->y[i] * f->z[i]));
		f->slope[i] = -f->y[i] * p;
		f->curve[i] = p * (1 - p);
	}
	return apply_transposed(f->g, f, f->slope, f->v, e);
}

/* hdir = Hessian dir; uses z and slope. */
static int
multiply(struct fit *f, struct err *e)
{
	size_t i;

	if (apply(f->z, f, f->dir, e) < 0)
		return -1;
	for (i = 0; i < f->n; i++)
		f->slope[i] = f->curve[i] * f->z[i];
	return apply_transposed(f->hdir, f, f->slope, f->dir, e);
}

/* step = -Hessian^-1 g, to the part rtol of g. */
static int
solve(struct fit *f, double rtol, struct err *e)
{
	size_t m = f->d + 1, i, k;
	double rr, next, a, gg = dot(f->g, f->g, m), bend;

	memset(f->step, 0, m * sizeof *f->step);
	for (i = 0; i < m; i++)
		f->dir[i] = f->res[i] = -f->g[i];
	for (k = 0, rr = gg; k < 2 * m && rr > rtol * rtol * gg; k++) {
		if (multiply(f, e) < 0)
			return -1;
		bend = dot(f->dir, f->hdir, m);
		if (!(bend > 0))
			break;
		a = rr / bend;
		for (i = 0; i < m; i++) {
			f->step[i] += a * f->dir[i];
			f->res[i] -= a * f->hdir[i];
		}
		next = dot(f->res, f->res, m);
		for (i = 0; i < m; i++)
			f->dir[i] = f->res[i] + next / rr * f->dir[i];
		rr = next;
	}
	return 0;
}

/* Moves v along the step, half as far as often as it takes for the value to
 * fall; rounding may hide that it does. */
static int
descend(struct fit *f, double *value, struct err *e)
{
	size_t m = f->d + 1, i, k;
	double along = dot(f->g, f->step, m), t = 1, now = *value;
	double slack = 16 * DBL_EPSILON * fabs(now);

	for (k = 0; k < MAX_HALVINGS; k++, t /= 2) {
		for (i = 0; i < m; i++)
			f->next[i] = f->v[i] + t * f->step[i];
		if (objective(value, f, f->next, e) < 0)
			return -1;
		if (*value <= now + 1e-4 * t * along + slack)
			break;
	}
	memcpy(f->v, f->next, m * sizeof *f->v);
	return 0;
}

/* To convergence; *norm is the gradient's. */
static int
newton(struct fit *f, double *norm, struct err *e)
{
	double value, first = 0, rtol;
	size_t k;

	if (objective(&value, f, f->v, e) < 0)
		return -1;
	for (k = 0; k <= MAX_STEPS; k++) {
		if (differentiate(f, e) < 0)
			return -1;
		*norm = sqrt(dot(f->g, f->g, f->d + 1));
		if (k == 0)
			first = *norm;
		if (*norm <= LOGISTIC_RTOL * first)
			return 0;
		rtol = fmin(0.1, *norm / first);
		if (solve(f, rtol, e) < 0 || descend(f, &value, e) < 0)
			return -1;
	}
	return err_set(e, RC_INPUT, "logistic regression does not converge: "
	    "gradient norm %.3g after %d steps, from %.3g", *norm, MAX_STEPS,
	    first);
}

static int
find_mean(struct fit *f, struct err *e)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		f->z[i] = 1 / (double)f->n;
	return mat_tvec_add_f32(f->mean, f->x, f->z, e);
}

int
logistic_fit_f32(double *w, double *b, double *gradient,
    const struct mat_rows *x, const signed char *y, double l2, struct err *e)
{
	struct fit f = { .x = x, .y = y, .n = x->n, .d = x->d, .l2 = l2 };
	size_t i, positive = 0;
	int r;

	for (i = 0; i < f.n; i++)
		positive += y[i] > 0;
	if (positive == 0 || positive == f.n)
		return err_set(e, RC_INPUT, "%zu vectors are positive, %zu "
		    "negative; both must be there", positive, f.n - positive);
	if (allocate(&f) < 0)
		return err_nomem(e);
	if ((r = find_mean(&f, e)) == 0 && (r = newton(&f, gradient, e)) == 0) {
		memcpy(w, f.v, f.d * sizeof *w);
		*b = f.v[f.d] - dot(f.mean, w, f.d);
	}
	mem_free(f.block);
	return r;
}
