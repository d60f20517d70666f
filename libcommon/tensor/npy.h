/*
 * npy: arrays as NumPy saves them: a magic number, a header that is a Python
 * dictionary, then the values (NEP 1, numpy.lib.format).
 */
#ifndef TENSOR_NPY_H
#define TENSOR_NPY_H

#include "tensor/layout.h"
#include "tensor/source.h"

/* An array that is read, its values in row-major order. */
struct npy {
	enum dtype	 dtype;
	size_t		 rank;
	size_t		 shape[LAYOUT_MAX_RANK];
	size_t		 n;		/* values */
	/* private */
	struct byte_source in;
	int		 swapped;	/* the file is big-endian */
	int		 fortran;	/* the first index runs fastest */
	unsigned char	*all;		/* of such an array, as in the file */
	size_t		 done;		/* values that were read */
};

/*
 * Reads the header.  Big-endian values are swapped and Fortran order is
 * turned into row-major; other kinds of numbers, structures and objects are
 * refused.  in.from is borrowed until npy_close(), which also follows a
 * failure.
 */
int	npy_open(struct npy *a, struct byte_source in, struct err *e);
/* The next n values, as a->dtype, little-endian.  At most as many as are
 * left.  Only an array in Fortran order is held in memory, as it arrives. */
int	npy_read(struct npy *a, void *p, size_t n, struct err *e);
/* After the last value: refuses bytes that follow. */
int	npy_end(struct npy *a, struct err *e);
void	npy_close(struct npy *a);
/* npy_read() as a source; from is a struct npy, n whole values. */
ptrdiff_t	npy_source(void *from, void *p, size_t n, struct err *e);

enum { NPY_HEADER_MAX = 320 };
/*
 * The header of an array into buf; returns its bytes, a multiple of 64: 128
 * for every array of at most two dimensions, so that it can be replaced when
 * the number of rows is known.  0 for bf16, which NumPy does not have.
 */
size_t	npy_header(char buf[NPY_HEADER_MAX], enum dtype dtype, size_t rank,
	    const size_t shape[]);

#endif
