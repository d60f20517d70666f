/*
 * embedding: token and learned position vectors.  wpe NULL: no position
 * vectors.
 */
#ifndef NN_EMBEDDING_H
#define NN_EMBEDDING_H

#include <stddef.h>
#include <stdint.h>

#include "nn/real.h"

/* x (t x c), row i = wte[tokens[i]] + wpe[i], for one sequence of t. */
void	embedding_forward(real *x, const real *wte, const real *wpe,
	    const int32_t *tokens, size_t t, size_t c);
/* Adds the rows of dx to the rows of dwte and dwpe that they came from; what
 * is NULL is not wanted. */
void	embedding_backward(real *dwte, real *dwpe, const real *dx,
	    const int32_t *tokens, size_t t, size_t c);

#endif
