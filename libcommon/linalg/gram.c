#include "base/cpu.h"
#include "base/mem.h"
#include "linalg/dense.h"
#include "linalg/gemm.h"
#include "linalg/gram.h"
#include "linalg/slices.h"

static size_t
min(size_t a, size_t b)
{
	return a < b ? a : b;
}

CPU_CLONES static void
widen(double *restrict b, const float *restrict x, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		b[i] = (double)x[i];
}

CPU_CLONES static void
narrow(float *restrict x, const double *restrict b, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		x[i] = (float)b[i];
}

/* Takes the mean row of b (n x w) away. */
CPU_CLONES static void
centre(double *b, size_t n, size_t w)
{
	double mean[BLOCK_WIDTH_MAX] = { 0 };
	size_t i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k < w; k++)
			mean[k] += b[i * w + k];
	for (k = 0; k < w; k++)
		mean[k] /= (double)n;
	for (i = 0; i < n; i++)
		for (k = 0; k < w; k++)
			b[i * w + k] -= mean[k];
}

/* b (x->n x n) = columns from .. from + n of x, in the worker's slice. */
static int
load(double *b, struct worker *w, struct mat_window *window,
    const struct mat_rows *x, size_t from, size_t n)
{
	const float *p;
	size_t i, ld;

	if (mat_window_show(&p, &ld, window, x, from, n, w->to, &w->err) != 0)
		return -1;
	for (i = 0; i < x->n; i++)
		widen(b + i * n, p + i * ld, n);
	if (x->centred && x->n > 0)
		centre(b, x->n, n);
	return 0;
}

static int
gram(const struct job *j, struct worker *w)
{
	size_t n = j->a->n, from, width;

	for (from = w->from; from < w->to; from += width) {
		width = min(j->width, w->to - from);
		if (load(w->block, w, &w->a, j->a, from, width) != 0)
			return -1;
		mat_syrk_f64(w->sum, w->block, n, width, width, 1, n);
	}
	return 0;
}

int
mat_gram_f32(double *g, const struct mat_rows *x, struct err *e)
{
	struct job j = { .a = x, .product = gram };

	if (job_run(g, &j, x->n, x->n * x->n, e) != 0)
		return -1;
	mat_mirror_f64(g, x->n);
	return 0;
}

static int
cross(const struct job *j, struct worker *w)
{
	size_t from, width;
	double *b;

	for (from = w->from; from < w->to; from += width) {
		width = min(j->width, w->to - from);
		b = w->block + j->a->n * width;
		if (load(w->block, w, &w->a, j->a, from, width) != 0 ||
		    load(b, w, &w->b, j->b, from, width) != 0)
			return -1;
		mat_gemm_f64(w->sum, w->block, b, MAT_N, MAT_T, j->a->n,
		    j->b->n, width, 1, width, width, 1, j->b->n);
	}
	return 0;
}

int
mat_cross_f32(double *c, const struct mat_rows *a, const struct mat_rows *b,
    struct err *e)
{
	struct job j = { .a = a, .b = b, .product = cross };

	return job_run(c, &j, a->n + b->n, a->n * b->n, e);
}

/* Columns from .. from + n of the result := y (rows x n). */
static int
keep(const struct job *j, struct worker *w, const double *y, size_t from,
    size_t n)
{
	size_t i, k, end, room, r = spool_rows(j->y);
	int in_memory = spool_band(j->y) == 0;

	for (i = 0; in_memory && i < r; i++)
		narrow(spool_data(j->y) + i * j->a->d + from, y + i * n, n);
	for (k = 0; !in_memory && k < n; k += room) {
		if (w->y.from == w->y.to)
			w->y.from = w->y.to = from + k;
		end = min(w->y.from / SPOOL_PANEL * SPOOL_PANEL + w->y.cap,
		    w->to);
		room = min(end - w->y.to, n - k);
		for (i = 0; i < r; i++)
			narrow(w->y.x + i * w->y.cap + w->y.to - w->y.from,
			    y + i * n + k, room);
		w->y.to += room;
		if (w->y.to < end)
			continue;
		if (spool_write(j->y, w->y.x, w->y.cap, 0, r, w->y.from, end,
		    &w->err) != 0)
			return -1;
		w->y.from = w->y.to = 0;
	}
	return 0;
}

static int
back(const struct job *j, struct worker *w)
{
	size_t from, width;
	double *y;

	for (from = w->from; from < w->to; from += width) {
		width = min(j->width, w->to - from);
		y = w->block + j->a->n * width;
		if (load(w->block, w, &w->a, j->a, from, width) != 0)
			return -1;
		mat_gemm_f64(y, j->c, w->block, MAT_N, MAT_N,
		    spool_rows(j->y), width, j->a->n, 1, j->a->n, width, 0,
		    width);
		if (keep(j, w, y, from, width) != 0)
			return -1;
	}
	return 0;
}

int
mat_back_f32(struct spool *y, const double *c, const struct mat_rows *x,
    struct err *e)
{
	struct job j = { .a = x, .c = c, .y = y, .product = back };

	return job_run(NULL, &j, x->n + spool_rows(y), 0, e);
}

static int
gram_residual(const struct job *j, struct worker *w)
{
	size_t from, width, n = j->b->n;
	double *b;

	for (from = w->from; from < w->to; from += width) {
		width = min(j->width, w->to - from);
		b = w->block + j->a->n * width;
		if (load(w->block, w, &w->a, j->a, from, width) != 0 ||
		    load(b, w, &w->b, j->b, from, width) != 0)
			return -1;
		mat_gemm_f64(b, j->c, w->block, MAT_T, MAT_N, n, width,
		    j->a->n, -1, n, width, 1, width);
		mat_syrk_f64(w->sum, b, n, width, width, 1, n);
	}
	return 0;
}

int
mat_gram_residual_f32(double *g, const struct mat_rows *a,
    const struct mat_rows *b, struct err *e)
{
	struct job j = { .a = a, .b = b, .product = gram_residual };
	double *c = mem_alloc(a->n * b->n, sizeof *c);
	int status = -1;

	if (c == NULL)
		return err_nomem(e);
	j.c = c;
	if (mat_cross_f32(c, a, b, e) == 0)
		status = job_run(g, &j, a->n + b->n, b->n * b->n, e);
	mem_free(c);
	if (status == 0)
		mat_mirror_f64(g, b->n);
	return status;
}
