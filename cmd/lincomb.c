/* lincomb: weighted sums of streams, models and adapters, or over records. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/basis.h"
#include "cmd/memory.h"
#include "cmd/operands.h"

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
	    "times the norm of a model, an adapter or, on average, of a "
	    "stream's vectors",
	    NULL, 0 },
	{ 'l', "label", "key=value", OPT_STRINGS, &sets,
	    "set a label of the result", NULL, 0 },
	MEMORY_OPTION,
	OPT_END
};

static const char *const standard_input[] = { "-" };

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
put_result(struct ts_writer *out, struct operands *a, struct ts_labels *l)
{
	size_t i;

	if (norm > 0) {
		sum_scale_to(&a->total, norm * unit);
		labels_set_real(l, L_NORM, norm * unit);
	}
	for (i = 0; i < sets.n; i++)
		label_option(l, sets.v[i]);
	sum_put(out, &a->total, l, a->x);
}

/* --mean, --sum and --cumulative: over the records of one operand. */
static void
over_records(struct operands *a)
{
	struct operand *o = a->o;
	struct ts_writer *out = NULL;
	struct ts_labels l = { .set = 0 };

	if (o->in == NULL)
		opts_usage("%s: a model has no records to sum over", o->name);
	while (operands_add_next(a)) {
		if (out == NULL)
			out = cmd_create(result_content(o, 1), a->layout);
		share_labels(&l, &o->labels, o->n == 1);
		if (!cumulative)
			continue;
		put_result(out, a, &o->labels);
		cmd_follow(out, o->in);
	}
	if (o->n == 0)
		die(RC_INPUT, "%s: holds no records", o->name);
	if (mean)
		sum_divide(&a->total, (double)o->n);
	if (!cumulative)
		put_result(out, a, &l);
	labels_clear(&l);
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

/* Record by record.  Which operands stand for all is only known when their
 * second record does not come, so the first result waits for that. */
static void
over_operands(struct operands *a)
{
	struct operand *o = a->o;
	struct ts_writer *out;
	struct ts_labels l = { .set = 0 };
	size_t lead, done;
	int more = 1, frame_end;

	operands_begin(a);
	for (lead = 0; lead < a->n - 1 && o[lead].alone; lead++)
		;
	out = cmd_create(result_content(o, a->n), a->layout);
	for (done = 0; more; done++) {
		operands_sum(a, done == 0);
		frame_end = o[lead].in != NULL &&
		    ts_reader_at_frame_end(o[lead].in);
		if (done == 0)
			more = operands_advance(a);
		result_labels(&l, o, a->n);
		put_result(out, a, &l);
		if (frame_end)
			cmd_flush(out);
		if (done > 0)
			more = operands_advance(a);
	}
	labels_clear(&l);
}

int
main(int argc, char *argv[])
{
	struct tool tool = {
		.name = "lincomb",
		.summary = "Write weighted sums of streams, models and adapters, "
		    "or over a stream's records.",
		.operands = "[file | model | adapter ...]", .opts = options,
		.max_operands = SIZE_MAX,
	};
	const char *const *operand = standard_input;
	struct operands a;
	size_t n = 1;

	cmd_begin(&tool, argc, argv);
	if (tool.n_operands > 0) {
		operand = tool.operand;
		n = tool.n_operands;
	}
	check_options(n);
	if (norm_unit != NULL)
		unit = is_directory(norm_unit) ? norm_of_model(norm_unit) :
		    norm_of_stream(norm_unit);
	if (!(unit > 0))
		die(RC_INPUT, "%s: its norm is 0", norm_unit);
	operands_open(&a, operand, n, &weights, norm > 0);
	if (mean || sum || cumulative)
		over_records(&a);
	else
		over_operands(&a);
	operands_close(&a);
	return cmd_finish();
}
