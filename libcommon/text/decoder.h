/*
 * decoder: from the strings of tokens back to text.
 */
#ifndef TEXT_DECODER_H
#define TEXT_DECODER_H

#include <stddef.h>

#include "base/err.h"

enum decode_kind { DECODE_BYTE_LEVEL, DECODE_BYTE_FALLBACK, DECODE_REPLACE,
	DECODE_FUSE, DECODE_STRIP };

struct decode_step {
	enum decode_kind kind;
	char		*find;		/* DECODE_REPLACE: this; DECODE_STRIP:
					   one character */
	char		*put;		/* DECODE_REPLACE: by this */
	size_t		 start, stop;	/* DECODE_STRIP: at most so many */
};

/* Strings, end to end.  Zeroed to begin with. */
struct strings {
	char	*s;
	size_t	 n_bytes, max_bytes;
	size_t	*end;			/* n: where each ends in s */
	size_t	 n, max;
	size_t	 limit;			/* to n_bytes; 0: none */
};

/* Adds bytes to the string in work; ends it. */
int	strings_put(struct strings *a, const char *s, size_t n,
	    struct err *e);
int	strings_end(struct strings *a, struct err *e);
void	strings_free(struct strings *a);

/* One step, from a to b, which is overwritten. */
int	decode_strings(struct strings *b, const struct strings *a,
	    const struct decode_step *step, struct err *e);

#endif
