#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { MEM_ALIGN = 64 };	/* a cache line, and an AVX-512 register */

static unsigned long fail_at;	/* countdown; 0: no failure is due */

static int
refuse(size_t n, size_t size)
{
	if (size != 0 && n > (SIZE_MAX - MEM_ALIGN) / size)
		return 1;
	return fail_at != 0 && --fail_at == 0;
}

void *
mem_alloc(size_t n, size_t size)
{
	size_t bytes;
	void *p;

	if (refuse(n, size))
		return NULL;
	bytes = (n * size + MEM_ALIGN) / MEM_ALIGN * MEM_ALIGN;
	return posix_memalign(&p, MEM_ALIGN, bytes) == 0 ? p : NULL;
}

void *
mem_zalloc(size_t n, size_t size)
{
	void *p = mem_alloc(n, size);

	return p == NULL ? NULL : memset(p, 0, n * size);
}

void *
mem_grow(void *p, size_t n, size_t size)
{
	if (refuse(n, size))
		return NULL;
	return realloc(p, n * size == 0 ? 1 : n * size);
}

char *
mem_strdup(const char *s)
{
	return mem_strndup(s, strlen(s));
}

char *
mem_strndup(const char *s, size_t n)
{
	char *p = mem_alloc(n + 1, 1);

	if (p == NULL)
		return NULL;
	if (n > 0)
		memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

void
mem_free(void *p)
{
	free(p);
}

void
mem_fail_at(unsigned long k)
{
	fail_at = k;
}
