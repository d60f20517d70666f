/* What the tests of file formats share: files, built piece by piece. */
#ifndef UNIT_FORMATS_H
#define UNIT_FORMATS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* Bytes, built piece by piece. */
struct built {
	unsigned char	b[4096];
	size_t		n;
};

static inline void
add(struct built *f, const void *p, size_t n)
{
	assert_true(n <= sizeof f->b - f->n);
	memcpy(f->b + f->n, p, n);
	f->n += n;
}

static inline void
add_number(struct built *f, uint64_t v, size_t bytes)
{
	unsigned char c;

	for (; bytes > 0; bytes--, v >>= 8) {
		c = (unsigned char)v;
		add(f, &c, 1);
	}
}

/* The path of a file that holds f; the same one every time. */
static inline const char *
saved(const struct built *f)
{
	static char path[] = "/tmp/test_formats.XXXXXX";
	static int fd = -1;

	if (fd == -1) {
		fd = mkstemp(path);
		assert_int_not_equal(fd, -1);
	}
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, f->b, f->n, 0), (ssize_t)f->n);
	return path;
}

static inline int
remove_saved(void **state)
{
	struct built none = { .n = 0 };

	(void)state;
	return unlink(saved(&none));
}

#endif
