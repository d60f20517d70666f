/*
 * position: rules that choose a token of a sequence.
 *
 *	3		the token at position 3, from 0
 *	-1		the last one; -2 the one before it, ...
 *	marker:10	the first token 10; marker:= is that of "="
 *	all		every one
 */
#ifndef TASK_POSITION_H
#define TASK_POSITION_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum position_kind { POSITION_FROM_START, POSITION_FROM_END, POSITION_MARKER,
	POSITION_ALL };

struct position_rule {
	enum position_kind kind;
	size_t		 n;	/* 3; 1 for the last; the token */
};

/* -1, RC_USAGE: s is no rule. */
int	position_parse(struct position_rule *r, const char *s, struct err *e);
/* *at = where the token is, for a rule but "all".  -1, RC_INPUT: a sequence
 * of n tokens lacks it. */
int	position_find(size_t *at, const struct position_rule *r,
	    const int32_t *tokens, size_t n, struct err *e);

#endif
