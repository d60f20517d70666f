#include <string.h>

#include "base/cpu.h"
#include "base/par.h"
#include "nn/linear.h"
#include "nn/product.h"

/*
 * OpenBLAS multiplies without packing while m n k is at most this (its small
 * matrix path, measured 107 against 96 GFLOP/s at these sizes), so rows go
 * in pieces of that size where a piece is not too thin to pay.
 */
enum { SMALL_MNK = 1000000, THIN = 16 };

static size_t
piece_rows(size_t m, size_t in, size_t out)
{
	size_t most = SMALL_MNK / (in * out), pieces;

	if (most < THIN || most >= m)
		return m;
	pieces = (m + most - 1) / most;
	return (m + pieces - 1) / pieces;
}

CPU_CLONES static void
add_to_rows(real *y, const real *b, size_t m, size_t n)
{
	size_t i, j;

	for (i = 0; i < m; i++)
		for (j = 0; j < n; j++)
			y[i * n + j] += b[j];
}

/* What the tasks of a bias share. */
struct bias {
	real		*y;		/* forward */
	const real	*b;
	real		*db;		/* backward */
	const real	*dy;
	size_t		 m, n, ld;
};

/* Values of a task: enough to be worth a thread. */
enum { BIAS_TASK = 1 << 17 };

static void
set_rows(void *arg, size_t from, size_t to)
{
	const struct bias *k = arg;
	size_t i;

	for (i = from; i < to; i++)
		memcpy(k->y + i * k->ld, k->b, k->n * sizeof *k->y);
}

static void
add_rows(void *arg, size_t from, size_t to)
{
	const struct bias *k = arg;

	add_to_rows(k->y + from * k->n, k->b, to - from, k->n);
}

CPU_CLONES static void
add_some_columns(real *restrict db, const real *restrict dy, size_t m,
    size_t n, size_t ld)
{
	size_t i, j;

	for (i = 0; i < m; i++)
		for (j = 0; j < n; j++)
			db[j] += dy[i * ld + j];
}

static void
add_columns(void *arg, size_t from, size_t to)
{
	const struct bias *k = arg;

	add_some_columns(k->db + from, k->dy + from, k->m, to - from, k->ld);
}

/* y = x op(w) + beta y, in pieces of rows. */
static void
multiply(real *y, const real *x, const real *w, enum mat_op op, real beta,
    size_t m, size_t in, size_t out, size_t ldy)
{
	size_t i, rows, step = piece_rows(m, in, out);
	size_t ldw = op == MAT_N ? out : in;

	for (i = 0; i < m; i += rows) {
		rows = m - i < step ? m - i : step;
		nn_product(y + i * ldy, x + i * in, w, MAT_N, op, rows, out, in,
		    1, in, ldw, beta, ldy);
	}
}

void
linear_forward(real *y, const real *x, const real *w, const real *b,
    enum mat_op op, size_t m, size_t in, size_t out, size_t ldy)
{
	struct bias k = { .y = y, .b = b, .m = m, .n = out, .ld = ldy };

	if (b != NULL)
		par_ranges(m, BIAS_TASK / out + 1, set_rows, &k);
	multiply(y, x, w, op, b != NULL, m, in, out, ldy);
}

void
linear_forward_add(real *y, const real *x, const real *w, const real *b,
    enum mat_op op, size_t m, size_t in, size_t out)
{
	struct bias k = { .y = y, .b = b, .m = m, .n = out, .ld = out };

	if (b != NULL)
		par_ranges(m, BIAS_TASK / out + 1, add_rows, &k);
	multiply(y, x, w, op, 1, m, in, out, out);
}

void
linear_backward(real *dx, real *dw, real *db, const real *dy, const real *x,
    const real *w, enum mat_op op, real beta, size_t m, size_t in, size_t out,
    size_t ldy)
{
	struct bias k = { .db = db, .dy = dy, .m = m, .n = out, .ld = ldy };

	if (dw != NULL && op == MAT_N)
		nn_product(dw, x, dy, MAT_T, MAT_N, in, out, m, 1, in, ldy, 1,
		    out);
	else if (dw != NULL)
		nn_product(dw, dy, x, MAT_T, MAT_N, out, in, m, 1, ldy, in, 1,
		    in);
	if (db != NULL)
		par_ranges(out, BIAS_TASK / (m + 1) + 1, add_columns, &k);
	if (dx != NULL)
		nn_product(dx, dy, w, MAT_N, op == MAT_N ? MAT_T : MAT_N, m, in,
		    out, 1, ldy, op == MAT_N ? out : in, beta, in);
}
