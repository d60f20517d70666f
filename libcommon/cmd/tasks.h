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
#include "task/position.h"

/* Which examples. */
struct tasks_options {
	const char	*list;		/* of mix_parse() */
	size_t		 length;	/* digits of an answer */
	uint64_t	 seed;
	int		 split;
	const char	*tokenizer;	/* NULL: the model's */
	size_t		 max_tokens;	/* 0: as many as the model has
					   positions */
};

extern struct tasks_options tasks_options;	/* all, 8, 0, train, ... */

#define TASKS_TEXT_OPTIONS \
	{ 0, "tokenizer", "dir", OPT_INPUT, &tasks_options.tokenizer, \
	    "of text tasks (the model's)", NULL, 0 }, \
	{ 0, "max-tokens", "n", OPT_SIZE, &tasks_options.max_tokens, \
	    "leave out longer rows of text tasks (0: what the model reads)", \
	    NULL, 0 }

#define TASKS_OPTIONS(default_split) \
	{ 't', "tasks", "list", OPT_LIST, &tasks_options.list, \
	    "tasks (all)", NULL, 0 }, \
	{ 0, "length", "n", OPT_SIZE, &tasks_options.length, \
	    "digits of an answer (8)", NULL, 0 }, \
	{ 's', "seed", "n", OPT_SEED, &tasks_options.seed, \
	    "seed of the examples (0)", NULL, 0 }, \
	{ 0, "split", "name", OPT_CHOICE, &tasks_options.split, \
	    "train, validation or test (" default_split ")", split_names, 0 }, \
	TASKS_TEXT_OPTIONS

/* The draw that the options make. */
struct draw tasks_draw(void);

/* A model at work on tasks. */
struct bench {
	struct model	*model;
	struct model_pool *pool;
	struct mix	 mix;
	size_t		 length;	/* digits of an answer */
	const char	*tokenizer;	/* directory, or NULL */
	struct task_batch batch;
	struct task_batch *drawn;	/* of each task: bench_draw() */
	/* what is evaluated: */
	const struct task *task;
	const struct task_batch *seen;
	size_t		 n_items;
	struct batch_result *res;	/* of each sequence */
	int32_t		*top;		/* the argmax for each token */
	size_t		 max_res, max_top;
	char		 digits[TASK_MAX_LENGTH + 1];	/* an answer */
};

/* What an evaluation says. */
struct score {
	struct batch_result sum;	/* of right answers */
	size_t		 n_choices;	/* items with answers to choose from */
	size_t		 n_chosen;	/* whose right one is likeliest */
};

/* n_chosen / n_choices; not a number when there is none. */
double	score_choice(const struct score *s);
/* What says how well a task is done: that, or the exact match where there is
 * nothing to choose from. */
double	score_done(const struct score *s);

/* Takes the model over, which dir holds (text tasks want its tokenizer; NULL:
 * nothing does).  list: of mix_parse(). */
void	bench_open(struct bench *b, struct model *m, const char *dir,
	    const char *list, size_t length);
void	bench_close(struct bench *b);
/* Refuses weights in the list of tasks (grad-dump, evaluate). */
void	bench_no_weights(const struct bench *b);
/* The directory of the text tasks' tokenizer; NULL: no text tasks. */
const char *bench_tokenizer(const struct bench *b);
/* position_encode() for these tasks, for an option. */
void	bench_position(const struct bench *b, struct position_rule *r,
	    const char *option);
/* Tokens of the longest sequence of any task, answer and all. */
size_t	bench_longest(const struct bench *b);
/* At most n examples of a task, all for 0: of a text task as many as the split
 * has, of which there must be some. */
size_t	bench_items(const struct task *task, enum split split, size_t n);
/* Score at params of n examples of a task, from number 0 on; b->res has each
 * sequence's own. */
struct score bench_eval(struct bench *b, const struct params *params,
	    const struct task *task, const struct draw *d, size_t n);
/* Draws n examples of each task, from number 0 on, to be kept; of a text task
 * at most as many as there are, or for n = 0 all. */
void	bench_draw(struct bench *b, const struct draw *d, size_t n);
/* From now on the examples drawn of task i of b->mix are seen: b->n_items of
 * them; there is room for their results. */
void	bench_see(struct bench *b, size_t i);
/* The score of what is seen from b->res and b->top, which
 * bench_eval_seen() works out first. */
struct score bench_score(const struct bench *b);
struct score bench_eval_seen(struct bench *b, const struct params *params);
/* Of item i of what is seen: the result of its right answer; the answer that
 * is likeliest (of equals the first wrong one), and whether it is right: 1, 0,
 * or -1 where there are none to choose from. */
const struct batch_result *bench_item(const struct bench *b, size_t i);
int	bench_choice(size_t *answer, const struct bench *b, size_t i);
/*
 * What the model answers to item i: the answer chosen; or the digits at its
 * targets, each after the right ones, '?' for what is no digit.  Lent until
 * the next call; NULL: of a text.
 */
const char *bench_answer(struct bench *b, size_t i);

#endif
