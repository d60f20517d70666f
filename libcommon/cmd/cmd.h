/*
 * cmd: what tools share.  Every function here ends the process, with one
 * message and the right status, when something is wrong.
 *
 * A tool's life: cmd_begin; cmd_open its inputs; cmd_create its
 * output; cmd_next / cmd_read / cmd_put; return cmd_finish().  Provenance is
 * kept here: inputs that were read to their end before cmd_create() stand
 * with their digests in the header, the others in the end map.
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "base/diag.h"
#include "base/mem.h"
#include "base/opts.h"
#include "base/par.h"
#include "base/table.h"
#include "stream/reader.h"
#include "stream/writer.h"

/* diag_init and opts_parse; t is borrowed until the end. */
void	cmd_begin(struct tool *t, int argc, char *argv[]);
/* The seed that this run draws from; stands in the provenance. */
void	cmd_seed(uint64_t seed);
/* p, or the end of the process when p is NULL. */
void	*cmd_must(void *p);
/* The end of the process when status < 0. */
void	cmd_check(int status, const struct err *e);

/* A stream to read: a path, or NULL or "-" for standard input. */
struct ts_reader *cmd_open(const char *path);
/* The next record: 1, or 0 at the end. */
int	cmd_next(struct ts_reader *in, struct ts_record *rec);
/* The current record's values, those of a recipe drawn; x holds
 * rec->layout->n of them. */
void	cmd_read(struct ts_reader *in, float *x);
/* The same into memory that grows as they arrive, for a stream's first
 * record, whose size is a claim; the caller's to mem_free(). */
float	*cmd_read_new(struct ts_reader *in);
/* Refuses a record whose layout is not l ("FILE: record 3: tensor ...:
 * shape ..., WHAT has ..."). */
void	cmd_same_layout(const struct ts_reader *in,
	    const struct ts_record *rec, const struct layout *l,
	    const char *what);
/* Who this run is: its tool and release, canonical command line and inputs
 * (with digests, where these are known) in lines of text; the caller's to
 * mem_free(). */
char	*cmd_identity(void);
/* Notes a file that is not a stream (a configuration, weights) as input; a
 * pipe, which has been read by now, without a digest. */
void	cmd_note_input(const char *path);
/* The same for the files of a model directory that make the model. */
void	cmd_note_model(const char *dir);
/* The same for an adapter's directory. */
void	cmd_note_adapter(const char *dir);

/*
 * The output stream: opt_output through a temporary name, or standard output,
 * which must not be a terminal.  layout may be NULL (records carry theirs).
 */
struct ts_writer *cmd_create(const char *content, const struct layout *l);
/*
 * --shard I/N of a producer, NULL for all: set before cmd_create().  Of the
 * run's n records this shard has those from cmd_shard_first(n) up to, not
 * with, cmd_shard_end(n).
 */
extern const char *cmd_shard;
size_t	cmd_shard_first(size_t n);
size_t	cmd_shard_end(size_t n);
/* I and N; 1 and 1 without --shard. */
void	cmd_shard_of(size_t *i, size_t *n);
/* A whole record. */
void	cmd_put(struct ts_writer *out, const struct layout *l,
	    const struct ts_labels *labels, const float *x);
void	cmd_put_recipe(struct ts_writer *out, const struct layout *l,
	    const struct ts_labels *labels, const struct recipe *r);
/* Ends the output's frame where in's frame ended (filters). */
void	cmd_follow(struct ts_writer *out, const struct ts_reader *in);
/* Ends the output's frame now (producers, after every record). */
void	cmd_flush(struct ts_writer *out);

/* The same place for plain text; checked by cmd_finish(). */
FILE	*cmd_text(void);
/* The output table, to the same place. */
struct table *cmd_table(const char *const *columns);
/* Ends a row and, when the output is live, shows it at once. */
void	cmd_end_row(struct table *t);
/* Shows the rows so far, whatever the output is. */
void	cmd_flush_rows(struct table *t);

/*
 * Ends the output (end map, flush, close, rename) and returns the exit
 * status.  Inputs that are not at their end are an error of the tool.
 */
int	cmd_finish(void);

/* Progress on a terminal (or -v): "label: done/total unit, rate, left". */
void	cmd_progress(const char *label, size_t done, size_t total);

#endif
