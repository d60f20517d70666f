/*
 * spans: text that knows, byte by byte, where in the user's text it comes
 * from, through whatever a tokenizer does to it.
 */
#ifndef TEXT_SPANS_H
#define TEXT_SPANS_H

#include <stddef.h>

#include "base/err.h"

/* Bytes start ... end - 1 of the user's text; start = end: nothing of it. */
struct token_span {
	size_t	start, end;
};

/* A piece of text, lent. */
struct text_view {
	const char	*s;
	size_t		 n;
	const struct token_span *from;	/* n; NULL: byte i is at base + i */
	size_t		 base;
};

/* A piece that owns its arrays, grown as needed.  Zeroed to begin with. */
struct text_buf {
	char		*s;
	struct token_span *from;
	size_t		 n, max;
	size_t		 limit;		/* to n; 0: none */
};

void	text_buf_free(struct text_buf *b);
/* Adds s[0..n), which as a whole comes from `from'. */
int	text_buf_add(struct text_buf *b, const char *s, size_t n,
	    struct token_span from, struct err *e);
/* Adds part start ... end of v as it is. */
int	text_buf_copy(struct text_buf *b, const struct text_view *v,
	    size_t start, size_t end, struct err *e);
/* All of b; part start ... end of v. */
struct text_view	text_buf_view(const struct text_buf *b);
struct text_view	text_part(const struct text_view *v, size_t start,
			    size_t end);
/* Where that part comes from; start <= end. */
struct token_span	text_from(const struct text_view *v, size_t start,
			    size_t end);

#endif
