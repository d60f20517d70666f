/* tensor-check: read whole streams and say whether they are sound. */
#include <stdio.h>

#include "cmd/cmd.h"

static const struct opt options[] = { OPT_END };

static const char *const columns[] = {
	"file", "records", "values", "digest", NULL
};

static void
check(struct table *t, const char *path)
{
	struct ts_reader *in = cmd_open(path);
	struct ts_record rec;
	struct ts_chunk c;
	size_t records = 0, values = 0;
	int got;

	for (; cmd_next(in, &rec); records++) {
		while ((got = ts_read_chunk(in, &c)) == 1)
			values += c.n;
		cmd_check(got, ts_reader_err(in));
	}
	table_text(t, ts_reader_name(in));
	table_int(t, (int64_t)records);
	table_int(t, (int64_t)values);
	table_text(t, ts_reader_digest(in));
	cmd_end_row(t);
}

int
main(int argc, char *argv[])
{
	struct tool tool = {
		.name = "tensor-check",
		.summary = "Read whole streams and say whether they are "
		    "sound.",
		.operands = "[file ...]", .opts = options,
		.max_operands = SIZE_MAX,
	};
	struct table *t;
	size_t i;

	cmd_begin(&tool, argc, argv);
	t = cmd_table(columns);
	if (tool.n_operands == 0)
		check(t, NULL);
	for (i = 0; i < tool.n_operands; i++)
		check(t, tool.operand[i]);
	return cmd_finish();
}
