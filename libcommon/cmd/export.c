#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/export.h"

void
export_begin(struct export *x, const char *in, const char *path)
{
	struct err e = { .rc = RC_OK };

	memset(x, 0, sizeof *x);
	x->path = path;
	x->in = cmd_open(in);
	if (!cmd_next(x->in, &x->rec))
		die(RC_INPUT, "%s: holds no records", ts_reader_name(x->in));
	x->layout = cmd_must(layout_copy(x->rec.layout));
	cmd_check(file_out_open(&x->file, path, &e), &e);
}

int
export_next(struct export *x)
{
	if (!cmd_next(x->in, &x->rec))
		return 0;
	cmd_same_layout(x->in, &x->rec, x->layout, "record 0");
	return 1;
}

void
export_only(struct export *x, const char *format)
{
	if (cmd_next(x->in, &x->rec))
		die(RC_INPUT, "%s: holds more than 1 record, %s holds 1; "
		    "tensor-select chooses", ts_reader_name(x->in), format);
}

void
export_check(const struct export *x, int status, struct err *e)
{
	if (status == 0)
		return;
	err_prefix(e, x->path);
	die_err(e);
}

void
export_end(struct export *x)
{
	struct err e = { .rc = RC_OK };

	cmd_check(file_out_close(&x->file, &e), &e);
	layout_free(x->layout);
}

/* A recipe has no chunks: its values are drawn, all at once. */
static void
draw_values(struct export *x, export_put *put, void *arg)
{
	const struct layout *l = x->rec.layout;
	float *v = cmd_must(mem_alloc(l->n, sizeof *v));
	size_t i;

	for (i = 0; i < l->n_tensors; i++)
		if (l->t[i].dtype != DT_F32)
			die(RC_INPUT, "%s: record %zu: a recipe for tensor "
			    "%s, which is %s, not f32", ts_reader_name(x->in),
			    x->rec.record, l->t[i].name,
			    dtype_name(l->t[i].dtype));
	cmd_read(x->in, v);
	for (i = 0; i < l->n_tensors; i++)
		put(arg, &l->t[i], 0, v + l->t[i].offset, l->t[i].n);
	mem_free(v);
}

void
export_values(struct export *x, export_put *put, void *arg)
{
	struct ts_chunk c;
	int got;

	if (x->rec.recipe != NULL) {
		draw_values(x, put, arg);
		return;
	}
	while ((got = ts_read_chunk(x->in, &c)) == 1)
		put(arg, c.tensor, c.offset, c.data, c.n);
	cmd_check(got, ts_reader_err(x->in));
}

void
export_write(const struct export *x, FILE *fp, const void *p, size_t n)
{
	if (fwrite(p, 1, n, fp) != n)
		die(RC_SYSTEM, "%s: %s", x->path, strerror(errno));
}
