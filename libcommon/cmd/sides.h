/*
 * sides: labelled activations, gathered by site for steer-vec: sums of each
 * side, and where a method needs them the vectors or the differences of
 * pairs.  Every function ends the process when something is wrong.
 */
#ifndef CMD_SIDES_H
#define CMD_SIDES_H

#include "cmd/cmd.h"
#include "stream/spool.h"

enum side { POSITIVE, NEGATIVE, SIDES };

enum sides_keep {
	KEEP_SUMS,
	KEEP_PAIRS,		/* positive minus negative of every pair */
	KEEP_ROWS		/* every vector */
};
enum { SIDES_GROUPS = 512 };	/* that may keep more than sums */

/* A vector that waits for the other side of its pair. */
struct sides_half {
	int64_t		 pair;
	enum side	 side;
	float		*x;
};

/* The activations that make one steering vector. */
struct sides_group {
	struct layout	*layout;	/* of one tensor, named by the site */
	struct ts_labels labels;	/* that all its records have */
	double		*sum[SIDES];
	double		 n[SIDES];	/* vectors in the sums */
	struct spool	*rows;		/* of KEEP_PAIRS and KEEP_ROWS */
	signed char	*y;		/* KEEP_ROWS: 1 or -1 of each row */
	struct sides_half *half;
	size_t		 n_halves;
};

struct sides {
	/* what is wanted: */
	enum sides_keep	 keep;
	int		 apart;		/* sides are groups of their own, and
					   count as positive */
	int		 pool;		/* tasks do not make groups */
	const char	*site;		/* glob, or NULL */
	size_t		 memory;	/* bytes for rows */
	/* what there is: */
	struct sides_group *group;
	size_t		 n;
	size_t		 last;		/* the previous record's */
};

/*
 * Adds the current record: one vector, labelled side, and pair where pairs
 * are kept.  A record that is a mean has the label vectors, and counts as
 * many; it is refused where rows are kept.  Records make one group while
 * site, task, contrast, at and delta agree.
 */
void	sides_take(struct sides *s, struct ts_reader *in,
	    const struct ts_record *rec);
/* Refuses groups that lack a side, or the other half of a pair. */
void	sides_check(const struct sides_group *g, const struct ts_reader *in);
/* The group that differs from g only in that it has no delta. */
const struct sides_group *sides_base(const struct sides *s,
	    const struct sides_group *g, const struct ts_reader *in);
void	sides_free(struct sides *s);

#endif
