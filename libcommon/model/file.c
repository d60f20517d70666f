#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/mem.h"
#include "model/file.h"

static const char SUFFIX[] = ".tmp";

static void
forget(struct file_out *f)
{
	diag_forget_temporary(f->temporary);
	mem_free(f->temporary);
	f->temporary = NULL;
}

int
file_out_open(struct file_out *f, const char *path, struct err *e)
{
	size_t n = strlen(path);

	f->path = path;
	if ((f->temporary = mem_alloc(n + sizeof SUFFIX, 1)) == NULL)
		return err_nomem(e);
	memcpy(f->temporary, path, n);
	memcpy(f->temporary + n, SUFFIX, sizeof SUFFIX);
	/* known before it exists: a signal may come in between */
	diag_add_temporary(f->temporary);
	if ((f->fp = fopen(f->temporary, "w")) == NULL) {
		err_errno(e, f->temporary);
		forget(f);
		return -1;
	}
	return 0;
}

void
file_out_cancel(struct file_out *f)
{
	fclose(f->fp);
	unlink(f->temporary);
	forget(f);
}

int
file_out_close(struct file_out *f, struct err *e)
{
	if (ferror(f->fp) || fflush(f->fp) != 0 || fsync(fileno(f->fp)) != 0) {
		err_errno(e, f->path);
		file_out_cancel(f);
		return -1;
	}
	if (fclose(f->fp) != 0 || rename(f->temporary, f->path) != 0) {
		err_errno(e, f->path);
		unlink(f->temporary);
		forget(f);
		return -1;
	}
	forget(f);
	return 0;
}
