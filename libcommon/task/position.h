/*
 * position: rules that choose a token of a sequence.
 *
 *	3		the token at position 3, from 0
 *	-1		the last one; -2 the one before it, ...
 *	marker:10	the first token 10
 *	marker:TEXT	the last token of the first place where the tokens of
 *			TEXT, encoded by itself, follow each other; in tasks of
 *			digits it may be "=" alone
 *	marker:"TEXT"	the same, also where TEXT is a number
 *	all		every one
 */
#ifndef TASK_POSITION_H
#define TASK_POSITION_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "text/tokenizer.h"

enum position_kind { POSITION_FROM_START, POSITION_FROM_END, POSITION_TOKEN,
	POSITION_TEXT, POSITION_ALL };

struct position_rule {
	enum position_kind kind;
	size_t		 n;		/* 3; 1 for the last; the token */
	const char	*text;		/* POSITION_TEXT: n bytes */
	struct token_list tokens;	/* and its tokens */
};

/* A text is part of s, which must stay.  -1, RC_USAGE: s is no rule. */
int	position_parse(struct position_rule *r, const char *s, struct err *e);
/*
 * Before a rule's first position_find(): a text gets its tokens, of t, or
 * where t is NULL of tasks of digits; for position_free().  -1: RC_USAGE: it
 * has none; those of tokenizer_encode().
 */
int	position_encode(struct position_rule *r, const struct tokenizer *t,
	    struct err *e);
void	position_free(struct position_rule *r);
/* *at = where the token is, for a rule but "all".  -1, RC_INPUT: a sequence
 * of n tokens lacks it. */
int	position_find(size_t *at, const struct position_rule *r,
	    const int32_t *tokens, size_t n, struct err *e);

#endif
