/*
 * sketches: vectors on their way out, or random projections of them in their
 * place.  Every function ends the process when something is wrong.
 */
#ifndef CMD_SKETCHES_H
#define CMD_SKETCHES_H

#include "cmd/cmd.h"
#include "random/sketch.h"

struct sketches_options {
	size_t		 k;		/* how many; 0: the vectors */
	uint64_t	 seed;
};

extern struct sketches_options sketches_options;

#define SKETCHES_OPTIONS \
	{ 0, "sketch", "k", OPT_SIZE, &sketches_options.k, \
	    "k random projections of each gradient instead (0: no)", NULL, \
	    0 }, \
	{ 0, "sketch-seed", "n", OPT_SEED, &sketches_options.seed, \
	    "seed of the projections (0)", NULL, 0 }

struct sketches {
	struct ts_writer *out;
	struct sketch	*sketch;	/* NULL: none */
	const struct layout *layout;	/* of what is written: the vectors', or
					   one tensor whose name has the seed,
					   so that projections of different
					   ones are not compared by mistake */
	struct layout	*own;
	float		*y;
};

/* Creates the stream: of that content, or of "sketches".  l: of the vectors,
 * borrowed. */
void	sketches_open(struct sketches *s, const char *content,
	    const struct layout *l);
/* x: a vector of layout l. */
void	sketches_put(struct sketches *s, const struct ts_labels *labels,
	    const float *x);
void	sketches_close(struct sketches *s);

#endif
