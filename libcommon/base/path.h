/*
 * path: names of files.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include "base/err.h"

/* dir/name; NULL: out of memory.  Free with mem_free(). */
char	*path_in(const char *dir, const char *name, struct err *e);

#endif
