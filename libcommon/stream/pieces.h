/*
 * pieces: a file without a name, and transfers between it and memory in many
 * pieces, as few system calls as can be.  Private to this room.
 */
#ifndef STREAM_PIECES_H
#define STREAM_PIECES_H

#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "base/err.h"

enum { PIECES = 256 };		/* of a system call */

/* Set fd and out; the rest starts zeroed. */
struct pieces {
	int		 fd, out;	/* out: to the file */
	struct iovec	 piece[PIECES];
	int		 n;
	off_t		 start, next;	/* of the file */
	float		*end;		/* of the last piece */
};

/* A file in TMPDIR, or /tmp: its descriptor, or -1. */
int	pieces_open(struct err *e);
/* n > 0 values at x, to or from place `at', counted in values, of the file;
 * they are moved together with their neighbours, later. */
int	pieces_add(struct pieces *t, float *x, size_t n, size_t at,
	    struct err *e);
/* Moves what was added. */
int	pieces_move(struct pieces *t, struct err *e);

#endif
