/* Fuzz target: .safetensors files. */
#define _GNU_SOURCE
#include "file.h"
#include "base/mem.h"
#include "tensor/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
read_tensor(const struct safetensors *s, const struct safetensor *t)
{
	struct err e = { .rc = RC_OK };
	float *x;

	if (t->n > s->map.n)
		abort();	/* every value has a byte of the file */
	if ((x = mem_alloc(t->n, sizeof *x)) == NULL)
		abort();
	if (safetensors_read_f32(x, s, t, &e) != 0 && e.rc == RC_OK)
		abort();
	mem_free(x);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e = { .rc = RC_OK };
	struct safetensors *s = safetensors_open(fuzz_file(data, n), &e);
	size_t i;

	if (s == NULL) {
		if (e.rc == RC_OK)
			abort();
		return 0;
	}
	for (i = 0; i < s->n_tensors; i++)
		read_tensor(s, &s->t[i]);
	safetensors_close(s);
	return 0;
}
