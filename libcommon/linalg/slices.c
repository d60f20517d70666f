#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"
#include "linalg/slices.h"

enum {
	BLOCK_VALUES = 1 << 16,	/* f64 values of a block: half of a 1 MB L2 */
	WIDTH_MIN = 256,	/* columns: fewer starve BLAS */
	SLICES_MAX = 32
};

static size_t
min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Chooses the cut for blocks of `rows` rows.  The sums of all slices together
 * take at most 1/8 of what the rows take.
 */
static void
cut(struct job *j, size_t rows)
{
	size_t d = j->a->d, n = SLICES_MAX, width;

	width = BLOCK_VALUES / (rows == 0 ? 1 : rows) / 16 * 16;
	if (width < WIDTH_MIN)
		width = WIDTH_MIN;
	if (width > BLOCK_WIDTH_MAX)
		width = BLOCK_WIDTH_MAX;
	if (j->n_sum > 0 && rows * d / 16 / j->n_sum < n)
		n = rows * d / 16 / j->n_sum;
	if (n == 0)
		n = 1;
	j->width = width;
	j->slice = ((d + n - 1) / n + width - 1) / width * width;
	j->n_slices = d == 0 ? 0 : (d + j->slice - 1) / j->slice;
	j->n_block = rows * width;
}

/*
 * How many slices are worked on at a time: all where the memory allows it.
 * Of rows in files, as many as there are threads, and then each worker's
 * windows are as wide as can be: few long reads.
 */
static void
share_memory(struct job *j)
{
	size_t least = mat_window_least(j->width);
	size_t most = (j->slice + 2 * SPOOL_PANEL) / SPOOL_PANEL * SPOOL_PANEL;
	size_t column = j->n_spooled * sizeof(float);
	size_t each = (j->n_sum + j->n_block) * sizeof(double), n, memory;

	memory = j->a->memory ? j->a->memory : SIZE_MAX;
	j->n_workers = j->n_slices;
	if (column > 0)
		j->n_workers = min(j->n_workers, par_threads());
	n = memory / (each + least * column + 1);
	j->n_workers = min(j->n_workers, n == 0 ? 1 : n);
	j->window = 0;
	if (column == 0 || j->n_workers == 0)
		return;
	memory /= j->n_workers;
	memory = memory > each ? memory - each : 0;
	j->window = min(memory / column / SPOOL_PANEL * SPOOL_PANEL, most);
	if (j->window < least)
		j->window = least;
}

static float *
window(struct mat_window *w, const struct job *j, const struct spool *spool,
    size_t rows, float *x)
{
	if (spool == NULL)
		return x;
	*w = (struct mat_window){ .x = x, .cap = j->window };
	return x + rows * j->window;
}

static const struct spool *
file_of_result(const struct job *j)
{
	return j->y != NULL && spool_band(j->y) > 0 ? j->y : NULL;
}

static int
take_workspace(struct job *j, struct err *e)
{
	size_t i, each = j->n_sum + j->n_block, r = spool_rows(j->y);
	float *x;

	j->worker = mem_zalloc(j->n_workers, sizeof *j->worker);
	j->values = mem_alloc(j->n_workers, each * sizeof *j->values);
	j->windows = mem_alloc(j->n_workers * j->window,
	    j->n_spooled * sizeof *j->windows);
	if (j->worker == NULL || j->values == NULL || j->windows == NULL)
		return err_nomem(e);
	x = j->windows;
	for (i = 0; i < j->n_workers; i++) {
		struct worker *w = &j->worker[i];

		w->sum = j->values + i * each;
		w->block = w->sum + j->n_sum;
		x = window(&w->a, j, j->a->spool, j->a->n, x);
		if (j->b != NULL)
			x = window(&w->b, j, j->b->spool, j->b->n, x);
		x = window(&w->y, j, file_of_result(j), r, x);
	}
	return 0;
}

static void
work(void *arg, size_t i)
{
	const struct job *j = arg;
	struct worker *w = &j->worker[i];

	w->from = (j->first + i) * j->slice;
	w->to = min(w->from + j->slice, j->a->d);
	memset(w->sum, 0, j->n_sum * sizeof *w->sum);
	if (w->err.rc == RC_OK)
		j->product(j, w);
}

/* Runs all slices and adds their sums, in order, to out. */
static int
run(double *out, struct job *j, struct err *e)
{
	size_t i, k, n;

	if (j->n_sum > 0)
		memset(out, 0, j->n_sum * sizeof *out);
	for (; j->first < j->n_slices; j->first += n) {
		n = min(j->n_workers, j->n_slices - j->first);
		par_for(n, work, j);
		for (i = 0; i < n; i++) {
			if (j->worker[i].err.rc != RC_OK) {
				*e = j->worker[i].err;
				return -1;
			}
			for (k = 0; k < j->n_sum; k++)
				out[k] += j->worker[i].sum[k];
		}
	}
	return 0;
}

int
job_run(double *out, struct job *j, size_t rows, size_t n_sum,
    struct err *e)
{
	int status = -1;

	j->n_sum = n_sum;
	j->n_spooled = (j->a->spool ? j->a->n : 0) +
	    (j->b != NULL && j->b->spool ? j->b->n : 0) +
	    (file_of_result(j) ? spool_rows(j->y) : 0);
	cut(j, rows);
	share_memory(j);
	if (take_workspace(j, e) == 0)
		status = run(out, j, e);
	mem_free(j->worker);
	mem_free(j->values);
	mem_free(j->windows);
	return status;
}
