/*
 * train_parts: what the two files of train_state.h have in common.  Every
 * function ends the process when something is wrong.
 */
#ifndef CMD_TRAIN_PARTS_H
#define CMD_TRAIN_PARTS_H

#include "cmd/train_state.h"

/* What the state says of the log and the spool. */
struct train_lengths {
	uint64_t	log, spool;
};

/* 1 when there is a state, which must be this run's; fills in *p and *len. */
int	train_load_state(struct train_dir *d, struct progress *p,
	    struct train_lengths *len);
/* How long the file is with all that was written to it. */
uint64_t train_flushed(FILE *fp, const char *path);
/* The whole file and a NUL; NULL when there is none.  Free with mem_free(). */
char	*train_read_file(const char *path, size_t *n);
_Noreturn void train_die_errno(const char *path);
_Noreturn void train_die_damaged(const char *path);

#endif
