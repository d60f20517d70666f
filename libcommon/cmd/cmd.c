#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pipe.h"
#include "cmd/cmd.h"
#include "cmd/lineage.h"
#include "cmd/memory.h"
#include "random/materialise.h"
#include "stream/digest.h"

static struct {
	struct tool		*tool;
	int			 has_seed;
	uint64_t		 seed;
	struct lineage_input	*input;
	size_t			 n_inputs;
	FILE			*fp;		/* the output */
	char			*temporary;
	struct ts_writer	*writer;
	struct table		*table;
	int			 live;		/* someone watches the table */
} run;

void *
cmd_must(void *p)
{
	if (p == NULL)
		die(RC_SYSTEM, "out of memory");
	return p;
}

void
cmd_check(int status, const struct err *e)
{
	if (status < 0)
		die_err(e);
}

void
cmd_begin(struct tool *t, int argc, char *argv[])
{
	diag_init(argv[0]);
	opts_parse(t, argc, argv);
	run.tool = t;
}

void
cmd_seed(uint64_t seed)
{
	run.has_seed = 1;
	run.seed = seed;
}

static struct lineage_input *
add_input(const char *path)
{
	struct lineage_input *in = cmd_must(mem_grow(run.input, run.n_inputs + 1,
	    sizeof *in));

	run.input = in;
	in += run.n_inputs++;
	memset(in, 0, sizeof *in);
	in->name = cmd_must(opts_canonical_path(path));
	return in;
}

struct ts_reader *
cmd_open(const char *path)
{
	int is_stdin = path == NULL || strcmp(path, "-") == 0;
	struct stat st;
	struct lineage_input *in;
	FILE *fp;

	fp = is_stdin ? stdin : fopen(path, "rb");
	if (fp == NULL)
		die(errno == ENOENT || errno == EISDIR ? RC_INPUT : RC_SYSTEM,
		    "%s: %s", path, strerror(errno));
	if (fstat(fileno(fp), &st) == 0 && S_ISDIR(st.st_mode))
		die(RC_INPUT, "%s: is a directory, not a stream",
		    is_stdin ? "<stdin>" : path);
	if (is_stdin && isatty(fileno(stdin)))
		die(RC_USAGE, "<stdin>: is a terminal, not a stream");
	pipe_widen(fileno(fp));
	in = add_input(is_stdin ? "-" : path);
	in->fp = fp;
	in->reader = cmd_must(ts_reader_new(fp,
	    is_stdin ? "<stdin>" : path));
	memory_bound(in->reader);
	return in->reader;
}

int
cmd_next(struct ts_reader *in, struct ts_record *rec)
{
	int got = ts_read_record(in, rec);

	cmd_check(got, ts_reader_err(in));
	return got;
}

void
cmd_read(struct ts_reader *in, float *x)
{
	const struct layout *l;
	const struct recipe *recipe = ts_reader_recipe(in, &l);
	struct err e = { .rc = RC_OK };

	if (recipe == NULL) {
		cmd_check(ts_read_f32(in, x), ts_reader_err(in));
		return;
	}
	if (recipe_fill_f32(x, recipe, l, &e) != 0)
		die(e.rc, "%s: recipe: %s", ts_reader_name(in), e.msg);
}

float *
cmd_read_new(struct ts_reader *in)
{
	const struct layout *l;
	float *x = NULL;

	if (ts_reader_recipe(in, &l) == NULL)
		cmd_check(ts_read_f32_new(in, &x), ts_reader_err(in));
	else {
		x = cmd_must(mem_alloc(l->n, sizeof *x));
		cmd_read(in, x);
	}
	return x;
}

void
cmd_same_layout(const struct ts_reader *in, const struct ts_record *rec,
    const struct layout *l, const char *what)
{
	char why[256];

	if (rec->layout == l || layout_equal(rec->layout, l))
		return;
	layout_difference(why, sizeof why, rec->layout, l, what);
	die(RC_INPUT, "%s: record %zu: %s", ts_reader_name(in), rec->record,
	    why);
}

void
cmd_note_input(const char *path)
{
	struct lineage_input *in = add_input(path);
	struct err e = { .rc = RC_OK };
	struct stat st;

	if (stat(path, &st) != 0 || S_ISREG(st.st_mode))
		cmd_check(digest_file(in->digest, path, &e), &e);
}

static struct prov *
provenance(void)
{
	size_t argc;
	char **argv = cmd_must(opts_canonical(run.tool, &argc));
	struct prov *p = cmd_must(lineage_make(run.tool->name, argv, argc,
	    run.has_seed ? &run.seed : NULL, run.input, run.n_inputs));

	opts_canonical_free(argv, argc);
	return p;
}

char *
cmd_identity(void)
{
	size_t argc;
	char **argv = cmd_must(opts_canonical(run.tool, &argc));
	char *s = cmd_must(lineage_identity(run.tool->name, argv, argc,
	    run.input, run.n_inputs));

	opts_canonical_free(argv, argc);
	return s;
}

/* The output's file: run.fp. */
static void
open_output(void)
{
	struct stat st;
	size_t n;

	if (opt_output == NULL || strcmp(opt_output, "-") == 0) {
		opt_output = NULL;
		run.fp = stdout;
		return;
	}
	n = strlen(opt_output) + sizeof ".tmp";
	run.temporary = cmd_must(mem_alloc(n, 1));
	snprintf(run.temporary, n, "%s.tmp", opt_output);
	/* devices and pipes are written as they are */
	if (stat(opt_output, &st) == 0 && !S_ISREG(st.st_mode)) {
		mem_free(run.temporary);
		run.temporary = NULL;
		run.fp = fopen(opt_output, "wb");
	} else {
		diag_add_temporary(run.temporary);
		run.fp = fopen(run.temporary, "wb");
	}
	if (run.fp == NULL)
		die(RC_SYSTEM, "%s: %s", opt_output, strerror(errno));
}

static const char *
output_name(void)
{
	return opt_output == NULL ? "<stdout>" : opt_output;
}

static void
check_write(int status, struct err *e)
{
	if (status >= 0)
		return;
	err_prefix(e, output_name());
	die_err(e);
}

struct ts_writer *
cmd_create(const char *content, const struct layout *l)
{
	struct err e = { .rc = RC_OK };
	struct prov *p;
	size_t shard, shards;

	cmd_shard_of(&shard, &shards);
	open_output();
	if (isatty(fileno(run.fp)))
		die(RC_USAGE, "%s: is a terminal; streams are binary: use -o "
		    "or a pipe", output_name());
	p = provenance();
	run.writer = ts_writer_new(run.fp, content, &l, l != NULL, shard,
	    shards, p, &e);
	prov_free(p);
	check_write(run.writer == NULL ? -1 : 0, &e);
	return run.writer;
}

void
cmd_put(struct ts_writer *out, const struct layout *l,
    const struct ts_labels *labels, const float *x)
{
	struct err e = { .rc = RC_OK };

	check_write(ts_write_f32(out, l, labels, x, &e), &e);
}

void
cmd_put_recipe(struct ts_writer *out, const struct layout *l,
    const struct ts_labels *labels, const struct recipe *r)
{
	struct err e = { .rc = RC_OK };

	check_write(ts_write_recipe(out, l, labels, r, &e), &e);
}

void
cmd_flush(struct ts_writer *out)
{
	struct err e = { .rc = RC_OK };

	check_write(ts_write_flush(out, &e), &e);
}

void
cmd_follow(struct ts_writer *out, const struct ts_reader *in)
{
	if (ts_reader_at_frame_end(in))
		cmd_flush(out);
}

FILE *
cmd_text(void)
{
	if (run.fp == NULL)
		open_output();
	return run.fp;
}

struct table *
cmd_table(const char *const *columns)
{
	struct stat st;

	open_output();
	run.live = fstat(fileno(run.fp), &st) == 0 && !S_ISREG(st.st_mode);
	run.table = cmd_must(table_new(run.fp, opt_json, columns));
	return run.table;
}

void
cmd_flush_rows(struct table *t)
{
	struct err e = { .rc = RC_OK };

	check_write(table_flush(t, &e), &e);
}

void
cmd_end_row(struct table *t)
{
	table_end_row(t);
	if (run.live)
		cmd_flush_rows(t);
}

static void
close_inputs(void)
{
	size_t i;

	for (i = 0; i < run.n_inputs; i++) {
		struct lineage_input *in = &run.input[i];

		ts_reader_free(in->reader);
		if (in->fp != NULL && in->fp != stdin)
			fclose(in->fp);
		mem_free(in->name);
	}
	mem_free(run.input);
	run.input = NULL;
	run.n_inputs = 0;
}

static void
require_inputs_ended(void)
{
	size_t i;

	for (i = 0; i < run.n_inputs; i++)
		if (run.input[i].reader != NULL &&
		    ts_reader_digest(run.input[i].reader)[0] == '\0')
			die(RC_SYSTEM, "%s: was not read to its end",
			    ts_reader_name(run.input[i].reader));
}

int
cmd_finish(void)
{
	struct err e = { .rc = RC_OK };
	struct prov *p;

	cmd_progress(NULL, 0, 0);
	require_inputs_ended();
	if (run.writer != NULL) {
		p = provenance();
		check_write(ts_write_end(run.writer, p, &e), &e);
		prov_free(p);
	}
	ts_writer_free(run.writer);
	table_free(run.table);
	close_inputs();
	if (run.fp != NULL && (fflush(run.fp) != 0 || ferror(run.fp) ||
	    (run.fp != stdout && fclose(run.fp) != 0)))
		die(RC_SYSTEM, "%s: %s", output_name(), strerror(errno));
	if (run.temporary != NULL) {
		if (rename(run.temporary, opt_output) != 0)
			die(RC_SYSTEM, "%s: %s", opt_output, strerror(errno));
		diag_forget_temporary(run.temporary);
		mem_free(run.temporary);
	}
	return RC_OK;
}
