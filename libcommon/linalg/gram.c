#include <string.h>

#include "base/cpu.h"
#include "base/mem.h"
#include "base/par.h"
#include "linalg/dense.h"
#include "linalg/gemm.h"
#include "linalg/gram.h"

enum {
	BLOCK_VALUES = 1 << 16,	/* f64 values of a block: half of a 1 MB L2 */
	WIDTH_MIN = 256,	/* columns: fewer starve BLAS */
	WIDTH_MAX = 4096,
	SLICES_MAX = 32
};

/* How the columns are cut, and the workspace of every slice. */
struct job {
	struct mat_rows	 a, b;
	const double	*c;		/* coefficients */
	float		*y;
	size_t		 r;		/* rows of y */
	size_t		 width;		/* columns of a block */
	size_t		 slice;		/* columns of a slice */
	size_t		 n_slices;
	size_t		 n_sum;		/* values of a slice's sum */
	size_t		 n_work;	/* values of a slice's workspace */
	double		*work;		/* n_slices x n_work, the sum first */
};

/*
 * Chooses the cut for blocks of `rows` rows and sums of n_sum values.  The
 * sums of all slices together take at most 1/8 of what the rows take.
 */
static int
cut(struct job *j, size_t rows, size_t n_sum, struct err *e)
{
	size_t d = j->a.d, n = SLICES_MAX, width;

	width = BLOCK_VALUES / (rows == 0 ? 1 : rows) / 16 * 16;
	if (width < WIDTH_MIN)
		width = WIDTH_MIN;
	if (width > WIDTH_MAX)
		width = WIDTH_MAX;
	if (n_sum > 0 && rows * d / 16 / n_sum < n)
		n = rows * d / 16 / n_sum;
	if (n == 0)
		n = 1;
	j->width = width;
	j->slice = ((d + n - 1) / n + width - 1) / width * width;
	j->n_slices = d == 0 ? 0 : (d + j->slice - 1) / j->slice;
	j->n_sum = n_sum;
	j->n_work = n_sum + rows * width;
	j->work = mem_alloc(j->n_slices, j->n_work * sizeof *j->work);
	return j->work == NULL ? err_nomem(e) : 0;
}

static double *
slice_work(const struct job *j, size_t i)
{
	return j->work + i * j->n_work;
}

/* The columns [*from, *to) of slice i. */
static void
slice_range(size_t *from, size_t *to, const struct job *j, size_t i)
{
	*from = i * j->slice;
	*to = *from + j->slice < j->a.d ? *from + j->slice : j->a.d;
}

static size_t
min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Adds the sums of the slices in order, to out, and frees them. */
static void
reduce(double *out, struct job *j)
{
	size_t i, k;

	memset(out, 0, j->n_sum * sizeof *out);
	for (i = 0; i < j->n_slices; i++)
		for (k = 0; k < j->n_sum; k++)
			out[k] += slice_work(j, i)[k];
	mem_free(j->work);
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
	double mean[WIDTH_MAX] = { 0 };
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

/* b (x->n x w) = columns from .. from + w of x. */
static void
load(double *b, const struct mat_rows *x, size_t from, size_t w)
{
	size_t i;

	for (i = 0; i < x->n; i++)
		widen(b + i * w, x->x + i * x->d + from, w);
	if (x->centred && x->n > 0)
		centre(b, x->n, w);
}

static void
gram_slice(void *arg, size_t i)
{
	const struct job *j = arg;
	double *g = slice_work(j, i), *block = g + j->n_sum;
	size_t n = j->a.n, from, to, w;

	memset(g, 0, j->n_sum * sizeof *g);
	for (slice_range(&from, &to, j, i); from < to; from += w) {
		w = min(j->width, to - from);
		load(block, &j->a, from, w);
		mat_syrk_f64(g, block, n, w, w, 1, n);
	}
}

int
mat_gram_f32(double *g, const struct mat_rows *x, struct err *e)
{
	struct job j = { .a = *x };

	if (cut(&j, x->n, x->n * x->n, e) != 0)
		return -1;
	par_for(j.n_slices, gram_slice, &j);
	reduce(g, &j);
	mat_mirror_f64(g, x->n);
	return 0;
}

static void
cross_slice(void *arg, size_t i)
{
	const struct job *j = arg;
	double *c = slice_work(j, i), *a = c + j->n_sum, *b;
	size_t from, to, w;

	memset(c, 0, j->n_sum * sizeof *c);
	for (slice_range(&from, &to, j, i); from < to; from += w) {
		w = min(j->width, to - from);
		b = a + j->a.n * w;
		load(a, &j->a, from, w);
		load(b, &j->b, from, w);
		mat_gemm_f64(c, a, b, MAT_N, MAT_T, j->a.n, j->b.n, w, 1, w,
		    w, 1, j->b.n);
	}
}

int
mat_cross_f32(double *c, const struct mat_rows *a, const struct mat_rows *b,
    struct err *e)
{
	struct job j = { .a = *a, .b = *b };

	if (cut(&j, a->n + b->n, a->n * b->n, e) != 0)
		return -1;
	par_for(j.n_slices, cross_slice, &j);
	reduce(c, &j);
	return 0;
}

static void
back_slice(void *arg, size_t i)
{
	const struct job *j = arg;
	double *x = slice_work(j, i), *y;
	size_t from, to, w, k;

	for (slice_range(&from, &to, j, i); from < to; from += w) {
		w = min(j->width, to - from);
		y = x + j->a.n * w;
		load(x, &j->a, from, w);
		mat_gemm_f64(y, j->c, x, MAT_N, MAT_N, j->r, w, j->a.n, 1,
		    j->a.n, w, 0, w);
		for (k = 0; k < j->r; k++)
			narrow(j->y + k * j->a.d + from, y + k * w, w);
	}
}

int
mat_back_f32(float *y, const double *c, const struct mat_rows *x, size_t r,
    struct err *e)
{
	struct job j = { .a = *x, .c = c, .y = y, .r = r };

	if (cut(&j, x->n + r, 0, e) != 0)
		return -1;
	par_for(j.n_slices, back_slice, &j);
	mem_free(j.work);
	return 0;
}

static void
residual_slice(void *arg, size_t i)
{
	const struct job *j = arg;
	double *g = slice_work(j, i), *a = g + j->n_sum, *b;
	size_t from, to, w;

	memset(g, 0, j->n_sum * sizeof *g);
	for (slice_range(&from, &to, j, i); from < to; from += w) {
		w = min(j->width, to - from);
		b = a + j->a.n * w;
		load(a, &j->a, from, w);
		load(b, &j->b, from, w);
		mat_gemm_f64(b, j->c, a, MAT_T, MAT_N, j->b.n, w, j->a.n, -1,
		    j->b.n, w, 1, w);
		mat_syrk_f64(g, b, j->b.n, w, w, 1, j->b.n);
	}
}

int
mat_gram_residual_f32(double *g, const struct mat_rows *a,
    const struct mat_rows *b, struct err *e)
{
	struct job j = { .a = *a, .b = *b };
	double *c = mem_alloc(a->n * b->n, sizeof *c);

	if (c == NULL)
		return err_nomem(e);
	j.c = c;
	if (mat_cross_f32(c, a, b, e) != 0 ||
	    cut(&j, a->n + b->n, b->n * b->n, e) != 0) {
		mem_free(c);
		return -1;
	}
	par_for(j.n_slices, residual_slice, &j);
	reduce(g, &j);
	mat_mirror_f64(g, b->n);
	mem_free(c);
	return 0;
}
