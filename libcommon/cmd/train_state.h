/*
 * train_state: the directory of an unfinished training run, DIR.part, which
 * lets a run that was killed go on to the same bytes.
 *
 * DIR.part holds "state" (who the run is, how far it is, its arrays and a
 * digest; replaced as a whole), "train.tsv" (the log) and "spool" (the
 * stream's records so far).  The last two may run ahead of the state; a
 * resumed run cuts them back to the lengths that the state gives.
 * Every function ends the process when something is wrong.
 */
#ifndef CMD_TRAIN_STATE_H
#define CMD_TRAIN_STATE_H

#include <stdint.h>
#include <stdio.h>

#include "stream/provenance.h"

enum { STATE_ARRAYS = 4 };

/* What a state holds beside the identity. */
struct progress {
	uint64_t	 step;		/* steps done */
	uint64_t	 recorded;	/* step of the last record */
	double		 loss;		/* sum since then */
	int		 done;		/* no more steps */
	float		*array[STATE_ARRAYS];	/* n values each, or NULL */
	size_t		 n[STATE_ARRAYS];
};

struct train_dir {
	char		*final, *part;		/* DIR, DIR.part */
	char		*state, *log_path, *spool_path;
	char		*identity;		/* lines of text */
	int		 adapter;		/* DIR is to be one */
	int		 lock;			/* descriptor */
	FILE		*log, *spool;
};

/*
 * Makes DIR.part, or opens one that a run with the same identity left, in
 * which case *p is filled in (its arrays are given) and 1 is returned.
 * identity: lines, one for each argument and input; taken over.  Refuses a
 * DIR that exists and is no model directory, or no adapter, a DIR.part of
 * another run or in use, and a damaged state.  dir NULL: nothing is kept.
 */
int	train_dir_open(struct train_dir *d, const char *dir, int adapter,
	    char *identity, struct progress *p);
/* Replaces the state; the log and the spool are flushed before. */
void	train_dir_save(struct train_dir *d, const struct progress *p);
/* Appends a record to the spool. */
void	train_dir_spool(struct train_dir *d, uint64_t step, double loss,
	    const float *x, size_t n);
/* Reads the spool's next record into x: 1, or 0 at its end.  For a resumed
 * run, before anything is appended. */
int	train_dir_unspool(struct train_dir *d, uint64_t *step, double *loss,
	    float *x, size_t n);
/* Copies the tokenizer's files that dir has, of which there must be some, for a
 * model that reads text. */
void	train_dir_keep_tokenizer(struct train_dir *d, const char *dir);
/* Removes what only a resume needs, and gives DIR.part its final name in the
 * place of an older DIR. */
void	train_dir_finish(struct train_dir *d);
/* Removes DIR.part: there is nothing to go on with. */
void	train_dir_abandon(struct train_dir *d);

#endif
