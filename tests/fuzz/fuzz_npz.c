/* Fuzz target: .npz archives. */
#define _GNU_SOURCE
#include "file.h"
#include "base/mem.h"
#include "tensor/npz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { ENOUGH = 1 << 20 };	/* values; a small file may inflate to many */

static void
read_member(struct npz *z, size_t i)
{
	struct err e = { .rc = RC_OK };
	unsigned char buf[64 * 8];
	size_t done = 0, k;
	struct npy a;
	int bad = npz_array(z, i, &a, &e);

	for (; bad == 0 && done < a.n && done < ENOUGH; done += k) {
		k = a.n - done < 64 ? a.n - done : 64;
		bad = npy_read(&a, buf, k, &e);
	}
	if (bad == 0 && done == a.n)
		bad = npy_end(&a, &e);
	if (bad != 0 && e.rc == RC_OK)
		abort();
	npy_close(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e = { .rc = RC_OK };
	struct npz *z = npz_open(fuzz_file(data, n), &e);
	size_t i;

	if (z == NULL) {
		if (e.rc == RC_OK)
			abort();
		return 0;
	}
	for (i = 0; i < npz_members(z); i++)
		read_member(z, i);
	npz_close(z);
	return 0;
}
