/* act-capture: activations of a model at named sites and token positions. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/places.h"
#include "cmd/tasks.h"
#include "cmd/watch.h"
#include "linalg/vec.h"
#include "task/contrast.h"
#include "task/position.h"
#include "tensor/finite.h"

enum { EACH = 16 };		/* examples at once */

static const char *at, *sites = "*";
static const char *contrast = "none";
static size_t items = 64;
static int mean;

static const struct opt options[] = {
	PLACES_MODEL,
	PLACES_ADAPTER,
	PLACES_DELTAS,
	PLACES_BASE,
	TASKS_OPTIONS("train"),
	{ 'n', "items", "n", OPT_SIZE, &items,
	    "examples of each task, at most (64; of texts 0: all)", NULL, 0 },
	{ 'S', "sites", "glob,...", OPT_STRING, &sites,
	    "only the sites whose names match (*)", NULL, 0 },
	{ 'a', "at", "position", OPT_STRING, &at,
	    "which token: 3, -1, marker:TEXT, all (-1; task=NAME: marker:=)",
	    NULL, 0 },
	{ 'c', "contrast", "kind", OPT_STRING, &contrast,
	    "none, answer, statement, label, texts or task=NAME (none)", NULL, 0 },
	{ 0, "mean", NULL, OPT_FLAG, &mean,
	    "one vector a task, side and site: the mean over examples",
	    NULL, 0 },
	{ 0, "shard", "i/n", OPT_STRING, &cmd_shard,
	    "only the i-th of n parts of the output (1/1)", NULL, 0 },
	OPT_END
};

/* A run. */
struct capture {
	struct bench	 bench;
	struct places	 place;
	struct contrast	 contrast;
	struct position_rule rule;
	struct contrast_batch block;
	uint64_t	 block_is;	/* its number, UINT64_MAX: none */
	const struct task *task;	/* of the block */
	size_t		 second;	/* 1: it is not the first one */
	size_t		 items;		/* of the task */
	size_t		 sides, sequences;	/* of each example */
	uint64_t	 n_side[2];	/* vectors in the sums */
	struct watch	 watch;
	double		*sum;		/* sides x sites x width: --mean */
	float		*mean;		/* width */
	struct ts_writer *out;
	int64_t		 index;		/* of the next record */
	size_t		 unit, from, to;	/* the next one; the shard's */
	size_t		 done, total;	/* examples, for progress */
};

static void
set_text(struct ts_labels *l, enum label_key k, const char *s)
{
	if (s != NULL && labels_set_text(l, k, s) != 0)
		die(RC_SYSTEM, "out of memory");
}

/* What all records of a side of a task at this place say. */
static void
side_labels(struct ts_labels *l, const struct capture *g, size_t side)
{
	static const enum label_key passed[] = { L_STEP, L_RANK, L_BASIS };
	const struct ts_labels *from = &g->place.rec.labels;
	size_t i;

	labels_init(l);
	labels_set_int(l, L_SEED, (int64_t)tasks_options.seed);
	set_text(l, L_TASK, g->contrast.kind == CONTRAST_TEXTS ?
	    g->bench.mix.names : g->task->name);
	set_text(l, L_SPLIT, split_names[tasks_options.split]);
	set_text(l, L_AT, at);
	set_text(l, L_LABEL, contrast_label(&g->contrast, g->task, side));
	if (g->sides == 2) {
		set_text(l, L_CONTRAST, contrast);
		set_text(l, L_SIDE, side == 0 ? "positive" : "negative");
	}
	if (g->place.index < 0)
		return;
	labels_set_int(l, L_DELTA, g->place.index);
	for (i = 0; i < sizeof passed / sizeof *passed; i++)
		if (labels_has(from, passed[i]))
			labels_set_int(l, passed[i], from->v[passed[i]].i);
	if (labels_has(from, L_NAME))
		set_text(l, L_NAME, from->v[L_NAME].s);
}

/* Writes rows x width values of the i-th site; rows 0: a single one. */
static void
put(struct capture *g, struct ts_labels *l, size_t i, const float *x,
    size_t rows)
{
	struct layout *one = cmd_must(layout_new());
	size_t shape[2] = { rows, g->watch.width };
	struct err e = { .rc = RC_OK };

	cmd_check(layout_add(one, g->watch.name[i], DT_F32, rows ? 2 : 1,
	    rows ? shape : shape + 1, &e), &e);
	labels_set_int(l, L_INDEX, g->index++);
	set_text(l, L_SITE, g->watch.name[i]);
	cmd_put(g->out, one, l, x);
	layout_free(one);
}

static void
check_finite(const struct capture *g, const float *x, size_t n,
    uint64_t example, const char *site)
{
	size_t i = finite_prefix_f32(x, n);

	if (i < n)
		die(RC_INPUT, "task %s: example %" PRIu64 ": site %s: value "
		    "%zu is not finite", g->task->name, example, site, i);
}

/* A side of an example, which is sequence seq of the chunk: its records, or
 * terms of the means. */
static void
take_side(struct capture *g, size_t side, size_t seq, size_t tokens,
    uint64_t example)
{
	int whole = g->rule.kind == POSITION_ALL;
	size_t width = g->watch.width, n = (whole ? tokens : 1) * width, i;
	struct ts_labels l;

	g->n_side[side]++;
	side_labels(&l, g, side);
	labels_set_int(&l, L_EXAMPLE, (int64_t)example);
	if (g->sequences == 2)
		labels_set_int(&l, L_PAIR, (int64_t)example);
	if (!whole)
		labels_set_int(&l, L_POSITION,
		    (int64_t)watch_position(&g->watch, seq));
	for (i = 0; i < g->watch.n; i++) {
		const float *x = watch_kept(&g->watch, seq, i);

		check_finite(g, x, n, example, g->watch.name[i]);
		if (mean)
			vec_add_f32(g->sum + (side * g->watch.n + i) * width,
			    x, 1, n);
		else
			put(g, &l, i, x, whole ? tokens : 0);
	}
	labels_clear(&l);
}

static void
die_at(const struct capture *g, uint64_t example, struct err *e)
{
	char where[96];

	if (example == UINT64_MAX)
		snprintf(where, sizeof where, "task %s", g->task->name);
	else
		snprintf(where, sizeof where, "task %s: example %" PRIu64,
		    g->task->name, example);
	err_prefix(e, where);
	die_err(e);
}

/* Examples first ... first + n - 1, all of one block. */
static void
take_chunk(struct capture *g, uint64_t first, size_t n)
{
	struct err e = { .rc = RC_OK };
	struct batch part = g->block.b;
	size_t i, s, t, at = first % CONTRAST_BLOCK;

	part.start += at * g->sequences;
	part.n_seq = n * g->sequences;
	if (watch_find(&g->watch, &i, &part, &e) < 0)
		die_at(g, first + i / g->sequences, &e);
	if (model_visit(g->bench.pool, g->place.params, &part, &e) < 0)
		die_at(g, UINT64_MAX, &e);
	for (i = 0; i < n; i++) {
		for (s = 0; s < g->sequences; s++) {
			t = i * g->sequences + s;
			take_side(g, g->contrast.kind == CONTRAST_TEXTS ?
			    g->second : g->block.side[at * g->sequences + t],
			    t, part.start[t + 1] - part.start[t],
			    first + i);
		}
		if (!mean)
			cmd_flush(g->out);
		cmd_progress("example", ++g->done, g->total);
	}
}

/* The examples [from, to) of the task. */
static void
take_examples(struct capture *g, uint64_t from, uint64_t to)
{
	const struct draw d = tasks_draw();
	struct err e = { .rc = RC_OK };
	uint64_t block, n;

	for (; from < to; from += n) {
		block = from / CONTRAST_BLOCK;
		if (block != g->block_is &&
		    contrast_batch_fill(&g->block, &g->contrast, g->task, &d,
		    block, &e) < 0)
			die_at(g, UINT64_MAX, &e);
		g->block_is = block;
		n = CONTRAST_BLOCK - from % CONTRAST_BLOCK;
		if (n > EACH)
			n = EACH;
		if (n > to - from)
			n = to - from;
		take_chunk(g, from, n);
	}
}

static void
put_means(struct capture *g)
{
	struct ts_labels l;
	size_t side, i, j, width = g->watch.width;

	for (side = 0; side < g->sides; side++) {
		if (g->contrast.kind == CONTRAST_TEXTS && side != g->second)
			continue;
		if (g->n_side[side] == 0)
			die(RC_INPUT, "task %s: no %s example among %zu",
			    g->task->name, side == 0 ? "positive" :
			    "negative", g->items);
		side_labels(&l, g, side);
		labels_set_int(&l, L_VECTORS, (int64_t)g->n_side[side]);
		for (i = 0; i < g->watch.n; i++) {
			const double *sum = g->sum +
			    (side * g->watch.n + i) * width;

			for (j = 0; j < width; j++)
				g->mean[j] = (float)(sum[j] /
				    (double)g->n_side[side]);
			put(g, &l, i, g->mean, 0);
		}
		labels_clear(&l);
	}
	cmd_flush(g->out);
}

/* Records of a unit of work: a task's means, or an example. */
static size_t
unit_records(const struct capture *g)
{
	size_t sides = g->contrast.kind == CONTRAST_TEXTS ? 1 : g->sides;

	return (mean ? sides : g->sequences) * g->watch.n;
}

static size_t
task_units(const struct task *task)
{
	return mean ? 1 : bench_items(task,
	    (enum split)tasks_options.split, items);
}

static void
take_task(struct capture *g, size_t which)
{
	const struct task *task = g->bench.mix.task[which];
	size_t units = task_units(task), per = unit_records(g);
	size_t first = g->unit, from, to;

	g->task = task;
	g->second = which > 0;
	g->items = bench_items(task, (enum split)tasks_options.split, items);
	g->block_is = UINT64_MAX;
	g->unit += units;
	from = g->from > first ? g->from - first : 0;
	to = g->to > first ? g->to - first : 0;
	to = to < units ? to : units;
	if (from >= to) {
		g->index += (int64_t)(units * per);
		return;
	}
	g->index += (int64_t)(from * per);
	memset(g->n_side, 0, sizeof g->n_side);
	if (mean) {
		memset(g->sum, 0, g->sides * g->watch.n * g->watch.width *
		    sizeof *g->sum);
		take_examples(g, 0, g->items);
		put_means(g);
	} else
		take_examples(g, from, to);
	g->index += (int64_t)((units - to) * per);
}

static void
check_options(struct capture *g)
{
	struct err e = { .rc = RC_OK };

	places_check();
	if (contrast_parse(&g->contrast, contrast, &e) < 0)
		opts_usage("--contrast: %s", e.msg);
	if (at == NULL)
		at = contrast_position(&g->contrast);
	if (position_parse(&g->rule, at, &e) < 0)
		opts_usage("--at: %s", e.msg);
	if (mean && g->rule.kind == POSITION_ALL)
		opts_usage("--mean is for one position, not for --at all");
}

static void
begin(struct capture *g)
{
	struct err e = { .rc = RC_OK };
	size_t i, n;

	bench_open(&g->bench, places_load(places_options.model),
	    places_options.model, tasks_options.list, tasks_options.length);
	bench_no_weights(&g->bench);
	if (items == 0 && g->bench.mix.n_text == 0)
		opts_usage("--items: 0 is not positive");
	bench_position(&g->bench, &g->rule, "at");
	if (g->contrast.kind == CONTRAST_TEXTS && g->bench.mix.n != 2)
		opts_usage("--contrast: texts is for two tasks, not %zu",
		    g->bench.mix.n);
	for (i = 0; i < g->bench.mix.n; i++)
		if (contrast_check(&g->contrast, g->bench.mix.task[i], &e) < 0)
			opts_usage("--contrast: %s", e.msg);
	places_open(&g->place, g->bench.model);
	g->sides = contrast_sides(&g->contrast);
	g->sequences = contrast_sequences(&g->contrast);
	watch_open(&g->watch, &g->bench.model->config, sites,
	    places_options.model, &g->rule,
	    EACH * g->sequences, bench_longest(&g->bench));
	model_pool_hook(g->bench.pool, &g->watch.hook);
	n = g->watch.width;
	g->mean = cmd_must(mem_alloc(n, sizeof *g->mean));
	g->sum = cmd_must(mem_alloc(g->sides * g->watch.n * n,
	    sizeof *g->sum));
	for (n = i = 0; i < g->bench.mix.n; i++)
		n += task_units(g->bench.mix.task[i]);
	g->from = places_options.deltas == NULL ? cmd_shard_first(n) : 0;
	g->to = places_options.deltas == NULL ? cmd_shard_end(n) : SIZE_MAX;
	if (places_options.deltas == NULL)
		g->total = (g->to - g->from) * (mean ? items : 1);
	cmd_seed(tasks_options.seed);
	g->out = cmd_create("activations", NULL);
}

static void
end(struct capture *g)
{
	places_close(&g->place);
	contrast_batch_free(&g->block);
	bench_close(&g->bench);
	watch_close(&g->watch);
	position_free(&g->rule);
	mem_free(g->mean);
	mem_free(g->sum);
}

int
main(int argc, char *argv[])
{
	struct tool tool = {
		.name = "act-capture",
		.summary = "Activations of a model at named sites and token "
		    "positions.",
		.operands = "", .opts = options,
	};
	struct capture g = { .index = 0 };
	size_t i;

	cmd_begin(&tool, argc, argv);
	check_options(&g);
	begin(&g);
	while (places_next(&g.place))
		for (i = 0; i < g.bench.mix.n; i++)
			take_task(&g, i);
	end(&g);
	return cmd_finish();
}
