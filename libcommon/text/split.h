/*
 * split: how a pre-tokenizer cuts a piece of text where a pattern matches.
 */
#ifndef TEXT_SPLIT_H
#define TEXT_SPLIT_H

#include "text/pattern.h"

enum split_how { SPLIT_REMOVED, SPLIT_ISOLATED, SPLIT_CONTIGUOUS,
	SPLIT_WITH_PREVIOUS, SPLIT_WITH_NEXT };

struct split {
	struct pattern	*pattern;	/* NULL: the piece stays whole */
	enum split_how	 how;
	int		 invert;	/* what lies between is the match */
	int		 prefix_space;	/* a piece begins with a space: if it
					   has none it is given one */
};

/* Looks up "Removed", "Isolated" and so on. */
int	split_parse_how(enum split_how *how, const char *name, struct err *e);
/*
 * Calls fn(arg, start, end) for every part of s[0..n), in order, none empty;
 * stops at the first call that does not return 0, and returns what it
 * returned.  -1 and *e also where the pattern cannot be searched for.
 */
int	split_each(const struct split *p, struct pattern_work *w,
	    const char *s, size_t n, int (*fn)(void *arg, size_t start,
	    size_t end), void *arg, struct err *e);

#endif
