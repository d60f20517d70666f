#include "base/par.h"
#include "nn/product.h"

/*
 * A product below this many multiplications takes less than a millisecond, of
 * which starting threads would be much.
 */
static const size_t LARGE_MNK = (size_t)1 << 25;

/*
 * The longer side of the result is cut: the other operand is then packed by
 * BLAS once for each piece, which pieces of a few hundred hide.  More than a
 * few pieces let a thread that was held up be helped by the others.
 */
enum { PRODUCT_PIECES = 8, SHORTEST_PIECE = 192, LONGEST_PIECE = 2048 };
enum { PIECE_ALIGN = 16 };		/* rows of BLAS kernels */

/* What the pieces share. */
struct product {
	real		*c;
	const real	*a, *b;
	enum mat_op	 ta, tb;
	size_t		 m, n, k, lda, ldb, ldc;
	real		 alpha, beta;
};

static void
rows_of(void *arg, size_t from, size_t to)
{
	const struct product *p = arg;

	nn_gemm(p->c + from * p->ldc, p->a + from * (p->ta == MAT_N ?
	    p->lda : 1), p->b, p->ta, p->tb, to - from, p->n, p->k, p->alpha,
	    p->lda, p->ldb, p->beta, p->ldc);
}

static void
columns_of(void *arg, size_t from, size_t to)
{
	const struct product *p = arg;

	nn_gemm(p->c + from, p->a, p->b + from * (p->tb == MAT_N ? 1 :
	    p->ldb), p->ta, p->tb, p->m, to - from, p->k, p->alpha, p->lda,
	    p->ldb, p->beta, p->ldc);
}

/* The length of pieces of a side of n. */
static size_t
piece_of(size_t n)
{
	size_t piece = n / PRODUCT_PIECES, pieces;

	piece = piece < SHORTEST_PIECE ? SHORTEST_PIECE : piece;
	piece = piece > LONGEST_PIECE ? LONGEST_PIECE : piece;
	pieces = n < piece ? 1 : n / piece;
	piece = (n + pieces - 1) / pieces;
	return (piece + PIECE_ALIGN - 1) / PIECE_ALIGN * PIECE_ALIGN;
}

void
nn_product(real *c, const real *a, const real *b, enum mat_op ta,
    enum mat_op tb, size_t m, size_t n, size_t k, real alpha, size_t lda,
    size_t ldb, real beta, size_t ldc)
{
	struct product p = { c, a, b, ta, tb, m, n, k, lda, ldb, ldc, alpha,
	    beta };

	if (n == 0 || k == 0 || m < LARGE_MNK / n / k)
		nn_gemm(c, a, b, ta, tb, m, n, k, alpha, lda, ldb, beta, ldc);
	else if (m >= n)
		par_ranges(m, piece_of(m), rows_of, &p);
	else
		par_ranges(n, piece_of(n), columns_of, &p);
}
