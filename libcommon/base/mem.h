/*
 * mem: the only allocations of the library, so that sizes are checked for
 * overflow in one place and tests can make the k-th one fail.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* n * size bytes, 64-byte aligned, uninitialised.  NULL when out of memory
 * or when the product overflows; never NULL for zero bytes.  Free with
 * mem_free(). */
void	*mem_alloc(size_t n, size_t size);
/* The same, zeroed. */
void	*mem_zalloc(size_t n, size_t size);
/* Grows p (from mem_grow or NULL) to n * size bytes; NULL leaves p alone. */
void	*mem_grow(void *p, size_t n, size_t size);
/* A copy of s; NULL when out of memory. */
char	*mem_strdup(const char *s);
/* A copy of s[0..n), with a NUL added. */
char	*mem_strndup(const char *s, size_t n);
/* Accepts NULL. */
void	 mem_free(void *p);
/* Testing: from now on the k-th allocation (1: the next) fails; 0: none. */
void	 mem_fail_at(unsigned long k);

#endif
