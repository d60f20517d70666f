#include <string.h>

#include "text/split.h"

/* Parts are held back until it is sure that nothing joins them. */
struct splitter {
	const struct split *p;
	int	(*fn)(void *, size_t, size_t);
	void	*arg;
	size_t	 start, end;		/* what is held back */
	int	 held;
	int	 was_match;		/* the part before was one */
};

static int
flush(struct splitter *s)
{
	int held = s->held;

	s->held = 0;
	return held ? s->fn(s->arg, s->start, s->end) : 0;
}

static int
joins(const struct splitter *s, int is_match)
{
	switch (s->p->how) {
	case SPLIT_CONTIGUOUS: return is_match == s->was_match;
	case SPLIT_WITH_PREVIOUS: return is_match && !s->was_match;
	case SPLIT_WITH_NEXT: return !is_match && s->was_match;
	case SPLIT_REMOVED:
	case SPLIT_ISOLATED: break;
	}
	return 0;
}

/* The next part of the piece: a match, or what lies between matches. */
static int
part(struct splitter *s, size_t start, size_t end, int is_match)
{
	int r = 0;

	if (start == end)
		return 0;
	is_match ^= s->p->invert;
	if (s->held && joins(s, is_match)) {
		s->end = end;
	} else if ((r = flush(s)) == 0) {
		s->start = start;
		s->end = end;
		s->held = !(is_match && s->p->how == SPLIT_REMOVED);
	}
	s->was_match = is_match;
	return r;
}

int
split_each(const struct split *p, struct pattern_work *w, const char *s,
    size_t n, int (*fn)(void *arg, size_t start, size_t end), void *arg,
    struct err *e)
{
	struct splitter k = { .p = p, .fn = fn, .arg = arg };
	size_t at = 0, start, end;
	int r, found;

	if (p->pattern == NULL)
		return n == 0 ? 0 : fn(arg, 0, n);
	while (at < n) {
		found = pattern_find(&start, &end, p->pattern, w, s, n, at, e);
		if (found == -1)
			return -1;
		if (found == 0)
			start = end = n;
		if ((r = part(&k, at, start, 0)) != 0 ||
		    (r = part(&k, start, end, 1)) != 0)
			return r;
		at = end;
	}
	return flush(&k);
}

int
split_parse_how(enum split_how *how, const char *name, struct err *e)
{
	static const char *const names[] = { "Removed", "Isolated",
	    "Contiguous", "MergedWithPrevious", "MergedWithNext" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0) {
			*how = (enum split_how)i;
			return 0;
		}
	return err_set(e, RC_INPUT, "behavior \"%.64s\" is not supported",
	    name);
}
