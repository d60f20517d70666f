/* Fuzz target: GGUF files. */
#define _GNU_SOURCE
#include "file.h"
#include "tensor/gguf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e = { .rc = RC_OK };
	struct gguf *g = gguf_open(fuzz_file(data, n), &e);
	const struct tensor_spec *t;
	size_t i;

	if (g == NULL) {
		if (e.rc == RC_OK)
			abort();
		return 0;
	}
	for (i = 0; i < g->layout->n_tensors; i++) {
		t = &g->layout->t[i];
		if (g->data[i] < g->map.p || t->n * dtype_size(t->dtype) >
		    (size_t)(g->map.p + g->map.n - g->data[i]))
			abort();	/* data outside of the file */
		gguf_direction(t->name);
	}
	gguf_close(g);
	return 0;
}
