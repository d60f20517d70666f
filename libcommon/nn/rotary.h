/*
 * rotary: rotary positions (Su et al., arXiv 2104.09864) as Hugging Face has
 * them: element j of a head's first half and element j of its second half are
 * a pair, turned by the angle position * frequency[j].
 */
#ifndef NN_ROTARY_H
#define NN_ROTARY_H

#include <stddef.h>

#include "nn/real.h"

enum rotary_kind { ROTARY_PLAIN, ROTARY_LINEAR, ROTARY_LLAMA3, ROTARY_COUNT };

struct rotary {
	enum rotary_kind kind;
	double	theta;		/* base of the frequencies */
	double	factor;		/* not of ROTARY_PLAIN */
	double	low, high;	/* ROTARY_LLAMA3: low_freq_factor,
				   high_freq_factor */
	double	original;	/* ROTARY_LLAMA3: positions before scaling */
};

/* The name in config.json: "default", "linear", "llama3". */
const char	*rotary_name(enum rotary_kind k);
/* 0, or -1 when there is no such kind. */
int	rotary_parse(enum rotary_kind *k, const char *name);
/*
 * freq (d / 2 values) = theta^(-2j/d), j = 0, 1, ...;
 * linear: divided by factor;
 * llama3: with the wave length l = 2 pi / freq, divided by factor where
 * l > original / low, left alone where l < original / high, and between them
 * multiplied by s + (1 - s) / factor, s = (original / l - low) / (high - low).
 * In f64, by plain arithmetic: the same bits on every processor.
 */
void	rotary_frequencies(double *freq, const struct rotary *r, size_t d);
/* table: for every position below t and every frequency the cosine and the
 * sine of position * freq, computed in f64: t x half x 2 values. */
void	rotary_table(real *table, const double *freq, size_t t, size_t half);
/* Turns the n_head heads of width d at the start of each of t rows (stride
 * ld), at positions 0, 1, ...; table with half = d / 2. */
void	rotary_forward(real *x, const real *table, size_t t, size_t n_head,
	    size_t d, size_t ld);
/* Turns gradients back: a rotation's transpose is its inverse. */
void	rotary_backward(real *dx, const real *table, size_t t, size_t n_head,
	    size_t d, size_t ld);

#endif
