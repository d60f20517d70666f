/* evaluate: loss and accuracies of a model per task, also at deltas. */
#include <string.h>

#include "cmd/basis.h"
#include "cmd/journal.h"
#include "cmd/steering.h"
#include "cmd/places.h"
#include "cmd/tasks.h"

/* A delta's labels that stand in the table, and their columns. */
static const enum label_key labels[] = {
	L_STEP, L_RANK, L_BASIS, L_NAME, L_SIDE, L_METHOD, L_GROUP, L_SIGMA,
	L_NORM, L_DRAW, L_PAIR, L_SIGN
};
enum { LABELS = sizeof labels / sizeof *labels };
#define DELTA "delta", "step", "rank", "basis", "name", "side", "method", \
	"group", "sigma", "norm", "draw", "pair", "sign"
#define SCORES "task", "split", "items", "loss", "token_accuracy", \
	"exact_match", "choice_accuracy", NULL
#define ITEM "task", "split", "item", "loss", "tokens", "correct", "exact", \
	"answer", "chosen", NULL
static const char *const columns[] = { DELTA, SCORES };
static const char *const item_columns[] = { DELTA, ITEM };
static const char *const steer_columns[] = { DELTA, STEERING_COLUMNS,
	SCORES };
static const char *const steer_item_columns[] = { DELTA, STEERING_COLUMNS,
	ITEM };

static size_t items = 512;
static int per_item;

static const struct opt options[] = {
	PLACES_MODEL,
	PLACES_ADAPTER,
	PLACES_DELTAS,
	PLACES_BASE,
	TASKS_OPTIONS("test"),
	{ 'n', "items", "n", OPT_SIZE, &items,
	    "examples of each task, at most (512; of texts 0: all)", NULL, 0 },
	{ 0, "per-item", NULL, OPT_FLAG, &per_item,
	    "a row for each example", NULL, 0 },
	STEERING_OPTIONS,
	OPT_END
};

/* A run. */
struct run {
	struct bench	 bench;
	struct places	 place;
	struct steering	*steering;	/* NULL: none */
	struct journal	*kept;
	struct table	*out;
	size_t		 done;		/* places, or points of steering */
};

static void
put_place(const struct run *r)
{
	const struct ts_labels none = { .set = 0 };
	const struct places *p = &r->place;
	size_t i;

	if (p->index < 0)
		table_na(r->out);
	else
		table_int(r->out, p->index);
	for (i = 0; i < LABELS; i++)
		table_label(r->out, p->index < 0 ? &none :
		    &p->rec.labels, labels[i]);
	if (r->steering != NULL)
		steering_put(r->out, r->steering);
	table_text(r->out, r->bench.task->name);
	table_text(r->out, split_names[tasks_options.split]);
}

static void
put_score(const struct run *r, const struct score *s)
{
	put_place(r);
	table_int(r->out, (int64_t)s->sum.n_seq);
	table_real(r->out, score_loss(&s->sum));
	table_real(r->out, score_token_accuracy(&s->sum));
	table_real(r->out, score_exact_match(&s->sum));
	table_real(r->out, score_choice(s));
	cmd_end_row(r->out);
}

static void
put_item(struct run *r, size_t item)
{
	const struct batch_result *one = bench_item(&r->bench, item);
	const char *answer = bench_answer(&r->bench, item);
	size_t which;
	int right = bench_choice(&which, &r->bench, item);

	put_place(r);
	table_int(r->out, (int64_t)item);
	table_real(r->out, score_loss(one));
	table_int(r->out, (int64_t)one->n_targets);
	table_int(r->out, (int64_t)one->n_correct);
	table_int(r->out, (int64_t)one->n_exact);
	if (answer == NULL)
		table_na(r->out);
	else
		table_text(r->out, answer);
	if (right < 0)
		table_na(r->out);
	else
		table_int(r->out, right);
	cmd_end_row(r->out);
}

/* Task i at a place, whose key is given: what an unfinished run kept, or
 * worked out and kept. */
static struct score
result(struct run *r, const char *key, size_t i)
{
	struct bench *b = &r->bench;
	const struct batch *all;
	struct score s = { .n_choices = 0 };
	struct iovec v[2] = { { &s, sizeof s } };
	size_t n = 1;

	bench_see(b, i);
	all = &b->seen->b;
	if (per_item) {
		v[0] = (struct iovec){ b->res, all->n_seq * sizeof *b->res };
		v[1] = (struct iovec){ b->top,
		    all->start[all->n_seq] * sizeof *b->top };
		n = 2;
	}
	if (journal_get(r->kept, key, v, n))
		return s;
	s = bench_eval_seen(b, r->place.params);
	journal_put(r->kept, key, v, n);
	return s;
}

/* All tasks, at one point of steering if there is any. */
static void
measure_tasks(struct run *r, const char *key)
{
	struct score s;
	size_t i, j;

	for (i = 0; i < r->bench.mix.n; i++) {
		s = result(r, key, i);
		if (!per_item)
			put_score(r, &s);
		for (j = 0; per_item && j < r->bench.n_items; j++)
			put_item(r, j);
		cmd_flush_rows(r->out);
	}
	cmd_progress(r->steering == NULL ? "delta" : "vector", ++r->done, 0);
}

/* All tasks at one place.  Results are kept in the order of points, so these
 * need no keys of their own. */
static void
measure(struct run *r)
{
	char key[DIGEST_SIZE] = "";

	if (journal_keeps(r->kept))
		places_key(key, &r->place);
	if (r->steering == NULL)
		measure_tasks(r, key);
	else
		while (steering_next(r->steering, r->bench.pool))
			measure_tasks(r, key);
}

static void
check_options(void)
{
	places_check();
	steering_check();
	if (places_options.deltas != NULL && steering_options.path != NULL &&
	    strcmp(places_options.deltas, "-") == 0 &&
	    strcmp(steering_options.path, "-") == 0)
		opts_usage("--deltas and --steer both read standard input");
}

static void
begin(struct run *r)
{
	const struct draw d = tasks_draw();
	struct bench *b = &r->bench;

	bench_open(b, places_load(places_options.model),
	    places_options.model, tasks_options.list, tasks_options.length);
	bench_no_weights(b);
	if (items == 0 && b->mix.n_text == 0)
		opts_usage("--items: 0 is not positive");
	bench_draw(b, &d, items);
	r->steering = steering_open(b);
	places_open(&r->place, b->model);
	r->kept = journal_open();
	if (r->steering == NULL)
		r->out = cmd_table(per_item ? item_columns : columns);
	else
		r->out = cmd_table(per_item ? steer_item_columns :
		    steer_columns);
}

int
main(int argc, char *argv[])
{
	struct tool tool = {
		.name = "evaluate",
		.summary = "Loss and accuracies of a model for each task.",
		.operands = "", .opts = options,
	};
	struct run r = { .done = 0 };
	int status;

	tasks_options.split = SPLIT_TEST;
	cmd_begin(&tool, argc, argv);
	check_options();
	begin(&r);
	while (places_next(&r.place))
		measure(&r);
	places_close(&r.place);
	steering_close(r.steering);
	bench_close(&r.bench);
	status = cmd_finish();
	journal_close(r.kept);
	return status;
}
