/*
 * template: how the fields of a row become a prompt and its answers, as a
 * JSON file or a built-in form says; plumbline-task(5).
 */
#ifndef TASK_TEMPLATE_H
#define TASK_TEMPLATE_H

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"

enum { TEMPLATE_MAX_ANSWERS = 64 };

/* Patterns: text in which {field}, or {this|that}, stands for a field of the
 * row.  Answers that all rows have, and labels, are no patterns. */
struct template {
	char		*name, *data;	/* or NULL */
	char		*prompt;
	/* answers that all rows have, and which one is right: */
	char		*answers[TEMPLATE_MAX_ANSWERS];
	char		*labels[TEMPLATE_MAX_ANSWERS];	/* of each answer */
	size_t		 n_answers;
	char		*label;
	/* or patterns of answers, the first of which is right: */
	char		*each[TEMPLATE_MAX_ANSWERS];
	size_t		 n_each;
	char		*text;		/* or no answers: a text */
	char		*split;		/* or NULL */
	int		 lines;		/* rows are lines of text, not JSON */
};

/* The built-in form whose name is name[0..n), as JSON, "" where rows are lines
 * of text; NULL: there is none. */
const char	*template_form(const char *name, size_t n);
/*
 * From JSON text; what names it in messages.  -1 (RC_INPUT): no JSON, a key
 * that is unknown, missing, twice or does not go with others, a pattern with a
 * brace that is not closed.  Free with template_free() in any case.
 */
int	template_parse(struct template *t, const char *json, size_t n,
	    const char *what, struct err *e);
void	template_free(struct template *t);
/*
 * The pattern, which template_parse() took, with a row's fields filled in:
 * strings as they are, numbers as JSON writes them, true and false; of
 * {this|that} the first field that the row has.  "{{" and "}}" are braces.  The caller's
 * to mem_free(); NULL: a field that is missing, null, a list or an object.
 */
char	*template_fill(const char *pattern, const json_t *row, struct err *e);

#endif
