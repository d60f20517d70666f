/*
 * places: the weights at which something is measured: a model, changed by an
 * adapter if there is one, and where deltas move it to.  Every function ends the process when something is wrong.
 */
#ifndef CMD_PLACES_H
#define CMD_PLACES_H

#include "cmd/cmd.h"
#include "model/adapter.h"
#include "model/model.h"

struct places_options {
	const char	*model;		/* its directory */
	const char	*adapter;	/* its directory; NULL: none */
	const char	*deltas;	/* NULL: the model alone */
	int		 base;		/* the model before its deltas */
};

extern struct places_options places_options;

#define PLACES_MODEL \
	{ 'm', "model", "dir", OPT_INPUT, &places_options.model, \
	    "the model (required)", NULL, 0 }
#define PLACES_ADAPTER \
	{ 0, "adapter", "dir", OPT_INPUT, &places_options.adapter, \
	    "a PEFT adapter over the model", NULL, 0 }
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

/* The same for an adapter over a model. */
struct adapter *places_load_adapter(const char *dir, const struct model *m);

struct places {
	const struct model *model;
	struct adapter	*adapter;	/* NULL: none */
	const struct params *theta;	/* what deltas are added to: the
					   model, changed by the adapter */
	struct params	*changed;	/* theta, where it is not the model */
	float		*changed_block;
	struct ts_reader *in;		/* NULL: no deltas */
	int		 base;		/* the model itself is to come */
	size_t		 next;		/* index of the next delta */
	struct ts_record rec;
	struct params	*moved;		/* views of the model, but for those
					   tensors that a delta moves */
	float		**own;		/* memory of each tensor that a recipe
					   moved; NULL: none yet */
	float		*block;		/* n_block: that of values */
	size_t		 n_block;
	float		*moved_factors;
	char		 digest[DIGEST_SIZE];
	/* the current place: */
	const struct params *params;
	const float	*factors;	/* the adapter's */
	long		 index;		/* which delta; -1: none */
};

void	places_open(struct places *p, const struct model *m);
/* 1, or 0 after the last.  The tensors of a delta are some of the model's, or
 * some of the adapter's factors, by name and shape; the others stay where they are, and only those that move
 * take memory.  Every sum theta + delta starts from theta, so nothing is ever
 * subtracted back.  A recipe is drawn straight onto the weights; the bits are
 * those of its dense vector. */
int	places_next(struct places *p);
/* A digest of what the current place has beside the model: the weights that
 * were moved, number and labels. */
void	places_key(char key[DIGEST_SIZE], const struct places *p);
/* Makes sure that the model's weights in memory are what they were. */
void	places_close(struct places *p);

#endif
