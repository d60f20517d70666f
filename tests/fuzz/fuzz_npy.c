/*
 * Fuzz target: .npy arrays.  The first byte is the number of values that are
 * asked for at a time.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tensor/npy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Every value of an array whose header was read. */
static int
read_values(struct npy *a, size_t step, struct err *e)
{
	unsigned char *buf = mem_alloc(step, dtype_size(a->dtype));
	size_t left, k;
	int bad = 0;

	if (buf == NULL)
		abort();
	for (left = a->n; left > 0 && bad == 0; left -= k) {
		k = left < step ? left : step;
		bad = npy_read(a, buf, k, e);
	}
	mem_free(buf);
	return bad;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e = { .rc = RC_OK };
	struct byte_range r;
	struct npy a;
	int bad;

	if (n == 0)
		return 0;
	r = (struct byte_range){ data + 1, n - 1 };
	bad = npy_open(&a, byte_source_memory(&r), &e);
	if (bad == 0)
		bad = read_values(&a, (size_t)data[0] + 1, &e);
	if (bad == 0)
		bad = npy_end(&a, &e);
	/* what was read was there; what failed says why */
	if (bad == 0 ? r.n != 0 || a.n * dtype_size(a.dtype) > n :
	    e.rc == RC_OK)
		abort();
	npy_close(&a);
	return 0;
}
