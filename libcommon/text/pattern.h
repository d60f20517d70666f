/*
 * pattern: the regular expressions of tokenizers.  They are written for
 * Oniguruma in its Ruby syntax; what means the same in PCRE2 is translated,
 * anything else is refused, so that no pattern is read in another sense.
 */
#ifndef TEXT_PATTERN_H
#define TEXT_PATTERN_H

#include <stddef.h>

#include "base/err.h"

struct pattern;
struct pattern_work;		/* what searches need; one a thread */

/*
 * Understood are literals, ".", "^" and "$" (of lines), classes, groups (?:
 * (?i: (?> (?= (?! (?<= (?<! and plain ones, greedy, lazy and possessive
 * quantifiers, \s \S \d \D \w \W \p{..} with a general category, \r \n \t \f
 * \v \a \e \x{..} \uXXXX and quoted punctuation.  Characters as of Unicode
 * 16.0; \w has the fractions and superscripts of Latin-1, as there.  A pattern
 * that can match an empty text is refused.  Free with pattern_free().
 */
struct pattern	*pattern_new(const char *regex, struct err *e);
/* The same that matches the text literally. */
struct pattern	*pattern_new_literal(const char *text, struct err *e);
void		 pattern_free(struct pattern *p);	/* accepts NULL */

/* For searches in a text of n bytes altogether. */
struct pattern_work	*pattern_work_new(size_t n, struct err *e);
void		 pattern_work_free(struct pattern_work *w);

/*
 * The first match in s[0..n), which is UTF-8, from `from' on: 1 and
 * [*start, *end), not empty; or 0.  -1 when the searches together take more
 * steps than a fixed multiple of the text, RC_INPUT, or there is no memory.
 */
int	pattern_find(size_t *start, size_t *end, const struct pattern *p,
	    struct pattern_work *w, const char *s, size_t n, size_t from,
	    struct err *e);

/* The translation into PCRE2's syntax; free with mem_free(). */
char	*pattern_translate(const char *regex, struct err *e);

#endif
