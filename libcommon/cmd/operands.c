#include <string.h>
#include <sys/stat.h>

#include "cmd/basis.h"
#include "cmd/memory.h"
#include "cmd/operands.h"
#include "model/adapter.h"
#include "model/model.h"

int
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void
open_operand(struct operand *o, const char *path, double weight)
{
	*o = (struct operand){ .name = path, .weight = weight };
	if (is_directory(path)) {
		if (adapter_is_directory(path))
			cmd_note_adapter(path);
		else
			cmd_note_model(path);
		o->alone = 1;
		return;
	}
	o->in = cmd_open(path);
	o->name = ts_reader_name(o->in);
	cmd_check(ts_reader_start(o->in), ts_reader_err(o->in));
}

void
operands_open(struct operands *a, const char *const *path, size_t n,
    const struct opt_reals *weights, int values)
{
	size_t i;

	*a = (struct operands){ .n = n, .values = values,
	    .budget = memory_budget() };
	a->o = cmd_must(mem_zalloc(n, sizeof *a->o));
	for (i = 0; i < n; i++)
		open_operand(&a->o[i], path[i],
		    weights->n > 0 ? weights->v[i] : 1);
}

void
operands_close(struct operands *a)
{
	size_t i;

	for (i = 0; i < a->n; i++) {
		labels_clear(&a->o[i].labels);
		recipe_free(a->o[i].first);
		recipe_free(a->o[i].recipe);
	}
	mem_free(a->o);
	sum_free(&a->total);
	spool_free(a->firsts);
	mem_free(a->x);
	layout_free(a->layout);
}

/* Of the layout, now that it is known, there are x and y. */
static void
require_vectors(const struct operands *a, const char *name)
{
	memory_require(a->layout->n * (2 * sizeof *a->x + sizeof *a->total.y),
	    a->budget / 2, "%s: vectors of %zu values", name, a->layout->n);
}

static void
begin_vectors(struct operands *a)
{
	sum_begin(&a->total, a->layout, 0);
	a->firsts = cmd_must(spool_new(a->layout->n, a->budget / 2));
}

/* The vectors are of layout l, that of the first operand that has one. */
static void
require_layout(struct operands *a, const struct operand *o,
    const struct layout *l)
{
	char why[256];

	if (a->layout == NULL) {
		a->layout = cmd_must(layout_copy(l));
		require_vectors(a, o->name);
		a->x = cmd_must(mem_alloc(a->layout->n, sizeof *a->x));
		begin_vectors(a);
	}
	if (layout_equal(l, a->layout))
		return;
	layout_difference(why, sizeof why, l, a->layout, "the first operand");
	die(RC_INPUT, "%s: %s", o->name, why);
}

/* Reads the parameters of a model, or the factors of an adapter, to x. */
static void
take_model(struct operands *a, const struct operand *o)
{
	struct err e = { .rc = RC_OK };
	struct adapter *r = NULL;
	struct model *m = NULL;

	if (adapter_is_directory(o->name))
		r = adapter_read(o->name, &e);
	else
		m = model_load(o->name, &e);
	if (r == NULL && m == NULL)
		die_err(&e);
	require_layout(a, o, r != NULL ? r->layout : m->layout);
	if (r != NULL)
		memcpy(a->x, r->params, a->layout->n * sizeof *a->x);
	else
		params_read_all(a->x, m->params);
	adapter_free(r);
	model_free(m);
}

/* When the operands' first records, just read, are all recipes, the others
 * must be. */
static void
keep_recipes(struct operands *a)
{
	size_t i;

	if (a->values)
		return;
	for (i = 0; i < a->n; i++)
		if (a->o[i].in == NULL || a->o[i].rec.recipe == NULL)
			return;
	a->layout = cmd_must(layout_copy(a->o->rec.layout));
	sum_begin(&a->total, a->layout, 1);
}

static void
take_recipe(const struct operands *a, struct operand *o)
{
	if (o->rec.recipe == NULL)
		die(RC_INPUT, "%s: record %zu has values, the first record is "
		    "a recipe", o->name, o->rec.record);
	cmd_same_layout(o->in, &o->rec, a->layout, "the first operand");
	recipe_free(o->recipe);
	o->recipe = cmd_must(recipe_copy(o->rec.recipe));
	if (o->first == NULL)
		o->first = cmd_must(recipe_copy(o->rec.recipe));
}

/* Reads the operand's next record, whose header is in o->rec, to x or, if it
 * is a recipe among recipes, to o->recipe. */
static void
take(struct operands *a, struct operand *o)
{
	if (a->total.terms != NULL)
		take_recipe(a, o);
	else if (a->layout == NULL) {
		a->layout = cmd_must(layout_as_f32(o->rec.layout));
		require_vectors(a, o->name);
		a->x = cmd_read_new(o->in);	/* its size is a claim */
		begin_vectors(a);
	} else {
		same_tensors(o->in, &o->rec, a->layout, "the first operand");
		cmd_read(o->in, a->x);
	}
	if (labels_copy(&o->labels, &o->rec.labels) != 0)
		die(RC_SYSTEM, "out of memory");
	o->n++;
}

void
operands_begin(struct operands *a)
{
	struct err e = { .rc = RC_OK };
	float *row;
	size_t i;

	for (i = 0; i < a->n; i++)
		if (a->o[i].in != NULL && !cmd_next(a->o[i].in, &a->o[i].rec))
			die(RC_INPUT, "%s: holds no records", a->o[i].name);
	keep_recipes(a);
	for (i = 0; i < a->n; i++) {
		if (a->o[i].in == NULL)
			take_model(a, &a->o[i]);
		else
			take(a, &a->o[i]);
		if (a->total.terms != NULL)
			continue;
		row = spool_room(a->firsts, &e);
		cmd_check(row == NULL ? -1 : 0, &e);
		memcpy(row, a->x, a->layout->n * sizeof *a->x);
		spool_add(a->firsts);
	}
}

void
operands_sum(struct operands *a, int first)
{
	struct err e = { .rc = RC_OK };
	const float *record;
	struct operand *o;
	int again;

	sum_clear(&a->total);
	for (o = a->o; o < a->o + a->n; o++) {
		record = a->x;
		again = first || o->alone;
		if (!again)
			take(a, o);
		else if (a->total.terms == NULL)
			record = spool_row(a->firsts, (size_t)(o - a->o), &e);
		cmd_check(a->total.terms == NULL && record == NULL ? -1 : 0,
		    &e);
		sum_add(&a->total, record, again ? o->first : o->recipe,
		    o->weight);
	}
}

int
operands_advance(struct operands *a)
{
	size_t i, ended = SIZE_MAX, going = SIZE_MAX;
	struct operand *o = a->o;

	for (i = 0; i < a->n; i++) {
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

int
operands_add_next(struct operands *a)
{
	struct operand *o = a->o;

	if (!cmd_next(o->in, &o->rec))
		return 0;
	if (o->n == 0)
		keep_recipes(a);
	take(a, o);
	sum_add(&a->total, a->x, o->recipe, o->weight);
	return 1;
}
