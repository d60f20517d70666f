/* tensor-ls: list the records of tensor streams, one line a record. */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "stream/prov_shell.h"

static int tensors, provenance;

static const struct opt options[] = {
	{ 't', "tensors", NULL, OPT_FLAG, &tensors,
	    "one line a tensor, not a record", NULL, 0 },
	{ 'p', "provenance", NULL, OPT_FLAG, &provenance,
	    "the shell commands that make the stream again", NULL, 0 },
	OPT_END
};

enum { FIXED = 5 };

static const char *record_columns[FIXED + L_COUNT + 1] = {
	"file", "record", "content", "tensors", "values"
};
static const char *const tensor_columns[] = {
	"file", "record", "tensor", "dtype", "shape", "values", NULL
};

static void
list_record(struct table *t, const struct ts_reader *in,
    const struct ts_record *rec)
{
	int k;

	table_text(t, ts_reader_name(in));
	table_int(t, (int64_t)rec->record);
	table_text(t, ts_reader_content(in));
	table_int(t, (int64_t)rec->layout->n_tensors);
	table_int(t, (int64_t)rec->layout->n);
	for (k = 0; k < L_COUNT; k++)
		if (!labels_has(&rec->labels, (enum label_key)k))
			table_na(t);
		else if (label_type((enum label_key)k) == LABEL_INT)
			table_int(t, rec->labels.v[k].i);
		else if (label_type((enum label_key)k) == LABEL_REAL)
			table_real(t, rec->labels.v[k].x);
		else
			table_text(t, rec->labels.v[k].s);
	cmd_end_row(t);
}

static void
list_tensors(struct table *t, const struct ts_reader *in,
    const struct ts_record *rec)
{
	const struct layout *l = rec->layout;
	char shape[256];
	size_t i;

	for (i = 0; i < l->n_tensors; i++) {
		table_text(t, ts_reader_name(in));
		table_int(t, (int64_t)rec->record);
		table_text(t, l->t[i].name);
		table_text(t, dtype_name(l->t[i].dtype));
		table_text(t, layout_shape_string(shape, sizeof shape,
		    &l->t[i]));
		table_int(t, (int64_t)l->t[i].n);
		cmd_end_row(t);
	}
}

static void
show_provenance(FILE *fp, const char *path)
{
	struct ts_reader *in = cmd_open(path);
	struct ts_record rec;
	const size_t *origin;
	size_t n;

	while (cmd_next(in, &rec))
		;
	origin = ts_reader_origins(in, &n);
	if (prov_shell(fp, ts_reader_provenance(in), origin, n) != 0)
		die(RC_SYSTEM, "out of memory");
}

static void
list(struct table *t, const char *path)
{
	struct ts_reader *in = cmd_open(path);
	struct ts_record rec;

	while (cmd_next(in, &rec))
		(tensors ? list_tensors : list_record)(t, in, &rec);
}

int
main(int argc, char *argv[])
{
	struct tool tool = {
		.name = "tensor-ls",
		.summary = "List the records of tensor streams.",
		.operands = "[file ...]", .opts = options,
		.max_operands = SIZE_MAX,
	};
	struct table *t;
	size_t i;
	int k;

	cmd_begin(&tool, argc, argv);
	if (provenance) {
		show_provenance(cmd_text(), tool.operand[0]);
		for (i = 1; i < tool.n_operands; i++)
			show_provenance(cmd_text(), tool.operand[i]);
		return cmd_finish();
	}
	for (k = 0; k < L_COUNT; k++)
		record_columns[FIXED + k] = label_name((enum label_key)k);
	t = cmd_table(tensors ? tensor_columns : record_columns);
	if (tool.n_operands == 0)
		list(t, NULL);
	for (i = 0; i < tool.n_operands; i++)
		list(t, tool.operand[i]);
	return cmd_finish();
}
