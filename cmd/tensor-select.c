/* tensor-select: pass on chosen records, and chosen tensors of them. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"

static const char *records;
static struct opt_sizes steps;
static struct opt_strings globs, where;

static const struct opt options[] = {
	{ 'r', "records", "ranges", OPT_STRING, &records,
	    "record numbers from 0: 3, 0-9, 20-, or several with commas",
	    NULL, 0 },
	{ 's', "step", "numbers", OPT_SIZES, &steps,
	    "records whose step is one of these", NULL, 0 },
	{ 'w', "where", "key=value", OPT_STRINGS, &where,
	    "records with that label; each one given must hold", NULL, 0 },
	{ 't', "tensors", "glob", OPT_STRINGS, &globs,
	    "tensors whose name matches one of the globs", NULL, 0 },
	OPT_END
};

/* One range of --records: first to last, both included. */
struct range {
	size_t first, last;
};

static struct range *ranges;
static size_t n_ranges;

static int
parse_range(struct range *r, const char *s)
{
	const char *dash = strchr(s, '-');
	char *first;
	int bad;

	if (dash == NULL) {
		bad = opts_parse_size(&r->first, s);
		r->last = r->first;
		return bad;
	}
	first = cmd_must(mem_strndup(s, (size_t)(dash - s)));
	bad = opts_parse_size(&r->first, first);
	mem_free(first);
	r->last = SIZE_MAX;
	if (dash[1] != '\0')
		bad |= opts_parse_size(&r->last, dash + 1);
	return bad || r->last < r->first ? -1 : 0;
}

static void
parse_ranges(void)
{
	char *copy, *s, *save = NULL;

	if (records == NULL)
		return;
	copy = cmd_must(mem_strdup(records));
	for (s = strtok_r(copy, ",", &save); s != NULL;
	    s = strtok_r(NULL, ",", &save)) {
		ranges = cmd_must(mem_grow(ranges, n_ranges + 1,
		    sizeof *ranges));
		if (parse_range(&ranges[n_ranges++], s) != 0)
			opts_usage("--records: '%s' is not a range", s);
	}
	if (n_ranges == 0)
		opts_usage("--records: '%s' holds no range", records);
	mem_free(copy);
}

static void
check_where(void)
{
	enum label_key k;
	size_t i;

	for (i = 0; i < where.n; i++) {
		const char *eq = strchr(where.v[i], '=');

		if (eq == NULL || label_parse(&k, where.v[i],
		    (size_t)(eq - where.v[i])) != 0)
			opts_usage("--where: '%s' is not label=value",
			    where.v[i]);
	}
}

static int
in_ranges(size_t record)
{
	size_t i;

	for (i = 0; i < n_ranges; i++)
		if (record >= ranges[i].first && record <= ranges[i].last)
			return 1;
	return n_ranges == 0;
}

static int
in_steps(const struct ts_labels *l)
{
	size_t i;

	for (i = 0; i < steps.n; i++)
		if (labels_has(l, L_STEP) &&
		    l->v[L_STEP].i == (int64_t)steps.v[i])
			return 1;
	return steps.n == 0;
}

static int
holds(const struct ts_labels *l)
{
	char value[LABEL_TEXT_MAX + 1];
	enum label_key k;
	size_t i;

	for (i = 0; i < where.n; i++) {
		const char *eq = strchr(where.v[i], '=');

		label_parse(&k, where.v[i], (size_t)(eq - where.v[i]));
		if (strcmp(labels_string(value, sizeof value, l, k),
		    eq + 1) != 0)
			return 0;
	}
	return 1;
}

static int
wanted(const struct tensor_spec *t)
{
	size_t i;

	for (i = 0; i < globs.n; i++)
		if (fnmatch(globs.v[i], t->name, 0) == 0)
			return 1;
	return globs.n == 0;
}

/* The layout that is left of l. */
static struct layout *
select_tensors(const struct ts_reader *in, const struct layout *l)
{
	struct layout *out = cmd_must(layout_new());
	struct err e = { .rc = RC_OK };
	size_t i;

	for (i = 0; i < l->n_tensors; i++)
		if (wanted(&l->t[i]))
			cmd_check(layout_add(out, l->t[i].name, l->t[i].dtype,
			    l->t[i].rank, l->t[i].shape, &e), &e);
	if (out->n_tensors == 0 && l->n_tensors > 0)
		die(RC_INPUT, "%s: none of its %zu tensors matches '%s'",
		    ts_reader_name(in), l->n_tensors, globs.v[0]);
	return out;
}

/* What is left of the header's first layout of which something is left; NULL
 * when the header has no layouts. */
static struct layout *
header_layout(const struct ts_reader *in)
{
	size_t i, k, n = ts_reader_layouts(in);

	for (i = 0; i < n; i++) {
		const struct layout *l = ts_reader_layout(in, i);

		for (k = 0; k < l->n_tensors; k++)
			if (wanted(&l->t[k]))
				return select_tensors(in, l);
	}
	return n > 0 ? select_tensors(in, ts_reader_layout(in, 0)) : NULL;
}

/* One segment goes out, which says once what its records are. */
static void
same_content(const struct ts_reader *in, const struct ts_record *rec,
    const char *content)
{
	if (strcmp(ts_reader_content(in), content) != 0)
		die(RC_INPUT, "%s: record %zu: content %s, record 0 has %s",
		    ts_reader_name(in), rec->record, ts_reader_content(in),
		    content);
}

static void
pass(struct ts_writer *out, struct ts_reader *in, const struct ts_record *rec)
{
	struct layout *l = select_tensors(in, rec->layout);
	struct err e = { .rc = RC_OK };
	struct ts_chunk c;
	int got;

	if (rec->recipe != NULL) {
		if (globs.n > 0)
			die(RC_INPUT, "%s: record %zu: a recipe; --tensors "
			    "chooses among values", ts_reader_name(in),
			    rec->record);
		cmd_put_recipe(out, l, &rec->labels, rec->recipe);
		layout_free(l);
		return;
	}
	cmd_check(ts_write_record(out, l, &rec->labels, &e), &e);
	while ((got = ts_read_chunk(in, &c)) == 1)
		if (wanted(c.tensor))
			cmd_check(ts_write_values(out, c.data,
			    c.n * dtype_size(c.tensor->dtype), &e), &e);
	cmd_check(got, ts_reader_err(in));
	cmd_follow(out, in);
	layout_free(l);
}

int
main(int argc, char *argv[])
{
	struct tool tool = {
		.name = "tensor-select",
		.summary = "Pass on chosen records, and chosen tensors of "
		    "them.",
		.operands = "[file]", .opts = options, .max_operands = 1,
	};
	struct ts_reader *in;
	struct ts_writer *out;
	struct ts_record rec;
	struct layout *l;
	char *content;

	cmd_begin(&tool, argc, argv);
	parse_ranges();
	check_where();
	in = cmd_open(tool.operand[0]);
	cmd_check(ts_reader_start(in), ts_reader_err(in));
	content = cmd_must(mem_strdup(ts_reader_content(in)));
	l = header_layout(in);
	out = cmd_create(content, l);
	while (cmd_next(in, &rec)) {
		same_content(in, &rec, content);
		if (in_ranges(rec.record) && in_steps(&rec.labels) &&
		    holds(&rec.labels))
			pass(out, in, &rec);
	}
	layout_free(l);
	mem_free(content);
	return cmd_finish();
}
