/* file: a fuzzer's bytes as a file that has a path. */
#ifndef FUZZ_FILE_H
#define FUZZ_FILE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* The path of a file that holds n bytes; the same file every time. */
static inline const char *
fuzz_file(const uint8_t *data, size_t n)
{
	static char path[64];
	static int fd = -1;

	if (fd == -1)
		fd = memfd_create("fuzz", 0);
	if (fd == -1 || ftruncate(fd, 0) != 0 ||
	    pwrite(fd, data, n, 0) != (ssize_t)n)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return path;
}

#endif
