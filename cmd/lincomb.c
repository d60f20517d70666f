/* lincomb: weighted sums of streams and models, or over a stream's records. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/basis.h"
#include "linalg/vec.h"
#include "model/model.h"

static struct opt_reals weights;
static struct opt_strings sets;
static int mean, sum, cumulative;

static const struct opt options[] = {
	{ 'w', "weights", "w,...", OPT_REALS, &weights,
	    "weight of each operand (1)", NULL, 0 },
	{ 'm', "mean", NULL, OPT_FLAG, &mean,
	    "the mean over the records of the operand", NULL, 0 },
	{ 's', "sum", NULL, OPT_FLAG, &sum,
	    "the sum over its records", NULL, 0 },
	{ 'c', "cumulative", NULL, OPT_FLAG, &cumulative,
	    "the sum over its records up to each", NULL, 0 },
	{ 'l', "label", "key=value", OPT_STRINGS, &sets,
	    "set a label of the result", NULL, 0 },
	OPT_END
};

static const char *const standard_input[] = { "-" };

struct operand {
	const char	*name;
	double		 weight;
	struct ts_reader *in;		/* NULL: a model */
	struct model	*model;
	struct ts_record rec;
	struct ts_labels labels;	/* of the record in x */
	size_t		 n;		/* records so far */
	int		 alone;		/* it has one record, for all */
	float		*x;		/* the current record */
};

static struct layout *layout;		/* that all have, as f32 */

static int
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void
note_model(const char *dir, const char *file)
{
	size_t n = strlen(dir) + strlen(file) + 2;
	char *path = cmd_must(mem_alloc(n, 1));

	snprintf(path, n, "%s/%s", dir, file);
	cmd_note_input(path);
	mem_free(path);
}

static void
open_model(struct operand *o, const char *dir)
{
	struct err e = { .rc = RC_OK };
	char why[256];

	if ((o->model = model_load(dir, &e)) == NULL)
		die_err(&e);
	note_model(dir, "config.json");
	note_model(dir, "model.safetensors");
	o->x = o->model->params;
	o->alone = 1;
	if (layout == NULL)
		layout = cmd_must(layout_copy(o->model->layout));
	if (layout_equal(o->model->layout, layout))
		return;
	layout_difference(why, sizeof why, o->model->layout, layout,
	    "the first operand");
	die(RC_INPUT, "%s: %s", dir, why);
}

/* Reads the operand's next record, whose header is in o->rec. */
static void
take(struct operand *o)
{
	if (layout == NULL)
		layout = cmd_must(layout_as_f32(o->rec.layout));
	same_tensors(o->in, &o->rec, layout, "the first operand");
	if (o->x == NULL)
		o->x = cmd_read_new(o->in);
	else
		cmd_read(o->in, o->x);
	if (labels_copy(&o->labels, &o->rec.labels) != 0)
		die(RC_SYSTEM, "out of memory");
	o->n++;
}

static void
open_operand(struct operand *o, const char *path, double weight)
{
	*o = (struct operand){ .name = path, .weight = weight };
	if (is_directory(path)) {
		open_model(o, path);
		return;
	}
	o->in = cmd_open(path);
	o->name = ts_reader_name(o->in);
	cmd_check(ts_reader_start(o->in), ts_reader_err(o->in));
}

static void
close_operand(struct operand *o)
{
	if (o->model != NULL)
		model_free(o->model);
	else
		mem_free(o->x);
	labels_clear(&o->labels);
}

/* What the result is: parameters whose weights cancel, and sums of updates,
 * are displacements; else it is what the first operand is. */
static const char *
result_content(const struct operand *first, size_t n)
{
	const char *content = first->model != NULL ? "parameters" :
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
set_label(struct ts_labels *l, const char *arg)
{
	const char *eq = strchr(arg, '=');
	enum label_key k;
	char *end;
	long long i;
	double x;

	if (eq == NULL || label_parse(&k, arg, (size_t)(eq - arg)) != 0)
		opts_usage("--label: '%s' is not label=value", arg);
	i = strtoll(eq + 1, &end, 10);
	if (label_type(k) == LABEL_TEXT) {
		if (strlen(eq + 1) > LABEL_TEXT_MAX)
			opts_usage("--label: %zu bytes of text, at most %d",
			    strlen(eq + 1), LABEL_TEXT_MAX);
		if (labels_set_text(l, k, eq + 1) != 0)
			die(RC_SYSTEM, "out of memory");
	} else if (label_type(k) == LABEL_REAL) {
		if (opts_parse_real(&x, eq + 1) != 0)
			opts_usage("--label: '%s' is not a number", arg);
		labels_set_real(l, k, x);
	} else {
		if (end == eq + 1 || *end != '\0')
			opts_usage("--label: '%s' is not a whole number", arg);
		labels_set_int(l, k, i);
	}
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
	for (i = 0; i < sets.n; i++)
		set_label(&l, sets.v[i]);
	labels_clear(&l);
}

static void
put_result(struct ts_writer *out, struct ts_labels *l, const double *y,
    float *x)
{
	size_t i;

	for (i = 0; i < sets.n; i++)
		set_label(l, sets.v[i]);
	vec_to_f32(x, y, layout->n);
	for (i = 0; i < layout->n; i++)
		if (!isfinite(x[i]))
			die(RC_INPUT, "value %zu of %zu of the result is too "
			    "large for f32", i, layout->n);
	cmd_put(out, layout, l, x);
}

/* --mean, --sum and --cumulative: over the records of one operand. */
static void
over_records(struct operand *o)
{
	struct ts_writer *out = NULL;
	struct ts_labels l = { .set = 0 };
	double *y = NULL;
	float *x = NULL;

	if (o->in == NULL)
		opts_usage("%s: a model has no records to sum over", o->name);
	while (cmd_next(o->in, &o->rec)) {
		take(o);
		if (out == NULL) {
			out = cmd_create(result_content(o, 1), layout);
			y = cmd_must(mem_zalloc(layout->n, sizeof *y));
			x = cmd_must(mem_alloc(layout->n, sizeof *x));
		}
		share_labels(&l, &o->labels, o->n == 1);
		vec_add_f32(y, o->x, o->weight, layout->n);
		if (!cumulative)
			continue;
		put_result(out, &o->labels, y, x);
		cmd_follow(out, o->in);
	}
	if (o->n == 0)
		die(RC_INPUT, "%s: holds no records", o->name);
	if (mean) {
		size_t i;

		for (i = 0; i < layout->n; i++)
			y[i] /= (double)o->n;
	}
	if (!cumulative)
		put_result(out, &l, y, x);
	labels_clear(&l);
	mem_free(x);
	mem_free(y);
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

/* The weighted sum of the operands' current records. */
static void
add_up(double *y, const struct operand *o, size_t n)
{
	size_t i;

	memset(y, 0, layout->n * sizeof *y);
	for (i = 0; i < n; i++)
		vec_add_f32(y, o[i].x, o[i].weight, layout->n);
}

/* Each operand's first record. */
static void
take_first(struct operand *o, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (o[i].in == NULL)
			continue;
		if (!cmd_next(o[i].in, &o[i].rec))
			die(RC_INPUT, "%s: holds no records", o[i].name);
		take(&o[i]);
	}
}

/* Record by record.  Which operands stand for all is only known when their
 * second record does not come, so the first result waits for that. */
static void
over_operands(struct operand *o, size_t n)
{
	struct ts_writer *out;
	struct ts_labels l = { .set = 0 };
	size_t i, lead, done = 0;
	int more = 1, frame_end;
	double *y;
	float *x;

	take_first(o, n);
	for (lead = 0; lead < n - 1 && o[lead].alone; lead++)
		;
	out = cmd_create(result_content(o, n), layout);
	y = cmd_must(mem_alloc(layout->n, sizeof *y));
	x = cmd_must(mem_alloc(layout->n, sizeof *x));
	for (; more; done++) {
		for (i = 0; done > 0 && i < n; i++)
			if (!o[i].alone)
				take(&o[i]);
		frame_end = o[lead].in != NULL &&
		    ts_reader_at_frame_end(o[lead].in);
		if (done == 0)
			more = advance(o, n);
		add_up(y, o, n);
		result_labels(&l, o, n);
		put_result(out, &l, y, x);
		if (frame_end)
			cmd_flush(out);
		if (done > 0)
			more = advance(o, n);
	}
	labels_clear(&l);
	mem_free(x);
	mem_free(y);
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
	o = cmd_must(mem_zalloc(n, sizeof *o));
	for (i = 0; i < n; i++)
		open_operand(&o[i], operand[i], weights.n ? weights.v[i] : 1);
	if (mean || sum || cumulative)
		over_records(&o[0]);
	else
		over_operands(o, n);
	for (i = 0; i < n; i++)
		close_operand(&o[i]);
	mem_free(o);
	layout_free(layout);
	return cmd_finish();
}
