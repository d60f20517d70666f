/*
 * tasks: what train, grad-dump, act-capture and evaluate share: a model, the
 * tasks that it is measured on, and the weights that deltas move it to.  Every
 * function ends the process when something is wrong.
 */
#ifndef CMD_TASKS_H
#define CMD_TASKS_H

#include "cmd/cmd.h"
#include "model/model.h"
#include "task/examples.h"

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
struct batch_result bench_eval(struct bench *b, const float *params,
	    const struct task *task, const struct draw *d, size_t n);
/* Draws n examples of each task, from number 0 on, to be kept. */
void	bench_draw(struct bench *b, const struct draw *d, size_t n);
/* From now on the examples drawn of task i of b->mix are seen; there is room
 * for their results. */
void	bench_see(struct bench *b, size_t i);
/* What bench_eval() says, of the examples that are seen. */
struct batch_result bench_eval_seen(struct bench *b, const float *params);
/* The digits that the model gave at the targets of sequence i of what is
 * seen, each after the right ones; '?' for what is no digit.
 * answer has room for the b->length digits and a NUL. */
void	bench_answer(char *answer, const struct bench *b, size_t i);
/* Loads a model directory and notes its files as inputs. */
struct model *bench_load(const char *dir);

/* The weights at which to measure: the model's, moved by each delta of a
 * stream in turn. */
struct places {
	const struct model *model;
	struct ts_reader *in;		/* NULL: no deltas */
	int		 base;		/* the model itself is to come */
	size_t		 next;		/* index of the next delta */
	struct ts_record rec;
	float		*moved;
	unsigned char	*differs, *touched;	/* of each tensor: moved from
						   the model's; by this one */
	char		 digest[DIGEST_SIZE];
	/* the current place: */
	const float	*params;
	long		 index;		/* which delta; -1: none */
};

/* deltas: NULL for the model alone; base: the model before its deltas. */
void	places_open(struct places *p, const struct model *m,
	    const char *deltas, int base);
/* 1, or 0 after the last.  Every sum theta + delta starts from theta, so
 * nothing is ever subtracted back.  A recipe is drawn straight onto the
 * weights, and rewrites no others than those that it moves; the bits are
 * those of its dense vector. */
int	places_next(struct places *p);
/* A digest of the current place: its weights, number and labels. */
void	places_key(char key[DIGEST_SIZE], const struct places *p);
/* Makes sure that the model's weights are what they were. */
void	places_close(struct places *p);

#endif
