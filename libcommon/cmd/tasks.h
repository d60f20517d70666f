/*
 * tasks: what train, grad-dump and evaluate share: a model, the tasks that it
 * is measured on, and the weights that deltas move it to.  Every function
 * ends the process when something is wrong.
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
	struct batch_result *res;	/* of each sequence of the batch */
	size_t		 max_res;
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
	float		*delta, *moved;
	char		 digest[DIGEST_SIZE];
	/* the current place: */
	const float	*params;
	long		 index;		/* which delta; -1: none */
};

/* deltas: NULL for the model alone; base: the model before its deltas. */
void	places_open(struct places *p, const struct model *m,
	    const char *deltas, int base);
/* 1, or 0 after the last.  Every sum theta + delta starts from theta, so
 * nothing is ever subtracted back. */
int	places_next(struct places *p);
/* Makes sure that the model's weights are what they were. */
void	places_close(struct places *p);

#endif
