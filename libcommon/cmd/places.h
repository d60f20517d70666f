/*
 * places: the weights at which something is measured: a model, and where
 * deltas move it to.  Every function ends the process when something is wrong.
 */
#ifndef CMD_PLACES_H
#define CMD_PLACES_H

#include "cmd/cmd.h"
#include "model/model.h"

struct places_options {
	const char	*model;		/* its directory */
	const char	*deltas;	/* NULL: the model alone */
	int		 base;		/* the model before its deltas */
};

extern struct places_options places_options;

#define PLACES_MODEL \
	{ 'm', "model", "dir", OPT_INPUT, &places_options.model, \
	    "the model (required)", NULL, 0 }
#define PLACES_DELTAS \
	{ 'd', "deltas", "file", OPT_INPUT, &places_options.deltas, \
	    "measure at the model plus each vector of file", NULL, 0 }
#define PLACES_BASE \
	{ 0, "base", NULL, OPT_FLAG, &places_options.base, \
	    "with -d: measure the model itself first", NULL, 0 }

/* Refuses options that do not go together. */
void	places_check(void);
/* Loads a model directory and notes its files as inputs. */
struct model *places_load(const char *dir);

struct places {
	const struct model *model;
	struct ts_reader *in;		/* NULL: no deltas */
	int		 base;		/* the model itself is to come */
	size_t		 next;		/* index of the next delta */
	struct ts_record rec;
	float		*moved;
	unsigned char	*differs, *touched;	/* of each tensor: moved from
						   the model's; by this one */
	char		 digest[DIGEST_SIZE];
	/* the current place: */
	const float	*params;
	long		 index;		/* which delta; -1: none */
};

void	places_open(struct places *p, const struct model *m);
/* 1, or 0 after the last.  Every sum theta + delta starts from theta, so
 * nothing is ever subtracted back.  A recipe is drawn straight onto the
 * weights, and rewrites no others than those that it moves; the bits are
 * those of its dense vector. */
int	places_next(struct places *p);
/* A digest of the current place: its weights, number and labels. */
void	places_key(char key[DIGEST_SIZE], const struct places *p);
/* Makes sure that the model's weights are what they were. */
void	places_close(struct places *p);

#endif
