/*
 * operands: the streams and models that lincomb adds up, read side by side,
 * record by record, and the sum of their current records.  An operand that
 * has one record, as a model has, stands with it for all.  Sums of recipes
 * stay recipes, where every operand's first record is one.
 * Every function ends the process when something is wrong.
 */
#ifndef CMD_OPERANDS_H
#define CMD_OPERANDS_H

#include "base/opts.h"
#include "cmd/sum.h"
#include "stream/spool.h"

struct operand {
	const char	*name;
	double		 weight;
	struct ts_reader *in;		/* NULL: a model */
	struct ts_record rec;
	struct ts_labels labels;	/* of the record that was taken */
	size_t		 n;		/* records so far */
	int		 alone;		/* it has one record, for all */
	struct recipe	*first, *recipe; /* of its records, where all are */
};

struct operands {
	struct operand	*o;
	size_t		 n;
	struct layout	*layout;	/* that all have, as f32 */
	struct sum	 total;
	float		*x;		/* the current record */
	int		 values;	/* recipes are drawn, not kept */
	size_t		 budget;	/* bytes for everything */
	struct spool	*firsts;	/* the first record of each */
};

int	is_directory(const char *path);

/* Opens the n operands, without reading a record.  weights: n of them, or
 * none for 1. */
void	operands_open(struct operands *a, const char *const *path, size_t n,
	    const struct opt_reals *weights, int values);
void	operands_close(struct operands *a);

/* Side by side.  First, each operand's first record. */
void	operands_begin(struct operands *a);
/*
 * Then, again and again: total = the weighted sum of the operands' first
 * records (first), or of those that they have moved to; and on to their next:
 * 1, or 0 when all have ended.  An operand that ended after one record stands
 * for all; another that ended early is refused.
 */
void	operands_sum(struct operands *a, int first);
int	operands_advance(struct operands *a);

/* One operand alone: adds its next record to total; 1, or 0 at the end. */
int	operands_add_next(struct operands *a);

#endif
