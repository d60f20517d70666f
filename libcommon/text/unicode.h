/*
 * unicode: the few questions about characters that tokenizers ask, with
 * answers that do not depend on how old the installed tables are.
 */
#ifndef TEXT_UNICODE_H
#define TEXT_UNICODE_H

#include <stddef.h>
#include <stdint.h>

/* A run of characters of one general category. */
struct char_range {
	int32_t	first, last;
	char	category[3];
};

/* What Unicode 15.0, 15.1 and 16.0 have added to 14.0, the version of
 * PCRE2 10.42: in order, for letters and so on of patterns. */
extern const struct char_range	unicode_new[];
extern const size_t		unicode_n_new;

/* How many bytes of s[0..n) are UTF-8 from the start: n when all are. */
size_t	unicode_valid(const char *s, size_t n);
/* The character at s, which begins n > 0 bytes of UTF-8, and its bytes. */
int32_t	unicode_at(size_t *len, const char *s, size_t n);
/* White_Space. */
int	unicode_is_space(int32_t c);
/* A word character of regular expressions: Alphabetic, a mark, a decimal
 * digit, connector punctuation, a joiner. */
int	unicode_is_word(int32_t c);
/*
 * A character whose canonical properties are younger than Unicode 9.0.  The
 * normaliser of the library that models' tokenizers were made with knows
 * none of them: there they neither move nor compose.
 */
int	unicode_is_inert(int32_t c);

#endif
