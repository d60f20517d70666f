/*
 * file: a file that is written under a temporary name, and bears its own only
 * when it is complete and on the disk.
 */
#ifndef MODEL_FILE_H
#define MODEL_FILE_H

#include <stdio.h>

#include "base/err.h"

struct file_out {
	FILE		*fp;		/* write here; errors may be left to
					   file_out_close() */
	const char	*path;		/* borrowed */
	char		*temporary;
};

/* -1: *f holds nothing. */
int	file_out_open(struct file_out *f, const char *path, struct err *e);
/* Flushes, syncs, closes and renames; on -1 nothing is left. */
int	file_out_close(struct file_out *f, struct err *e);
/* Gives up: nothing is left. */
void	file_out_cancel(struct file_out *f);

#endif
