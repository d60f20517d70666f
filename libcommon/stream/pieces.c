#define _GNU_SOURCE		/* O_TMPFILE, preadv, pwritev */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "stream/pieces.h"

static const char *
directory(void)
{
	const char *dir = getenv("TMPDIR");

	return dir == NULL || *dir == '\0' ? "/tmp" : dir;
}

static int
fail(struct err *e)
{
	return err_set(e, RC_SYSTEM, "%s: temporary file: %s", directory(),
	    strerror(errno));
}

/* Where the file system cannot make a file without a name, it has one for a
 * moment. */
static int
open_named(struct err *e)
{
	size_t n = strlen(directory()) + sizeof "/plumbline.XXXXXX";
	char *path = mem_alloc(n, 1);
	int fd;

	if (path == NULL)
		return err_nomem(e);
	snprintf(path, n, "%s/plumbline.XXXXXX", directory());
	if ((fd = mkstemp(path)) >= 0)
		unlink(path);
	mem_free(path);
	return fd < 0 ? fail(e) : fd;
}

int
pieces_open(struct err *e)
{
	int fd = open(directory(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR ||
	    errno == EINVAL))
		return open_named(e);
	return fd < 0 ? fail(e) : fd;
}

int
pieces_move(struct pieces *t, struct err *e)
{
	struct iovec *p = t->piece;
	ssize_t got;

	while (t->n > 0) {
		got = t->out ? pwritev(t->fd, p, t->n, t->start) :
		    preadv(t->fd, p, t->n, t->start);
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			errno = EIO;	/* it was shortened */
		if (got <= 0)
			return fail(e);
		t->start += got;
		for (; t->n > 0 && (size_t)got >= p->iov_len; p++, t->n--)
			got -= (ssize_t)p->iov_len;
		if (got > 0) {
			p->iov_base = (char *)p->iov_base + got;
			p->iov_len -= (size_t)got;
		}
	}
	return 0;
}

int
pieces_add(struct pieces *t, float *x, size_t n, size_t at,
    struct err *e)
{
	off_t offset = (off_t)(at * sizeof *x);
	size_t bytes = n * sizeof *x;

	if ((t->n == PIECES || offset != t->next) &&
	    pieces_move(t, e) != 0)
		return -1;
	if (t->n == 0)
		t->start = offset;
	if (t->n > 0 && t->end == x)
		t->piece[t->n - 1].iov_len += bytes;
	else
		t->piece[t->n++] = (struct iovec){ x, bytes };
	t->next = offset + (off_t)bytes;
	t->end = x + n;
	return 0;
}
