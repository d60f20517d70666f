/*
 * steering: a model's activations at a site, changed along a vector while it
 * is evaluated.  Every function ends the process when something is wrong.
 *
 * h is the activation at the vector's site and one token, v the vector, u =
 * v / norm(v), s the strength:
 *	add		h + s v
 *	ablate		h - s (h u) u		1: nothing is left along u
 *	project		h - s (h - (h u) u)	1: only what is along u is left
 * Strength 0, and a vector that is 0, leave the model alone, to the bit.
 */
#ifndef CMD_STEERING_H
#define CMD_STEERING_H

#include "cmd/tasks.h"

enum steering_how { STEER_ADD, STEER_ABLATE, STEER_PROJECT };

struct steering_options {
	const char	*path;		/* of the vectors; NULL: no steering */
	int		 how;
	const char	*at;		/* all, answer or a position */
	struct opt_reals strengths;	/* none: 1 */
	double		 norm;		/* of each vector; 0: its own */
};

extern struct steering_options steering_options;
extern const char *const steering_hows[];

#define STEERING_OPTIONS \
	{ 0, "steer", "file", OPT_INPUT, &steering_options.path, \
	    "steer along each vector of file, one at a time", NULL, 0 }, \
	{ 0, "steer-how", "how", OPT_CHOICE, &steering_options.how, \
	    "add, ablate or project (add)", steering_hows, 0 }, \
	{ 0, "strength", "x,...", OPT_REALS, &steering_options.strengths, \
	    "how much of the vector, one after the other (1)", NULL, 0 }, \
	{ 0, "steer-norm", "x", OPT_REAL, &steering_options.norm, \
	    "scale every vector to this norm first (0: no)", NULL, 0 }, \
	{ 0, "steer-at", "where", OPT_STRING, &steering_options.at, \
	    "at all tokens, from where the answer is read: answer, or at a " \
	    "position (all)", \
	    NULL, 0 }

struct steering;

/* Refuses options that do not go together. */
void	steering_check(void);
/* Reads the vectors; they must suit the model, and where they are added its
 * tasks.  NULL without --steer. */
struct steering *steering_open(const struct bench *b);
void	steering_close(struct steering *s);		/* accepts NULL */
/*
 * The next point, 1: the model alone, strength 0, then every vector with every
 * strength.  From now on p works at that point.  0 after the last: p is as it
 * was, and the points begin again.
 */
int	steering_next(struct steering *s, struct model_pool *p);
/* Columns of a table, and a row's values in them, at the current point. */
#define STEERING_COLUMNS "vector", "vector_task", "vector_method", \
	"vector_contrast", "vector_side", "vector_delta", "vector_name", \
	"vector_norm", "site", "strength"
void	steering_put(struct table *t, const struct steering *s);

#endif
