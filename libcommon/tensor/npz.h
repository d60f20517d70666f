/* npz: ZIP archives of .npy arrays, as NumPy saves them; by libzip. */
#ifndef TENSOR_NPZ_H
#define TENSOR_NPZ_H

#include "tensor/npy.h"

struct npz;

/* NULL: *e names the file and says what is wrong.  Every member must be an
 * .npy file. */
struct npz	*npz_open(const char *path, struct err *e);
void		 npz_close(struct npz *z);		/* accepts NULL */
size_t		 npz_members(const struct npz *z);
/* Without ".npy"; lent. */
const char	*npz_name(const struct npz *z, size_t i);
/*
 * Opens member i, stored or deflated, once; several may be open together.
 * Its checksum has been seen when npy_end() returns 0.  a is npy_close()d
 * before z is closed, also after a failure.
 */
int		 npz_array(struct npz *z, size_t i, struct npy *a,
		    struct err *e);

/* An array to write. */
struct npz_member {
	const char	*name;		/* without ".npy"; borrowed */
	enum dtype	 dtype;		/* not bf16 */
	size_t		 rank;
	size_t		 shape[LAYOUT_MAX_RANK];
	struct byte_source values;	/* from the first one on */
};
/* Writes an archive of n > 0 stored members, in order, with no clock in it.
 * fp can seek and stays open. */
int	npz_write(FILE *fp, const struct npz_member m[], size_t n,
	    struct err *e);

#endif
