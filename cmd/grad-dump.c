/* grad-dump: gradients of the loss on tasks, one a minibatch. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/gradients.h"
#include "cmd/places.h"
#include "cmd/sketches.h"
#include "cmd/tasks.h"
#include "linalg/vec.h"
#include "model/optim.h"
#include "random/normal.h"

enum control { CONTROL_NONE, CONTROL_SHUFFLED, CONTROL_GAUSSIAN };
/* Examples at once with --per-example, as far as their gradients together have
 * no more values than this. */
enum { EACH = 8 };
static const size_t MANY = (size_t)1 << 29;

static const char *const controls[] = { "none", "shuffled-labels",
	"gaussian", NULL };

static const char *group, *answer = "right";
static size_t count = 64, batch = 64, first;
static int control, per_example, mean, fresh, coordinates;

static enum answer wanted;
static size_t number;

static const struct opt options[] = {
	PLACES_MODEL,
	PLACES_ADAPTER,
	PLACES_DELTAS,
	TASKS_OPTIONS("train"),
	{ 'n', "count", "n", OPT_SIZE, &count,
	    "minibatches of each task (64)", NULL, 0 },
	{ 'b', "batch", "n", OPT_SIZE, &batch,
	    "examples of a minibatch (64)", NULL, 0 },
	{ 0, "first", "n", OPT_SIZE, &first,
	    "number of the first minibatch (0)", NULL, 0 },
	{ 0, "per-example", NULL, OPT_FLAG, &per_example,
	    "a gradient for each example", NULL, 0 },
	{ 0, "mean", NULL, OPT_FLAG, &mean,
	    "one gradient a task: the mean over its minibatches", NULL, 0 },
	{ 0, "group", "glob", OPT_STRING, &group,
	    "only the tensors whose names match", NULL, 0 },
	COORDINATES_OPTION(coordinates),
	SKETCHES_OPTIONS,
	{ 0, "answer", "which", OPT_STRING, &answer,
	    "of text tasks: right, wrong, or a number from 0 (right)", NULL,
	    0 },
	{ 0, "control", "name", OPT_CHOICE, &control,
	    "none, shuffled-labels or gaussian (none)", controls, 0 },
	{ 0, "fresh", NULL, OPT_FLAG, &fresh,
	    "with -d: other minibatches at every delta", NULL, 0 },
	{ 0, "shard", "i/n", OPT_STRING, &cmd_shard,
	    "only the i-th of n parts of the output (1/1)", NULL, 0 },
	OPT_END
};

/* A run. */
struct dump {
	struct bench	 bench;
	struct places	 place;
	struct gradients of;
	const struct layout *layout;	/* of the gradients */
	struct sketches	 out;
	float		*grad;		/* n_each of them */
	size_t		 n_each;	/* examples at once */
	float		*row;		/* of the record: one of them */
	double		*sum;		/* of rows: --mean */
	size_t		 done, total;	/* minibatches, for progress */
	int64_t		 index;		/* of the next record */
	size_t		 unit, from, to; /* the next unit of work; the
					   shard's */
};

/* Replaces row by Gaussian noise of the same norm; which is the record's
 * number within the task, minibatch or example. */
static void
make_noise(struct dump *g, const struct task *task, uint64_t which)
{
	struct random_key key = { .seed = tasks_options.seed,
	    .draw = (uint32_t)which };
	double norm = optim_norm(g->row, g->layout->n), scale;
	const struct tensor_spec *t;
	char name[LABEL_TEXT_MAX + 128];
	size_t i;

	for (i = 0; i < g->layout->n_tensors; i++) {
		t = &g->layout->t[i];
		snprintf(name, sizeof name, "control.gaussian.%s.%s.%ld.%s",
		    split_names[tasks_options.split], task->name,
		    g->place.index, t->name);
		key.name = random_name(name);
		normal_fill_f32(g->row + t->offset, &key, 0, t->n);
	}
	scale = norm / optim_norm(g->row, g->layout->n);
	for (i = 0; i < g->layout->n; i++)
		g->row[i] = (float)(scale * g->row[i]);
}

static void
set_text(struct ts_labels *l, enum label_key k, const char *s)
{
	if (labels_set_text(l, k, s) != 0)
		die(RC_SYSTEM, "out of memory");
}

/* Writes row.  batch_at, example: numbers, or -1 where there is none. */
static void
put_row(struct dump *g, const struct task *task, double loss,
    int64_t batch_at, int64_t example)
{
	static const enum label_key passed[] = { L_STEP, L_RANK, L_BASIS };
	const struct ts_labels *from = &g->place.rec.labels;
	struct ts_labels l;
	size_t i;

	labels_init(&l);
	labels_set_int(&l, L_INDEX, g->index++);
	labels_set_int(&l, L_SEED, (int64_t)tasks_options.seed);
	if (batch_at >= 0)
		labels_set_int(&l, L_BATCH, batch_at);
	if (example >= 0)
		labels_set_int(&l, L_EXAMPLE, example);
	labels_set_real(&l, L_LOSS, loss);
	set_text(&l, L_TASK, task->name);
	set_text(&l, L_SPLIT, split_names[tasks_options.split]);
	set_text(&l, L_CONTROL, controls[control]);
	if (group != NULL)
		set_text(&l, L_GROUP, group);
	if (g->place.index >= 0) {
		labels_set_int(&l, L_DELTA, g->place.index);
		for (i = 0; i < sizeof passed / sizeof *passed; i++)
			if (labels_has(from, passed[i]))
				labels_set_int(&l, passed[i],
				    from->v[passed[i]].i);
		if (labels_has(from, L_NAME))
			set_text(&l, L_NAME, from->v[L_NAME].s);
	}
	sketches_put(&g->out, &l, g->row);
	labels_clear(&l);
}

/* The examples of a minibatch. */
static void
fill(struct dump *g, const struct task *task, uint64_t at)
{
	struct draw d = tasks_draw();
	struct err e = { .rc = RC_OK };

	d.answer = wanted;
	d.number = number;
	if (task_batch_fill_one(&g->bench.batch, task, &d, at * batch,
	    batch, &e) < 0) {
		err_prefix(&e, task->name);
		die_err(&e);
	}
	if (control == CONTROL_SHUFFLED)
		cmd_check(task_batch_shuffle(&g->bench.batch, d.seed,
		    (uint32_t)at, d.length, &e), &e);
}

static void
check_grad(int status, const struct task *task, uint64_t at, struct err *e)
{
	char where[96];

	if (status >= 0)
		return;
	snprintf(where, sizeof where, "task %s, minibatch %" PRIu64,
	    task->name, at);
	err_prefix(e, where);
	die_err(e);
}

/* A record for each example of minibatch at. */
static void
dump_examples(struct dump *g, const struct task *task, uint64_t at)
{
	const struct batch *all = &g->bench.batch.b;
	struct batch_result res[EACH];
	struct err e = { .rc = RC_OK };
	size_t i, j, n;

	for (i = 0; i < all->n_seq; i += n) {
		struct batch part = *all;

		n = all->n_seq - i < g->n_each ? all->n_seq - i : g->n_each;
		part.n_seq = n;
		part.start += i;
		check_grad(gradients_each(g->grad, res, &g->of,
		    g->place.params, g->place.factors, &part, &e), task, at,
		    &e);
		for (j = 0; j < n; j++) {
			uint64_t which = at * batch + i + j;

			g->row = g->grad + j * g->layout->n;
			if (control == CONTROL_GAUSSIAN)
				make_noise(g, task, which);
			put_row(g, task, score_loss(&res[j]), (int64_t)at,
			    (int64_t)which);
		}
	}
}

/* A record for minibatch at, or a term of the mean; its loss. */
static double
dump_batch(struct dump *g, const struct task *task, uint64_t at)
{
	struct err e = { .rc = RC_OK };
	struct batch_result res;

	check_grad(gradients_mean(g->grad, &res, &g->of, g->place.params,
	    g->place.factors, &g->bench.batch.b, &e), task, at, &e);
	if (control == CONTROL_GAUSSIAN)
		make_noise(g, task, at);
	if (mean)
		vec_add_f32(g->sum, g->row, 1, g->layout->n);
	else
		put_row(g, task, score_loss(&res), (int64_t)at, -1);
	return score_loss(&res);
}

/* Units of work, each with n records: does the next one belong to this
 * shard? */
static int
is_mine(struct dump *g, size_t n)
{
	size_t u = g->unit++;

	if (u >= g->from && u < g->to)
		return 1;
	g->index += (int64_t)n;
	return 0;
}

static void
dump_task(struct dump *g, const struct task *task)
{
	uint64_t at = first, end, i;
	double loss = 0;

	if (mean && !is_mine(g, 1))
		return;

	if (fresh)
		at += (uint64_t)g->place.index * count;
	if (mean)
		memset(g->sum, 0, g->layout->n * sizeof *g->sum);
	for (end = at + count; at < end; at++) {
		if (!mean && !is_mine(g, per_example ? batch : 1))
			continue;
		fill(g, task, at);
		if (per_example)
			dump_examples(g, task, at);
		else
			loss += dump_batch(g, task, at);
		cmd_progress("minibatch", ++g->done, g->total);
	}
	if (!mean)
		return;
	for (i = 0; i < g->layout->n; i++)
		g->row[i] = (float)(g->sum[i] / (double)count);
	put_row(g, task, loss / (double)count, -1, -1);
}

/* --answer */
static void
parse_answer(void)
{
	if (strcmp(answer, "right") == 0)
		wanted = ANSWER_RIGHT;
	else if (strcmp(answer, "wrong") == 0)
		wanted = ANSWER_WRONG;
	else if (opts_parse_size(&number, answer) == 0)
		wanted = ANSWER_NUMBER;
	else
		opts_usage("--answer: '%s' is not right, wrong or a number",
		    answer);
	if (wanted != ANSWER_RIGHT && control == CONTROL_SHUFFLED)
		opts_usage("--answer and --control shuffled-labels both say "
		    "which answer");
}

static void
check_options(void)
{
	places_check();
	parse_answer();
	if (count == 0 || batch == 0)
		opts_usage("--%s: 0 is not positive",
		    count == 0 ? "count" : "batch");
	if (first > UINT32_MAX)
		opts_usage("--first: %zu is beyond the last minibatch",
		    first);
	if (mean && per_example)
		opts_usage("--mean and --per-example exclude each other");
	if (coordinates == COORDINATES_PRODUCT &&
	    places_options.adapter == NULL)
		opts_usage("--coordinates is for --adapter");
	if (fresh && places_options.deltas == NULL)
		opts_usage("--fresh is for --deltas");
	if (control == CONTROL_SHUFFLED && batch < 2)
		opts_usage("--control: shuffled-labels needs --batch 2 or "
		    "more");
}

static void
begin(struct dump *g)
{
	size_t n;

	bench_open(&g->bench, places_load(places_options.model),
	    places_options.model, tasks_options.list, tasks_options.length);
	bench_no_weights(&g->bench);
	if (wanted != ANSWER_RIGHT && g->bench.mix.n_text == 0)
		opts_usage("--answer is for text tasks");
	places_open(&g->place, g->bench.model);
	gradients_open(&g->of, g->bench.pool, g->bench.model,
	    g->place.adapter, (enum coordinates)coordinates, group,
	    places_options.adapter != NULL ? places_options.adapter :
	    places_options.model);
	g->layout = g->of.layout;
	n = model_pool_layout(g->bench.pool)->n;
	g->n_each = !per_example || n > MANY ? 1 : n > MANY / EACH ?
	    MANY / n : EACH;
	gradients_reserve(&g->of, g->n_each);
	g->row = g->grad = cmd_must(mem_alloc(g->n_each * g->layout->n,
	    sizeof *g->grad));
	if (mean)
		g->sum = cmd_must(mem_alloc(g->layout->n, sizeof *g->sum));
	if (places_options.deltas == NULL)
		g->total = g->bench.mix.n * count;
	g->to = SIZE_MAX;
	if (cmd_shard != NULL) {
		n = g->bench.mix.n * (mean ? 1 : count);
		g->from = cmd_shard_first(n);
		g->to = cmd_shard_end(n);
		g->total = (g->to - g->from) * (mean ? count : 1);
	}
	cmd_seed(tasks_options.seed);
	sketches_open(&g->out, "gradients", g->layout);
}

static void
end(struct dump *g)
{
	places_close(&g->place);
	bench_close(&g->bench);
	gradients_close(&g->of);
	sketches_close(&g->out);
	mem_free(g->grad);
	mem_free(g->sum);
}

int
main(int argc, char *argv[])
{
	struct tool tool = {
		.name = "grad-dump",
		.summary = "Gradients of the loss on tasks.",
		.operands = "", .opts = options,
	};
	struct dump g = { .index = 0 };
	size_t i;

	cmd_begin(&tool, argc, argv);
	check_options();
	begin(&g);
	while (places_next(&g.place))
		for (i = 0; i < g.bench.mix.n; i++)
			dump_task(&g, g.bench.mix.task[i]);
	end(&g);
	return cmd_finish();
}
