/*
 * vocab: the tokens' strings, numbered from 0, found by number or by string.
 */
#ifndef TEXT_VOCAB_H
#define TEXT_VOCAB_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct vocab {
	char		*bytes;		/* the strings, end to end */
	size_t		 n_bytes, max_bytes;
	struct vocab_entry *entry;	/* n */
	size_t		 n;
	int32_t		*slot;		/* 0: free, else number + 1 */
	size_t		 n_slots;	/* a power of two, over n */
	size_t		 longest;	/* bytes of the longest string */
};

/* Room for n tokens, none of them known yet. */
int	vocab_init(struct vocab *v, size_t n, struct err *e);
void	vocab_free(struct vocab *v);		/* accepts a zeroed one */
/* Token id is s[0..n).  A number of at least v->n or given twice, and a
 * string given twice, are errors. */
int	vocab_set(struct vocab *v, size_t id, const char *s, size_t n,
	    struct err *e);
/* The number of s[0..n), or -1. */
int32_t	vocab_find(const struct vocab *v, const char *s, size_t n);
/* The string of id < v->n, *n bytes, not terminated; NULL when it has none. */
const char *vocab_string(size_t *n, const struct vocab *v, size_t id);

#endif
