/*
 * tasks: what train, grad-dump, act-capture and evaluate share: a model and
 * the tasks that it is measured on.  Every function ends the process when
 * something is wrong.
 */
#ifndef CMD_TASKS_H
#define CMD_TASKS_H

#include "cmd/cmd.h"
#include "model/model.h"
#include "task/examples.h"

/* Which examples. */
struct tasks_options {
	const char	*list;		/* of mix_parse() */
	size_t		 length;	/* digits of an answer */
	uint64_t	 seed;
	int		 split;
};

extern struct tasks_options tasks_options;	/* all, 8, 0, train */

#define TASKS_OPTIONS(default_split) \
	{ 't', "tasks", "list", OPT_STRING, &tasks_options.list, \
	    "tasks (all)", NULL, 0 }, \
	{ 0, "length", "n", OPT_SIZE, &tasks_options.length, \
	    "digits of an answer (8)", NULL, 0 }, \
	{ 's', "seed", "n", OPT_SEED, &tasks_options.seed, \
	    "seed of the examples (0)", NULL, 0 }, \
	{ 0, "split", "name", OPT_CHOICE, &tasks_options.split, \
	    "train, validation or test (" default_split ")", split_names, 0 }

/* The draw that the options make. */
struct draw tasks_draw(void);

/* A model at work on tasks. */
struct bench {
	struct model	*model;
	struct model_pool *pool;
	struct mix	 mix;
	size_t		 length;	/* digits of an answer */
	struct task_batch batch;
	struct task_batch *drawn;	/* of each task: bench_draw() */
	/* what is evaluated: */
	const struct task *task;
	const struct batch *seen;
	struct batch_result *res;	/* of each sequence */
	int32_t		*top;		/* the argmax for each token */
	size_t		 max_res, max_top;
};

/* Takes the model over.  list: of mix_parse(). */
void	bench_open(struct bench *b, struct model *m, const char *list,
	    size_t length);
void	bench_close(struct bench *b);
/* Refuses weights in the list of tasks (grad-dump, evaluate). */
void	bench_no_weights(const struct bench *b);
/* Loss and accuracy at params of n examples of a task, from number 0 on: the
 * sum; b->res has each one's own. */
struct batch_result bench_eval(struct bench *b, const struct params *params,
	    const struct task *task, const struct draw *d, size_t n);
/* Draws n examples of each task, from number 0 on, to be kept. */
void	bench_draw(struct bench *b, const struct draw *d, size_t n);
/* From now on the examples drawn of task i of b->mix are seen; there is room
 * for their results. */
void	bench_see(struct bench *b, size_t i);
/* What bench_eval() says, of the examples that are seen. */
struct batch_result bench_eval_seen(struct bench *b,
	    const struct params *params);
/* The digits that the model gave at the targets of sequence i of what is
 * seen, each after the right ones; '?' for what is no digit.
 * answer has room for the b->length digits and a NUL. */
void	bench_answer(char *answer, const struct bench *b, size_t i);

#endif
