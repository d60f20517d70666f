/*
 * mix: the tasks that a run is about, with weights.
 *
 * Examples 0, 1, 2, ... of a mixture take turns: a round has as many turns as
 * the weights add up to, spread as evenly as they go, so every batch holds
 * each task in proportion, to within one example of each.
 */
#ifndef TASK_MIX_H
#define TASK_MIX_H

#include <stdint.h>

#include "task/task.h"
#include "task/text_task.h"

enum { MIX_MAX_WEIGHT = 64 };

struct mix {
	size_t		 n;		/* tasks, in the order given */
	const struct task **task;
	size_t		*weight;
	size_t		 round;		/* sum of the weights */
	size_t		*turn;		/* round entries: which task */
	size_t		*before;	/* its turns earlier in the round */
	char		*names;		/* "copy,add": for labels */
	struct text_task **text;	/* n_text of the tasks are of text */
	size_t		 n_text;
	struct tokenizer *tokenizer;	/* theirs */
};

/* What text tasks are read for. */
struct mix_text {
	const char	*tokenizer;	/* directory; NULL: no text tasks */
	size_t		 vocab;		/* of the model */
	size_t		 max_tokens;	/* longer sequences are left out */
};

/*
 * Parses "copy,add:3", "all", "all,add:3": names with optional weights; a name
 * that comes again replaces its weight, and all stands for every synthetic
 * task.  Or text tasks, [NAME=]TEMPLATE[:FILE][:WEIGHT], which are read now;
 * digits at the end are a weight, unless TEMPLATE is a built-in form and they
 * follow it, as its file.
 * A task of weight 0 has no turns.
 * -1: an unknown name or bad weight, tasks of both kinds (RC_USAGE), a file
 * (RC_INPUT), out of memory.  Free with mix_free() also then.
 */
int	mix_parse(struct mix *m, const char *list, const struct mix_text *text,
	    struct err *e);
void	mix_free(struct mix *m);
/* The task of that name; NULL: it is none of them. */
const struct task *mix_find(const struct mix *m, const char *name);
/* Example number i of the mixture is example *index of the task returned. */
const struct task *mix_example(const struct mix *m, uint64_t i,
	    uint64_t *index);

#endif
