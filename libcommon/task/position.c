#include <string.h>

#include "base/opts.h"
#include "task/position.h"
#include "task/task.h"

int
position_parse(struct position_rule *r, const char *s, struct err *e)
{
	static const char marker[] = "marker:";
	const char *number = s;
	int bad;

	*r = (struct position_rule){ .kind = POSITION_FROM_START };
	if (strcmp(s, "all") == 0) {
		r->kind = POSITION_ALL;
		return 0;
	}
	if (strncmp(s, marker, sizeof marker - 1) == 0) {
		r->kind = POSITION_MARKER;
		number += sizeof marker - 1;
	} else if (*s == '-') {
		r->kind = POSITION_FROM_END;
		number++;
	}
	if (r->kind == POSITION_MARKER && strcmp(number, "=") == 0) {
		r->n = TASK_EQUALS;
		return 0;
	}
	bad = opts_parse_size(&r->n, number) != 0 ||
	    (r->kind == POSITION_FROM_END && r->n == 0);
	return bad ? err_set(e, RC_USAGE, "'%s' is not a position, from the "
	    "end if negative, marker:TOKEN or all", s) : 0;
}

int
position_find(size_t *at, const struct position_rule *r,
    const int32_t *tokens, size_t n, struct err *e)
{
	size_t i;

	switch (r->kind) {
	case POSITION_FROM_START:
		*at = r->n;
		break;
	case POSITION_FROM_END:
		*at = n - r->n;		/* beyond the end if there is none */
		break;
	default:
		for (i = 0; i < n; i++)
			if ((size_t)tokens[i] == r->n)
				break;
		*at = i;
	}
	if (*at < n)
		return 0;
	return r->kind == POSITION_MARKER ?
	    err_set(e, RC_INPUT, "none of its %zu tokens is %zu", n, r->n) :
	    err_set(e, RC_INPUT, "it has no position %s%zu, its tokens are "
	    "%zu", r->kind == POSITION_FROM_END ? "-" : "", r->n, n);
}
