/*
 * loss: cross entropy of the softmax.
 */
#ifndef NN_LOSS_H
#define NN_LOSS_H

#include <stddef.h>
#include <stdint.h>

#include "nn/real.h"

/*
 * For each of m rows of v scores: loss = log sum exp x - x[target], in f64;
 * top = the argmax (the lowest index among equals).
 * A score that is not finite gives a loss that is not finite.
 */
void	loss_forward(double *loss, int32_t *top, const real *logits,
	    const int32_t *target, size_t m, size_t v);
/* The same, and logits become scale (softmax - [target]): the gradient. */
void	loss_forward_backward(double *loss, int32_t *top, real *logits,
	    const int32_t *target, double scale, size_t m, size_t v);

#endif
