/* evaluate: loss and accuracies of a model per task, also at deltas. */
#include <stdio.h>

#include "cmd/tasks.h"

enum { LABELS = 5 };

/* A delta's labels that stand in the table. */
static const enum label_key labels[LABELS] = {
	L_STEP, L_RANK, L_BASIS, L_NAME, L_SIDE
};
static const char *const columns[] = { "delta", "step", "rank", "basis",
	"name", "side", "task", "split", "items", "loss", "token_accuracy",
	"exact_match", NULL };
static const char *const item_columns[] = { "delta", "step", "rank", "basis",
	"name", "side", "task", "split", "item", "loss", "tokens", "correct",
	"exact", NULL };

static const char *model, *tasks = "all", *deltas;
static size_t items = 512, length = 8;
static uint64_t seed;
static int split = SPLIT_TEST, per_item, base;

static const struct opt options[] = {
	{ 'm', "model", "dir", OPT_INPUT, &model, "the model (required)",
	    NULL, 0 },
	{ 't', "tasks", "list", OPT_STRING, &tasks, "tasks (all)", NULL, 0 },
	{ 'n', "items", "n", OPT_SIZE, &items,
	    "examples of each task (512)", NULL, 0 },
	{ 0, "length", "n", OPT_SIZE, &length,
	    "digits of an answer (8)", NULL, 0 },
	{ 's', "seed", "n", OPT_SEED, &seed, "seed of the examples (0)",
	    NULL, 0 },
	{ 0, "split", "name", OPT_CHOICE, &split,
	    "train, validation or test (test)", split_names, 0 },
	{ 'd', "deltas", "file", OPT_INPUT, &deltas,
	    "measure at the model plus each vector of file", NULL, 0 },
	{ 0, "base", NULL, OPT_FLAG, &base,
	    "with -d: measure the model itself first", NULL, 0 },
	{ 0, "per-item", NULL, OPT_FLAG, &per_item,
	    "a row for each example", NULL, 0 },
	OPT_END
};

static void
put_place(struct table *t, const struct places *p, const char *task)
{
	char text[LABEL_TEXT_MAX + 1];
	size_t i;

	if (p->index < 0)
		table_na(t);
	else
		table_int(t, p->index);
	for (i = 0; i < LABELS; i++)
		if (p->index < 0 || !labels_has(&p->rec.labels, labels[i]))
			table_na(t);
		else if (label_type(labels[i]) == LABEL_INT)
			table_int(t, p->rec.labels.v[labels[i]].i);
		else
			table_text(t, labels_string(text, sizeof text,
			    &p->rec.labels, labels[i]));
	table_text(t, task);
	table_text(t, split_names[split]);
}

static void
put_sum(struct table *t, const struct places *p, const char *task,
    const struct batch_result *r)
{
	put_place(t, p, task);
	table_int(t, (int64_t)r->n_seq);
	table_real(t, score_loss(r));
	table_real(t, score_token_accuracy(r));
	table_real(t, score_exact_match(r));
	cmd_end_row(t);
}

static void
put_item(struct table *t, const struct places *p, const char *task,
    size_t item, const struct batch_result *r)
{
	put_place(t, p, task);
	table_int(t, (int64_t)item);
	table_real(t, score_loss(r));
	table_int(t, (int64_t)r->n_targets);
	table_int(t, (int64_t)r->n_correct);
	table_int(t, (int64_t)r->n_exact);
	cmd_end_row(t);
}

/* All tasks at one place. */
static void
measure(struct bench *b, const struct places *p, struct table *out)
{
	const struct draw d = { .split = (enum split)split, .seed = seed,
	    .length = length };
	struct batch_result r;
	size_t i, j;

	for (i = 0; i < b->mix.n; i++) {
		const struct task *task = b->mix.task[i];

		r = bench_eval(b, p->params, task, &d, items);
		if (!per_item)
			put_sum(out, p, task->name, &r);
		for (j = 0; per_item && j < items; j++)
			put_item(out, p, task->name, j, &b->res[j]);
	}
}

int
main(int argc, char *argv[])
{
	struct tool tool = {
		.name = "evaluate",
		.summary = "Loss and accuracies of a model for each task.",
		.operands = "", .opts = options,
	};
	struct places p;
	struct bench b;
	struct table *out;

	cmd_begin(&tool, argc, argv);
	if (model == NULL)
		opts_usage("give --model");
	if (items == 0)
		opts_usage("--items: 0 is not positive");
	if (base && deltas == NULL)
		opts_usage("--base is for --deltas");
	bench_open(&b, bench_load(model), tasks, length);
	bench_no_weights(&b);
	places_open(&p, b.model, deltas, base);
	out = cmd_table(per_item ? item_columns : columns);
	while (places_next(&p))
		measure(&b, &p, out);
	places_close(&p);
	bench_close(&b);
	return cmd_finish();
}
