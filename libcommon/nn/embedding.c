#include "nn/embedding.h"

void
embedding_forward(real *x, const real *wte, const real *wpe,
    const int32_t *tokens, size_t t, size_t c)
{
	size_t i, j;

	for (i = 0; i < t; i++) {
		const real *e = wte + (size_t)tokens[i] * c;

		for (j = 0; j < c; j++)
			x[i * c + j] = wpe == NULL ? e[j] :
			    e[j] + wpe[i * c + j];
	}
}

void
embedding_backward(real *dwte, real *dwpe, const real *dx,
    const int32_t *tokens, size_t t, size_t c)
{
	size_t i, j;

	for (i = 0; i < t; i++) {
		size_t e = (size_t)tokens[i] * c;

		for (j = 0; dwte != NULL && j < c; j++)
			dwte[e + j] += dx[i * c + j];
		for (j = 0; dwpe != NULL && j < c; j++)
			dwpe[i * c + j] += dx[i * c + j];
	}
}
