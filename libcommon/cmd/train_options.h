/*
 * train_options: the options of train, checked and with their defaults.
 */
#ifndef CMD_TRAIN_OPTIONS_H
#define CMD_TRAIN_OPTIONS_H

#include "cmd/cmd.h"
#include "model/optim.h"
#include "task/mix.h"

enum train_stream { STREAM_NONE, STREAM_UPDATES, STREAM_PARAMETERS,
	STREAM_DISPLACEMENTS };

struct train_options {
	const char	*config, *model;	/* one of them */
	const char	*adapter;		/* over the model, or NULL */
	size_t		 lora_rank;		/* of a new one; 0: none */
	double		 lora_alpha;
	const char	*lora_targets;
	int		 lora_rslora;
	int		 coordinates;		/* of the stream: enum
						   coordinates */
	const char	*out;			/* directory */
	enum dtype	 dtype;			/* of its weights */
	const char	*tasks;
	size_t		 steps, batch, length, easy_steps;
	int		 optimizer;		/* 0: adamw, 1: gd */
	double		 lr, lr_floor, clip, weight_decay;
	double		 beta1, beta2, eps;
	int		 schedule;		/* enum schedule_kind */
	size_t		 warmup;
	uint64_t	 seed, data_seed;
	int		 stream;		/* enum train_stream */
	size_t		 every;
	double		 until_above;		/* 0: never */
	const char	*until_below;		/* TASK=X, or NULL */
	char		*below_task;		/* parsed from it */
	double		 below;
	size_t		 check_every, check_items, checkpoint_every;
};

/* The tool, ready for cmd_begin(). */
extern struct tool train_tool;
/* Checks what was parsed and fills in defaults that depend on other options;
 * a usage error ends the process. */
struct train_options *train_options_check(void);
/* As the optimiser and the schedule want them. */
void	train_options_optim(const struct train_options *o,
	    struct optim *optim, struct schedule *s, size_t n);

#endif
