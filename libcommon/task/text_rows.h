/*
 * text_rows: the rows of a text task from its file, as a template says.
 */
#ifndef TASK_TEXT_ROWS_H
#define TASK_TEXT_ROWS_H

#include "task/template.h"
#include "task/text_task.h"

/*
 * Adds the rows of t->files[1] to a task that has none, but those with more
 * tokens than s->max_tokens, which t->left_out counts; blank lines are none.
 * -1, RC_INPUT: a file that cannot be read or has no rows to add, with the
 * number of a line that is wrong; RC_SYSTEM: memory.
 */
int	text_rows_read(struct text_task *t, const struct template *how,
	    const struct text_source *s, struct err *e);

#endif
