/*
 * added: tokens that are recognised in the text itself, before a model cuts
 * it: the special ones, and those that were added to a vocabulary.
 */
#ifndef TEXT_ADDED_H
#define TEXT_ADDED_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct added_token {
	int32_t		id;
	char		*text;		/* n bytes that are looked for */
	size_t		 n;
	int		 special;	/* left out when decoding, if asked */
	int		 normalized;	/* looked for in normalised text */
	int		 single_word;	/* not beside a word character */
	int		 lstrip, rstrip;	/* takes the blanks beside it */
};

/* Tokens to be looked for together. */
struct added_set {
	struct added_token *token;	/* n, in byte order of their texts */
	size_t		 n;
	uint32_t	 first[257];	/* those that begin with byte b are
					   first[b] ... first[b + 1] - 1 */
};

/*
 * The set of those of token[0..n) that are normalized, or that are not.  Two
 * with the same text are an error.  Free with added_set_free(); the texts are
 * borrowed.
 */
int	added_set_init(struct added_set *s, const struct added_token *token,
	    size_t n, int normalized, struct err *e);
void	added_set_free(struct added_set *s);
/*
 * Calls fn(arg, start, end, id) for every part of text[0..n): for a token that
 * was found, and with id -1 for what lies between.  From left to right the
 * longest token that begins there is taken.  Of a token that is found
 * among the blanks which the one before took, both have those blanks; but with
 * lstrip it begins behind them, and is left out when nothing remains.  Stops at
 * the first call that does not return 0, and returns what it returned.
 */
int	added_each(const struct added_set *s, const char *text, size_t n,
	    int (*fn)(void *arg, size_t start, size_t end, int32_t id),
	    void *arg);

#endif
