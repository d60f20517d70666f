#include <stdlib.h>
#include <string.h>

#include "cmd/gradients.h"
#include "cmd/tasks.h"
#include "cmd/train_options.h"
#include "task/task.h"

static const double UNSET = -1;		/* reals that depend on others */
static const uint64_t NO_SEED = UINT64_MAX;
static const size_t NO_CHECK_EVERY = SIZE_MAX, CHECK_EVERY = 100;

static const double ADAMW_LR = 1e-3, ADAMW_DECAY = 0.01;
static const double GD_LR = 0.05, GD_DECAY = 0;

static const char *const optimizers[] = { "adamw", "gd", NULL };
static const char *const schedules[] = { "constant", "cosine", NULL };
static const char *const dtypes[] = { "f32", "f16", "bf16", NULL };
static const char *const streams[] = { "none", "updates", "parameters",
	"displacements", NULL };

static int dtype;
static struct train_options o = {
	.tasks = "all", .steps = 1000, .batch = 128, .length = 8,
	.lr = UNSET, .weight_decay = UNSET, .beta1 = 0.9, .beta2 = 0.999,
	.eps = 1e-8, .data_seed = NO_SEED, .every = 1,
	.check_every = SIZE_MAX, .check_items = 256, .checkpoint_every = 200
};

static const struct opt options[] = {
	{ 'c', "config", "file", OPT_INPUT, &o.config,
	    "start from a configuration, initialised by the seed", NULL, 0 },
	{ 'm', "model", "dir", OPT_INPUT, &o.model,
	    "start from a model", NULL, 0 },
	{ 0, "adapter", "dir", OPT_INPUT, &o.adapter,
	    "train a PEFT adapter over the model, from dir on", NULL, 0 },
	{ 0, "lora-rank", "n", OPT_SIZE, &o.lora_rank,
	    "train a new adapter of this rank over the model (0: none)",
	    NULL, 0 },
	{ 0, "lora-alpha", "x", OPT_REAL, &o.lora_alpha,
	    "its scale times the rank (0: the rank)", NULL, 0 },
	{ 0, "lora-targets", "name,...", OPT_STRING, &o.lora_targets,
	    "its linear layers, by the ends of their names, or all-linear",
	    NULL, 0 },
	{ 0, "lora-rslora", NULL, OPT_FLAG, &o.lora_rslora,
	    "scale by the square root of the rank", NULL, 0 },
	COORDINATES_OPTION(o.coordinates),
	{ 'O', "model-out", "dir", OPT_OUTPUT, &o.out,
	    "write the trained model to dir", NULL, OPT_NEUTRAL },
	{ 0, "dtype", "name", OPT_CHOICE, &dtype,
	    "of the weights in dir: f32, f16 or bf16 (f32)", dtypes,
	    OPT_NEUTRAL },
	{ 't', "tasks", "list", OPT_LIST, &o.tasks,
	    "tasks with weights, such as all,add:2 (all)", NULL, 0 },
	TASKS_TEXT_OPTIONS,
	{ 'n', "steps", "n", OPT_SIZE, &o.steps,
	    "steps at most (1000)", NULL, 0 },
	{ 'b', "batch", "n", OPT_SIZE, &o.batch,
	    "examples of a step (128)", NULL, 0 },
	{ 0, "length", "n", OPT_SIZE, &o.length,
	    "digits of an answer (8)", NULL, 0 },
	{ 0, "easy-steps", "n", OPT_SIZE, &o.easy_steps,
	    "draw easy inputs in the first n steps (0)", NULL, 0 },
	{ 0, "optimizer", "name", OPT_CHOICE, &o.optimizer,
	    "adamw or gd (adamw)", optimizers, 0 },
	{ 0, "lr", "x", OPT_REAL, &o.lr,
	    "learning rate (adamw 0.001, gd 0.05)", NULL, 0 },
	{ 0, "schedule", "name", OPT_CHOICE, &o.schedule,
	    "constant or cosine (constant)", schedules, 0 },
	{ 0, "lr-floor", "x", OPT_REAL, &o.lr_floor,
	    "last learning rate of cosine, as a fraction (0)", NULL, 0 },
	{ 0, "warmup", "n", OPT_SIZE, &o.warmup,
	    "steps in which the learning rate rises (0)", NULL, 0 },
	{ 0, "clip", "x", OPT_REAL, &o.clip,
	    "largest norm of a gradient (0: any)", NULL, 0 },
	{ 0, "weight-decay", "x", OPT_REAL, &o.weight_decay,
	    "decoupled weight decay (adamw 0.01, gd 0)", NULL, 0 },
	{ 0, "beta1", "x", OPT_REAL, &o.beta1, "of adamw (0.9)", NULL, 0 },
	{ 0, "beta2", "x", OPT_REAL, &o.beta2, "of adamw (0.999)", NULL, 0 },
	{ 0, "eps", "x", OPT_REAL, &o.eps, "of adamw (1e-8)", NULL, 0 },
	{ 's', "seed", "n", OPT_SEED, &o.seed,
	    "seed of the initialisation (0)", NULL, 0 },
	{ 0, "data-seed", "n", OPT_SEED, &o.data_seed,
	    "seed of the examples (that of --seed)", NULL, 0 },
	{ 0, "stream", "what", OPT_CHOICE, &o.stream,
	    "none, updates, parameters or displacements (none)", streams, 0 },
	{ 0, "every", "n", OPT_SIZE, &o.every,
	    "steps from record to record (1)", NULL, 0 },
	{ 0, "until-above", "x", OPT_REAL, &o.until_above,
	    "stop when each task is done at least so well", NULL, 0 },
	{ 0, "until-below", "task=x", OPT_STRING, &o.until_below,
	    "stop when task is done less well than x", NULL, 0 },
	{ 0, "check-every", "n", OPT_SIZE, &o.check_every,
	    "steps between checks on held-out data (100; 0: none; without "
	    "steps 0)", NULL, 0 },
	{ 0, "check-items", "n", OPT_SIZE, &o.check_items,
	    "held-out examples of a task (256)", NULL, 0 },
	{ 0, "checkpoint-every", "n", OPT_SIZE, &o.checkpoint_every,
	    "steps between resumable states (200; 0: none)", NULL,
	    OPT_NEUTRAL },
	OPT_END
};

struct tool train_tool = {
	.name = "train",
	.summary = "Train a model on tasks and stream its "
	    "trajectory.",
	.operands = "", .opts = options,
};

static void
check_range(const char *name, double x, double least, double most)
{
	if (!(x >= least && x <= most))
		opts_usage("--%s: %g is not within %g and %g", name, x, least,
		    most);
}

static void
check_positive(const char *name, double x)
{
	if (!(x > 0))
		opts_usage("--%s: %g is not positive", name, x);
}

static void
check_optimizer(void)
{
	int gd = o.optimizer == 1;

	if (o.lr == UNSET)
		o.lr = gd ? GD_LR : ADAMW_LR;
	if (o.weight_decay == UNSET)
		o.weight_decay = gd ? GD_DECAY : ADAMW_DECAY;
	check_positive("lr", o.lr);
	check_range("lr-floor", o.lr_floor, 0, 1);
	check_range("weight-decay", o.weight_decay, 0, 1 / o.lr);
	check_range("beta1", o.beta1, 0, 1 - 1e-9);
	check_range("beta2", o.beta2, 0, 1 - 1e-9);
	check_positive("eps", o.eps);
	if (o.clip < 0)
		opts_usage("--clip: %g is negative", o.clip);
}

/* --until-below TASK=X */
static void
parse_below(void)
{
	const char *eq = strrchr(o.until_below, '=');

	if (eq == NULL || opts_parse_real(&o.below, eq + 1) != 0)
		opts_usage("--until-below: '%s' is not TASK=X",
		    o.until_below);
	o.below_task = cmd_must(mem_strndup(o.until_below,
	    (size_t)(eq - o.until_below)));
	check_range("until-below", o.below, 0, 1);
}

static void
check_adapter(void)
{
	int new = o.lora_rank > 0, any = new || o.adapter != NULL;

	if (any && o.model == NULL)
		opts_usage("an adapter is over a --model");
	if (new && o.adapter != NULL)
		opts_usage("give either --adapter or --lora-rank");
	if (!new && (o.lora_alpha != 0 || o.lora_targets != NULL ||
	    o.lora_rslora))
		opts_usage("--lora-%s is for --lora-rank", o.lora_rslora ?
		    "rslora" : o.lora_targets != NULL ? "targets" : "alpha");
	if (new && o.lora_targets == NULL)
		opts_usage("give --lora-targets");
	if (o.coordinates == COORDINATES_PRODUCT && !any)
		opts_usage("--coordinates is for an adapter");
	if (any && dtype != 0)
		opts_usage("--dtype: an adapter is written in f32");
	if (o.lora_alpha == 0)
		o.lora_alpha = (double)o.lora_rank;
	if (new)
		check_positive("lora-alpha", o.lora_alpha);
}

struct train_options *
train_options_check(void)
{
	if ((o.config == NULL) == (o.model == NULL))
		opts_usage("give either --config or --model");
	if (o.out != NULL ? *o.out == '\0' : o.stream == STREAM_NONE)
		opts_usage("give --model-out, or --stream");
	if (o.batch == 0 || o.every == 0 || o.check_items == 0)
		opts_usage("--%s: 0 is not positive", o.batch == 0 ? "batch" :
		    o.every == 0 ? "every" : "check-items");
	if (opt_output != NULL && o.stream == STREAM_NONE)
		opts_usage("--output is for a stream: give --stream");
	if (o.check_every == NO_CHECK_EVERY)
		o.check_every = o.steps == 0 ? 0 : CHECK_EVERY;
	dtype_parse(&o.dtype, dtypes[dtype]);
	check_adapter();
	check_optimizer();
	check_range("until-above", o.until_above, 0, 1);
	if (o.until_below != NULL)
		parse_below();
	if (o.check_every == 0 && (o.until_above > 0 || o.below_task != NULL))
		opts_usage("--check-every: 0 leaves --until-%s without checks",
		    o.until_above > 0 ? "above" : "below");
	if (o.data_seed == NO_SEED)
		o.data_seed = o.seed;
	return &o;
}

void
train_options_optim(const struct train_options *t, struct optim *optim,
    struct schedule *s, size_t n)
{
	struct err e = { .rc = RC_OK };

	cmd_check(optim_init(optim, t->optimizer == 1 ? OPTIM_GD :
	    OPTIM_ADAMW, n, &e), &e);
	optim->beta1 = t->beta1;
	optim->beta2 = t->beta2;
	optim->eps = t->eps;
	optim->weight_decay = t->weight_decay;
	*s = (struct schedule){
		.kind = t->schedule == 1 ? SCHEDULE_COSINE :
		    SCHEDULE_CONSTANT,
		.lr = t->lr, .floor = t->lr_floor, .warmup = t->warmup,
		.steps = t->steps
	};
}
