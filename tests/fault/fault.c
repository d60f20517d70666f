/*
 * fault: preloaded into a tool, makes the k-th call of one kind fail.
 *	FAULT=alloc:12 FAULT_HIT=FILE LD_PRELOAD=fault.so drift ...
 * Kinds: alloc (posix_memalign and realloc, which only libcommon/base/mem.c
 * calls), read, write (fwrite and fflush),
 * sync (fsync and rename).  FILE is made when the call came, so that a test
 * knows when k is past the last one.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long countdown;
static char kind[16];
static int ready;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void
setup(void)
{
	const char *f = getenv("FAULT"), *colon = f ? strchr(f, ':') : NULL;

	ready = 1;
	if (colon == NULL || (size_t)(colon - f) >= sizeof kind)
		return;
	memcpy(kind, f, (size_t)(colon - f));
	countdown = atol(colon + 1);
}

/* 1 when this call is the one that fails. */
static int
fails(const char *what)
{
	const char *hit;
	int fd, now = 0;

	pthread_mutex_lock(&lock);
	if (!ready)
		setup();
	if (countdown > 0 && strcmp(kind, what) == 0 && --countdown == 0)
		now = 1;
	pthread_mutex_unlock(&lock);
	if (now && (hit = getenv("FAULT_HIT")) != NULL &&
	    (fd = open(hit, O_CREAT | O_WRONLY, 0600)) >= 0)
		close(fd);
	return now;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int
posix_memalign(void **p, size_t align, size_t n)
{
	static __typeof__(&posix_memalign) real;

	if (real == NULL)
		real = REAL(posix_memalign);
	return fails("alloc") ? ENOMEM : real(p, align, n);
}

void *
realloc(void *p, size_t n)
{
	static __typeof__(&realloc) real;

	if (real == NULL)
		real = REAL(realloc);
	if (fails("alloc")) {
		errno = ENOMEM;
		return NULL;
	}
	return real(p, n);
}

ssize_t
read(int fd, void *p, size_t n)
{
	if (fails("read")) {
		errno = EIO;
		return -1;
	}
	return REAL(read)(fd, p, n);
}

/* As stdio does when a write fails; what ferror() asks. */
static void
mark(FILE *fp)
{
	errno = ENOSPC;
	fp->_flags |= 0x20;	/* glibc's _IO_ERR_SEEN */
}

/* Standard error is how the test hears of the failure. */
size_t
fwrite(const void *p, size_t size, size_t n, FILE *fp)
{
	if (fp != stderr && fails("write")) {
		mark(fp);
		return 0;
	}
	return REAL(fwrite)(p, size, n, fp);
}

int
fflush(FILE *fp)
{
	if (fp != NULL && fp != stderr && fails("write")) {
		mark(fp);
		return EOF;
	}
	return REAL(fflush)(fp);
}

int
fsync(int fd)
{
	if (fails("sync")) {
		errno = EIO;
		return -1;
	}
	return REAL(fsync)(fd);
}

int
rename(const char *from, const char *to)
{
	if (fails("sync")) {
		errno = EIO;
		return -1;
	}
	return REAL(rename)(from, to);
}
