/*
 * normalise: what a tokenizer changes in a text before it cuts it.
 */
#ifndef TEXT_NORMALISE_H
#define TEXT_NORMALISE_H

#include "text/pattern.h"
#include "text/spans.h"

enum normal_kind { NORMAL_NFC, NORMAL_PREPEND, NORMAL_REPLACE };

struct normal_step {
	enum normal_kind kind;
	char		*text;		/* what is put before, or in place */
	struct pattern	*pattern;	/* NORMAL_REPLACE: of what */
};

/*
 * The normalised text, in b: overwritten.  NFC is that of Unicode 9.0; what
 * is put before a text (not before an empty one) comes from nothing of it.
 */
int	normalise_step(struct text_buf *b, const struct normal_step *step,
	    const struct text_view *v, struct pattern_work *w,
	    struct err *e);
/* Adds v's canonical composition to b. */
int	normalise_nfc(struct text_buf *b, const struct text_view *v,
	    struct err *e);

#endif
