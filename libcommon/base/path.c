#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"

char *
path_in(const char *dir, const char *name, struct err *e)
{
	size_t n = strlen(dir) + strlen(name) + 2;
	char *path = mem_alloc(n, 1);

	if (path == NULL)
		err_nomem(e);
	else
		snprintf(path, n, "%s/%s", dir, name);
	return path;
}
