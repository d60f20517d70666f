/* lincomb: weighted sums of streams and models, or over a stream's records. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/basis.h"
#include "cmd/memory.h"
#include "cmd/sum.h"
#include "model/model.h"

static struct opt_reals weights;
static struct opt_strings sets;
static int mean, sum, cumulative;
static double norm, unit = 1;		/* of every result; 0: as it comes */
static const char *norm_unit;

static const struct opt options[] = {
	{ 'w', "weights", "w,...", OPT_REALS, &weights,
	    "weight of each operand (1)", NULL, 0 },
	{ 'm', "mean", NULL, OPT_FLAG, &mean,
	    "the mean over the records of the operand", NULL, 0 },
	{ 's', "sum", NULL, OPT_FLAG, &sum,
	    "the sum over its records", NULL, 0 },
	{ 'c', "cumulative", NULL, OPT_FLAG, &cumulative,
	    "the sum over its records up to each", NULL, 0 },
	{ 'n', "norm", "x", OPT_REAL, &norm,
	    "scale every result to this norm (0: no)", NULL, 0 },
	{ 0, "of", "operand", OPT_INPUT, &norm_unit,
	    "times the norm of a model or, on average, of a stream's vectors",
	    NULL, 0 },
	{ 'l', "label", "key=value", OPT_STRINGS, &sets,
	    "set a label of the result", NULL, 0 },
	MEMORY_OPTION,
	OPT_END
};

static const char *const standard_input[] = { "-" };

struct operand {
	const char	*name;
	double		 weight;
	struct ts_reader *in;		/* NULL: a model */
	struct ts_record rec;
	struct ts_labels labels;	/* of the record that was taken */
	size_t		 n;		/* records so far */
	int		 alone;		/* it has one record, for all */
	struct recipe	*first, *recipe; /* of its records, where all are */
};

static struct layout *layout;		/* that all have, as f32 */
static struct spool *first_records;	/* one of each operand */
static float *x;			/* the current record */
static struct sum total;
static size_t budget;			/* bytes for everything */

static int
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Of the layout, now that it is known, there are x, y and, for a while, a
 * model. */
static void
require_vectors(const char *name)
{
	memory_require(layout->n * (2 * sizeof *x + sizeof *total.y), budget / 2,
	    "%s: vectors of %zu values", name, layout->n);
}

static void
begin_vectors(void)
{
	sum_begin(&total, layout, 0);
	first_records = cmd_must(spool_new(layout->n, budget / 2));
}

/* Reads the parameters of a model to x. */
static void
take_model(const struct operand *o)
{
	struct err e = { .rc = RC_OK };
	struct model *m = model_load(o->name, &e);
	char why[256];

	if (m == NULL)
		die_err(&e);
	if (layout == NULL) {
		layout = cmd_must(layout_copy(m->layout));
		require_vectors(o->name);
		x = cmd_must(mem_alloc(layout->n, sizeof *x));
		begin_vectors();
	}
	if (!layout_equal(m->layout, layout)) {
		layout_difference(why, sizeof why, m->layout, layout,
		    "the first operand");
		die(RC_INPUT, "%s: %s", o->name, why);
	}
	memcpy(x, m->params, layout->n * sizeof *x);
	model_free(m);
}

/* Sums of recipes stay recipes, unless their norm must be known: when the n
 * operands' records, just read, all are, the others must be. */
static void
keep_recipes(const struct operand *o, size_t n)
{
	size_t i;

	if (norm > 0)
		return;
	for (i = 0; i < n; i++)
		if (o[i].in == NULL || o[i].rec.recipe == NULL)
			return;
	layout = cmd_must(layout_copy(o->rec.layout));
	sum_begin(&total, layout, 1);
}

static void
take_recipe(struct operand *o)
{
	if (o->rec.recipe == NULL)
		die(RC_INPUT, "%s: record %zu has values, the first record is "
		    "a recipe", o->name, o->rec.record);
	cmd_same_layout(o->in, &o->rec, layout, "the first operand");
	recipe_free(o->recipe);
	o->recipe = cmd_must(recipe_copy(o->rec.recipe));
	if (o->first == NULL)
		o->first = cmd_must(recipe_copy(o->rec.recipe));
}

/* Reads the operand's next record, whose header is in o->rec, to x or, if it
 * is a recipe among recipes, to o->recipe. */
static void
take(struct operand *o)
{
	if (total.terms != NULL)
		take_recipe(o);
	else if (layout == NULL) {
		layout = cmd_must(layout_as_f32(o->rec.layout));
		require_vectors(o->name);
		x = cmd_read_new(o->in);	/* its size is a claim */
		begin_vectors();
	} else {
		same_tensors(o->in, &o->rec, layout, "the first operand");
		cmd_read(o->in, x);
	}
	if (labels_copy(&o->labels, &o->rec.labels) != 0)
		die(RC_SYSTEM, "out of memory");
	o->n++;
}

static void
open_operand(struct operand *o, const char *path, double weight)
{
	*o = (struct operand){ .name = path, .weight = weight };
	if (is_directory(path)) {
		cmd_note_model(path);
		o->alone = 1;
		return;
	}
	o->in = cmd_open(path);
	o->name = ts_reader_name(o->in);
	cmd_check(ts_reader_start(o->in), ts_reader_err(o->in));
}

/* What the result is: parameters whose weights cancel, and sums of updates,
 * are displacements; else it is what the first operand is. */
static const char *
result_content(const struct operand *first, size_t n)
{
	const char *content = first->in == NULL ? "parameters" :
	    ts_reader_content(first->in);
	double total = 0;
	size_t i;

	for (i = 0; i < n; i++)
		total += first[i].weight;
	if (strcmp(content, "parameters") == 0 && fabs(total) < 1e-12)
		return "displacements";
	if (strcmp(content, "updates") == 0 && (sum || cumulative))
		return "displacements";
	return content;
}

static void
check_options(size_t operands)
{
	struct ts_labels l = { .set = 0 };
	size_t i;

	if (weights.n > 0 && weights.n != operands)
		opts_usage("--weights: %zu weights, but %zu operands",
		    weights.n, operands);
	if (mean + sum + cumulative > 1)
		opts_usage("one of --mean, --sum and --cumulative");
	if (mean + sum + cumulative == 1 && operands != 1)
		opts_usage("--%s takes 1 operand, not %zu", mean ? "mean" :
		    sum ? "sum" : "cumulative", operands);
	if (norm < 0)
		opts_usage("--norm: %g is below 0", norm);
	if (norm_unit != NULL && !(norm > 0))
		opts_usage("--of takes a --norm");
	if (norm > 0 && cumulative)
		opts_usage("--cumulative takes no --norm");
	for (i = 0; i < sets.n; i++)
		label_option(&l, sets.v[i]);
	labels_clear(&l);
}

static void
put_result(struct ts_writer *out, struct ts_labels *l)
{
	size_t i;

	if (norm > 0) {
		sum_scale_to(&total, norm * unit);
		labels_set_real(l, L_NORM, norm * unit);
	}
	for (i = 0; i < sets.n; i++)
		label_option(l, sets.v[i]);
	sum_put(out, &total, l, x);
}

/* --mean, --sum and --cumulative: over the records of one operand. */
static void
over_records(struct operand *o)
{
	struct ts_writer *out = NULL;
	struct ts_labels l = { .set = 0 };

	if (o->in == NULL)
		opts_usage("%s: a model has no records to sum over", o->name);
	while (cmd_next(o->in, &o->rec)) {
		if (o->n == 0)
			keep_recipes(o, 1);
		take(o);
		if (out == NULL)
			out = cmd_create(result_content(o, 1), layout);
		share_labels(&l, &o->labels, o->n == 1);
		sum_add(&total, x, o->recipe, o->weight);
		if (!cumulative)
			continue;
		put_result(out, &o->labels);
		cmd_follow(out, o->in);
	}
	if (o->n == 0)
		die(RC_INPUT, "%s: holds no records", o->name);
	if (mean)
		sum_divide(&total, (double)o->n);
	if (!cumulative)
		put_result(out, &l);
	labels_clear(&l);
}

/*
 * Moves all operands to their next record: 1, or 0 when all have ended.  An
 * operand that ended after one record stands for all; another that ended
 * early is refused.
 */
static int
advance(struct operand *o, size_t n)
{
	size_t i, ended = SIZE_MAX, going = SIZE_MAX;

	for (i = 0; i < n; i++) {
		if (o[i].alone)
			continue;
		if (cmd_next(o[i].in, &o[i].rec))
			going = i;
		else if (o[i].n == 1)
			o[i].alone = 1;
		else
			ended = i;
	}
	if (going == SIZE_MAX)
		return 0;
	if (ended == SIZE_MAX)
		return 1;
	while (cmd_next(o[going].in, &o[going].rec))
		o[going].n++;
	die(RC_INPUT, "%s: %zu records, %s has %zu", o[ended].name,
	    o[ended].n, o[going].name, o[going].n + 1);
}

/* The labels that the operands share, of those that are not alone unless all
 * are; a model has none. */
static void
result_labels(struct ts_labels *l, const struct operand *o, size_t n)
{
	size_t i, streams = 0, many = 0, used = 0;

	for (i = 0; i < n; i++) {
		streams += o[i].in != NULL;
		many += !o[i].alone;
	}
	for (i = 0; i < n; i++)
		if (o[i].in != NULL && (many == 0 || !o[i].alone))
			share_labels(l, &o[i].labels, used++ == 0);
	if (many == 0 && streams < n)
		labels_clear(l);
}

/* Each operand's first record, to be at hand where it stands for all. */
static void
take_first(struct operand *o, size_t n)
{
	struct err e = { .rc = RC_OK };
	float *row;
	size_t i;

	for (i = 0; i < n; i++)
		if (o[i].in != NULL && !cmd_next(o[i].in, &o[i].rec))
			die(RC_INPUT, "%s: holds no records", o[i].name);
	keep_recipes(o, n);
	for (i = 0; i < n; i++) {
		if (o[i].in == NULL)
			take_model(&o[i]);
		else
			take(&o[i]);
		if (total.terms != NULL)
			continue;
		row = spool_room(first_records, &e);
		cmd_check(row == NULL ? -1 : 0, &e);
		memcpy(row, x, layout->n * sizeof *x);
		spool_add(first_records);
	}
}

/* y = the weighted sum of the operands' first records, or of those that they
 * have moved to. */
static void
add_up(struct operand *o, size_t n, int first)
{
	struct err e = { .rc = RC_OK };
	const float *record;
	size_t i;
	int again;

	sum_clear(&total);
	for (i = 0; i < n; i++) {
		record = x;
		again = first || o[i].alone;
		if (!again)
			take(&o[i]);
		else if (total.terms == NULL)
			record = spool_row(first_records, i, &e);
		cmd_check(total.terms == NULL && record == NULL ? -1 : 0, &e);
		sum_add(&total, record, again ? o[i].first : o[i].recipe,
		    o[i].weight);
	}
}

/* Record by record.  Which operands stand for all is only known when their
 * second record does not come, so the first result waits for that. */
static void
over_operands(struct operand *o, size_t n)
{
	struct ts_writer *out;
	struct ts_labels l = { .set = 0 };
	size_t lead, done;
	int more = 1, frame_end;

	take_first(o, n);
	for (lead = 0; lead < n - 1 && o[lead].alone; lead++)
		;
	out = cmd_create(result_content(o, n), layout);
	for (done = 0; more; done++) {
		add_up(o, n, done == 0);
		frame_end = o[lead].in != NULL &&
		    ts_reader_at_frame_end(o[lead].in);
		if (done == 0)
			more = advance(o, n);
		result_labels(&l, o, n);
		put_result(out, &l);
		if (frame_end)
			cmd_flush(out);
		if (done > 0)
			more = advance(o, n);
	}
	labels_clear(&l);
}

int
main(int argc, char *argv[])
{
	struct tool tool = {
		.name = "lincomb",
		.summary = "Write weighted sums of streams and models, or over "
		    "a stream's records.",
		.operands = "[file | model ...]", .opts = options,
		.max_operands = SIZE_MAX,
	};
	const char *const *operand = standard_input;
	struct operand *o;
	size_t i, n = 1;

	cmd_begin(&tool, argc, argv);
	if (tool.n_operands > 0) {
		operand = tool.operand;
		n = tool.n_operands;
	}
	check_options(n);
	budget = memory_budget();
	if (norm_unit != NULL)
		unit = is_directory(norm_unit) ? norm_of_model(norm_unit) :
		    norm_of_stream(norm_unit);
	if (!(unit > 0))
		die(RC_INPUT, "%s: its norm is 0", norm_unit);
	o = cmd_must(mem_zalloc(n, sizeof *o));
	for (i = 0; i < n; i++)
		open_operand(&o[i], operand[i], weights.n ? weights.v[i] : 1);
	if (mean || sum || cumulative)
		over_records(&o[0]);
	else
		over_operands(o, n);
	for (i = 0; i < n; i++) {
		labels_clear(&o[i].labels);
		recipe_free(o[i].first);
		recipe_free(o[i].recipe);
	}
	mem_free(o);
	sum_free(&total);
	spool_free(first_records);
	mem_free(x);
	layout_free(layout);
	return cmd_finish();
}
