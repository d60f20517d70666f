/* train: trains a model on tasks, streaming its trajectory. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/gradients.h"
#include "cmd/places.h"
#include "cmd/tasks.h"
#include "cmd/train_options.h"
#include "cmd/train_state.h"
#include "cmd/trained.h"
#include "stream/digest.h"

static const char log_header[] =
    "step\tsplit\ttask\tlr\tloss\ttoken_accuracy\texact_match\t"
    "choice_accuracy\n";
static const char *const contents[] = {
	[STREAM_UPDATES] = "updates",
	[STREAM_PARAMETERS] = "parameters",
	[STREAM_DISPLACEMENTS] = "displacements"
};

/* A run. */
struct trainer {
	const struct train_options *o;
	struct bench	 bench;		/* with the model that is trained, or
					   that is below the adapter */
	const struct task *below;	/* of --until-below, or NULL */
	struct trained	 what;
	struct gradients of;
	struct optim	 optim;
	struct schedule	 schedule;
	struct train_dir dir;
	struct progress	 at;		/* its arrays are those below */
	float		*grad;
	float		*base;		/* of the stream: at the last record
					   (updates) or at the beginning */
	float		*row;		/* a record */
	struct ts_writer *out;
};

/* One line for each argument, and what it starts from: a resumed run must
 * have the same. */
static char *
identity(const struct train_options *o, const char digest[DIGEST_SIZE])
{
	size_t i, n, size;
	char **argv = cmd_must(opts_canonical(&train_tool, &n)), *s;

	for (size = DIGEST_SIZE + 16, i = 0; i < n; i++)
		size += strlen(argv[i]) + 1;
	s = cmd_must(mem_zalloc(size, 1));
	for (i = 0; i < n; i++) {
		strcat(s, argv[i]);
		strcat(s, "\n");
	}
	opts_canonical_free(argv, n);
	strcat(s, o->model != NULL ? "weights " : "initial ");
	strcat(s, digest);
	strcat(s, "\n");
	return s;
}

static struct model_config
configuration(const struct train_options *o)
{
	struct err e = { .rc = RC_OK };
	struct model_config c;

	model_config_default(&c);
	cmd_check(model_config_load(&c, o->config, &e), &e);
	cmd_note_input(o->config);
	return c;
}

static struct model *
first_model(const struct train_options *o)
{
	struct model_config c;
	struct err e = { .rc = RC_OK };
	struct model *m;

	if (o->model != NULL) {
		m = places_load(o->model);
		if (o->adapter == NULL && o->lora_rank == 0)
			cmd_check(model_own(m, &e), &e);
		return m;
	}
	c = configuration(o);
	if ((m = model_new(&c, &e)) == NULL ||
	    model_init(m, o->seed, &e) < 0)
		die_err(&e);
	return m;
}

/* A record: to the stream, and when new to the spool. */
static void
emit(struct trainer *t, uint64_t step, double loss, const float *x, int new)
{
	struct ts_labels l;

	labels_init(&l);
	labels_set_int(&l, L_STEP, (int64_t)step);
	if (isfinite(loss))
		labels_set_real(&l, L_LOSS, loss);
	if (labels_set_text(&l, L_TASK, t->bench.mix.names) != 0)
		die(RC_SYSTEM, "out of memory");
	if (new)
		train_dir_spool(&t->dir, step, loss, x, t->what.streamed->n);
	cmd_put(t->out, t->what.streamed, &l, x);
	cmd_flush(t->out);
	labels_clear(&l);
}

/* The record of the step that was just done, if one is due. */
static void
record(struct trainer *t, int last)
{
	const float *theta, *x = t->row;
	uint64_t since = t->at.step - t->at.recorded;
	size_t i, n = t->what.streamed->n;

	if (t->out == NULL || (since < t->o->every && !(last && since > 0)))
		return;
	theta = trained_now(&t->what);
	if (t->o->stream == STREAM_PARAMETERS)
		x = theta;
	else
		for (i = 0; i < n; i++)
			t->row[i] = theta[i] - t->base[i];
	emit(t, t->at.step, t->at.loss / (double)since, x, 1);
	if (t->o->stream == STREAM_UPDATES)
		memcpy(t->base, theta, n * sizeof *theta);
	t->at.recorded = t->at.step;
	t->at.loss = 0;
}

/* Opens the stream; what a killed run had written of it comes again. */
static void
open_stream(struct trainer *t)
{
	const struct layout *l = t->what.streamed;
	uint64_t step;
	double loss;
	int begun = t->o->stream == STREAM_UPDATES;	/* has no step 0 */

	if (t->o->stream == STREAM_NONE)
		return;
	cmd_seed(t->o->seed);
	t->out = cmd_create(contents[t->o->stream], l);
	t->row = cmd_must(mem_zalloc(l->n, sizeof *t->row));
	while (train_dir_unspool(&t->dir, &step, &loss, t->row, l->n)) {
		emit(t, step, loss, t->row, 0);
		begun = 1;
	}
	if (begun)
		return;
	memset(t->row, 0, l->n * sizeof *t->row);
	emit(t, 0, (double)NAN, t->o->stream == STREAM_PARAMETERS ?
	    trained_now(&t->what) : t->row, 1);
}

static void
log_row(struct trainer *t, const char *split, const char *task, double lr,
    const struct score *s)
{
	char rate[32] = "NA", choice[32] = "NA";

	if (isfinite(lr))
		snprintf(rate, sizeof rate, "%.9g", lr);
	if (s->n_choices > 0)
		snprintf(choice, sizeof choice, "%.9g", score_choice(s));
	fprintf(t->dir.log,
	    "%" PRIu64 "\t%s\t%s\t%s\t%.9g\t%.9g\t%.9g\t%s\n",
	    t->at.step, split, task, rate, score_loss(&s->sum),
	    score_token_accuracy(&s->sum), score_exact_match(&s->sum),
	    choice);
}

/* Held-out accuracies; the run is done when they say so. */
static void
check(struct trainer *t)
{
	const struct train_options *o = t->o;
	const struct mix *mix = &t->bench.mix;
	const struct draw d = { .split = SPLIT_VALIDATION,
	    .seed = o->data_seed, .length = o->length };
	int all_above = o->until_above > 0, trained = 0;
	const struct task *task;
	struct score r;
	size_t i;

	for (i = 0; i <= mix->n; i++) {
		task = i < mix->n ? mix->task[i] : t->below;
		if (task == NULL || (i == mix->n && trained))
			break;
		r = bench_eval(&t->bench, t->what.params, task, &d,
		    o->check_items);
		log_row(t, "validation", task->name, (double)NAN, &r);
		if (i < mix->n && score_done(&r) < o->until_above)
			all_above = 0;
		if (task == t->below) {
			trained = 1;
			t->at.done |= score_done(&r) < o->below;
		}
	}
	t->at.done |= all_above;
	fflush(t->dir.log);
}

static void
step(struct trainer *t)
{
	const struct train_options *o = t->o;
	struct draw d = { .split = SPLIT_TRAIN, .seed = o->data_seed,
	    .length = o->length, .easy = t->at.step < o->easy_steps };
	double lr = schedule_lr(&t->schedule, t->at.step);
	struct err e = { .rc = RC_OK };
	struct score r = { .n_choices = 0 };
	char where[48];

	cmd_check(task_batch_fill(&t->bench.batch, &t->bench.mix, &d,
	    t->at.step * o->batch, o->batch, &e), &e);
	if (gradients_mean(t->grad, &r.sum, &t->of, t->what.params,
	    t->what.theta, &t->bench.batch.b, &e) < 0) {
		if (e.rc == RC_INPUT)	/* diverged, and would again */
			train_dir_abandon(&t->dir);
		snprintf(where, sizeof where, "step %" PRIu64,
		    t->at.step + 1);
		err_prefix(&e, where);
		die_err(&e);
	}
	if (o->clip > 0)
		optim_clip(t->grad, t->what.layout->n, o->clip);
	optim_step(&t->optim, t->what.theta, t->grad, lr, t->what.layout);
	trained_follow(&t->what);
	t->at.step++;
	t->at.loss += score_loss(&r.sum);
	log_row(t, "train", t->bench.mix.names, lr, &r);
}

static void
run(struct trainer *t)
{
	const struct train_options *o = t->o;

	while (!t->at.done) {
		step(t);
		t->at.done = t->at.step >= o->steps;
		if (o->check_every > 0 &&
		    (t->at.done || t->at.step % o->check_every == 0))
			check(t);
		record(t, t->at.done);
		if (t->at.done || (o->checkpoint_every > 0 &&
		    t->at.step % o->checkpoint_every == 0))
			train_dir_save(&t->dir, &t->at);
		cmd_progress("step", t->at.step, o->steps);
	}
}

/* The task of --until-below is one of those that are trained on, where it may
 * have weight 0, or a synthetic one. */
static void
find_below(struct trainer *t)
{
	const char *name = t->o->below_task;

	if (name == NULL)
		return;
	t->below = mix_find(&t->bench.mix, name);
	if (t->below == NULL && t->bench.mix.n_text == 0)
		t->below = task_find(name);
	if (t->below == NULL)
		opts_usage("--until-below: unknown task '%s'", name);
}

/* Where the run begins, or goes on. */
static void
begin(struct trainer *t)
{
	struct model *m = first_model(t->o);
	char digest[DIGEST_SIZE];
	size_t n, s;

	trained_open(&t->what, m, t->o);
	n = t->what.layout->n, s = t->what.streamed->n;
	t->grad = cmd_must(mem_alloc(n, sizeof *t->grad));
	train_options_optim(t->o, &t->optim, &t->schedule, n);
	bench_open(&t->bench, m, t->o->model, t->o->tasks, t->o->length);
	if (t->o->model == NULL && bench_tokenizer(&t->bench) != NULL)
		trained_name_ids(&m->config, t->bench.mix.tokenizer,
		    bench_tokenizer(&t->bench));
	find_below(t);
	trained_digest(digest, &t->what, t->bench.mix.n_text > 0);
	gradients_open(&t->of, t->bench.pool, m, t->what.adapter,
	    COORDINATES_FACTORS, NULL, "");
	gradients_reserve(&t->of, 1);
	if (t->o->stream == STREAM_UPDATES ||
	    t->o->stream == STREAM_DISPLACEMENTS) {
		t->base = cmd_must(mem_alloc(s, sizeof *t->base));
		memcpy(t->base, trained_now(&t->what), s * sizeof *t->base);
	}
	t->at = (struct progress){ .n = { n, n, n, s }, .array = {
	    t->what.theta, t->optim.m, t->optim.v, t->base } };
	if (!train_dir_open(&t->dir, t->o->out, t->what.adapter != NULL,
	    identity(t->o, digest), &t->at)) {
		fputs(log_header, t->dir.log);
		t->at.done = t->o->steps == 0;
		if (t->o->check_every > 0)
			check(t);
		train_dir_save(&t->dir, &t->at);
	}
	t->optim.t = t->at.step;
	trained_follow(&t->what);
	open_stream(t);
}

/* The stream is whole before the directory bears its name. */
static int
finish(struct trainer *t)
{
	struct err e = { .rc = RC_OK };
	int status;

	if (t->dir.part != NULL)
		cmd_check(t->what.adapter != NULL ?
		    adapter_save(t->what.adapter, t->dir.part, &e) :
		    model_save(t->bench.model, t->o->dtype, t->dir.part, &e),
		    &e);
	if (t->what.adapter == NULL && bench_tokenizer(&t->bench) != NULL)
		train_dir_keep_tokenizer(&t->dir, bench_tokenizer(&t->bench));
	status = cmd_finish();
	train_dir_finish(&t->dir);
	gradients_close(&t->of);
	bench_close(&t->bench);
	optim_free(&t->optim);
	trained_close(&t->what);
	mem_free(t->grad);
	mem_free(t->base);
	mem_free(t->row);
	return status;
}

/* A model as it starts, which is written tensor by tensor. */
static int
initialise(const struct train_options *o)
{
	struct model_config c = configuration(o);
	struct progress at = { .step = 0 };
	struct err e = { .rc = RC_OK };
	char digest[DIGEST_SIZE];
	struct train_dir dir;
	int status;

	if (tasks_options.tokenizer != NULL)
		trained_name_ids(&c, NULL, tasks_options.tokenizer);
	digest_bytes(digest, &c, sizeof c);
	if (!train_dir_open(&dir, o->out, 0, identity(o, digest), &at)) {
		fputs(log_header, dir.log);
		train_dir_save(&dir, &at);
	}
	cmd_check(model_save_initial(&c, o->seed, o->dtype, dir.part, &e),
	    &e);
	if (tasks_options.tokenizer != NULL)
		train_dir_keep_tokenizer(&dir, tasks_options.tokenizer);
	status = cmd_finish();
	train_dir_finish(&dir);
	return status;
}

int
main(int argc, char *argv[])
{
	struct trainer t = { .o = NULL };

	cmd_begin(&train_tool, argc, argv);
	t.o = train_options_check();
	if (t.o->config != NULL && t.o->steps == 0 && t.o->check_every == 0 &&
	    t.o->stream == STREAM_NONE)
		return initialise(t.o);
	begin(&t);
	run(&t);
	return finish(&t);
}
