#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "cmd/import.h"

enum { PIECE = 1 << 18 };	/* bytes; a multiple of every dtype's size */

struct import_options import_options;

static struct {
	struct ts_writer *writer;
	struct layout	*layout;	/* of the first record */
	char		*first;		/* the file that it came from */
	size_t		 records;
} out;

static int
matches(const struct opt_strings *globs, const char *name)
{
	size_t i;

	for (i = 0; i < globs->n; i++)
		if (fnmatch(globs->v[i], name, 0) == 0)
			return 1;
	return 0;
}

int
import_wanted(const char *name)
{
	const struct import_options *o = &import_options;

	return (o->tensors.n == 0 || matches(&o->tensors, name)) &&
	    !matches(&o->exclude, name);
}

/* The name in the stream; free with mem_free(). */
static char *
rename_tensor(const char *name)
{
	const char *strip = import_options.strip;
	const char *prefix = import_options.prefix;
	size_t n, cut = strip != NULL ? strlen(strip) : 0;
	char *s;

	if (cut > 0 && strncmp(name, strip, cut) == 0)
		name += cut;
	if (prefix == NULL)
		prefix = "";
	n = strlen(prefix) + strlen(name) + 1;
	s = cmd_must(mem_alloc(n, 1));
	snprintf(s, n, "%s%s", prefix, name);
	return s;
}

static void
check_file(int status, struct err *e, const char *path)
{
	if (status == 0)
		return;
	err_prefix(e, path);
	die_err(e);
}

static struct layout *
record_layout(const char *path, const struct import_tensor t[], size_t n)
{
	struct layout *l = cmd_must(layout_new());
	struct err e = { .rc = RC_OK };
	char *name;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!import_wanted(t[i].name))
			continue;
		if (t[i].dtype == DT_COUNT)
			die(RC_INPUT, "%s: tensor %s: of a kind of number "
			    "that streams do not hold; --exclude leaves it "
			    "out", path, t[i].name);
		name = rename_tensor(t[i].name);
		check_file(layout_add(l, name, t[i].dtype, t[i].rank,
		    t[i].shape, &e), &e, path);
		mem_free(name);
	}
	if (l->n_tensors == 0)
		die(RC_INPUT, "%s: none of its %zu tensors is wanted", path,
		    n);
	return l;
}

/* Creates the output for the first record; later ones must be like it. */
static void
begin_record(const char *path, struct layout *l)
{
	char why[256];

	if (out.writer == NULL) {
		out.writer = cmd_create(import_options.content, l);
		out.layout = cmd_must(layout_copy(l));
		out.first = cmd_must(mem_strdup(path));
	}
	if (layout_equal(l, out.layout))
		return;
	layout_difference(why, sizeof why, l, out.layout, out.first);
	die(RC_INPUT, "%s: %s", path, why);
}

static void
copy_values(const char *path, const struct import_tensor *t, char *buf)
{
	size_t left = dtype_size(t->dtype), k, n;
	struct err e = { .rc = RC_OK };

	for (k = 0; k < t->rank; k++)
		left *= t->shape[k];
	for (; left > 0; left -= n) {
		n = left < PIECE ? left : PIECE;
		if (byte_source_read(&t->values, buf, n, NULL, &e) != 0) {
			err_prefix(&e, t->name);
			check_file(-1, &e, path);
		}
		cmd_check(ts_write_values(out.writer, buf, n, &e), &e);
	}
}

void
import_record(const char *path, const struct import_tensor t[], size_t n,
    int64_t step)
{
	struct layout *l = record_layout(path, t, n);
	char *buf = cmd_must(mem_alloc(PIECE, 1));
	struct err e = { .rc = RC_OK };
	struct ts_labels labels;
	size_t i;

	begin_record(path, l);
	labels_init(&labels);
	labels_set_int(&labels, L_INDEX, (int64_t)out.records++);
	if (step >= 0)
		labels_set_int(&labels, L_STEP, step);
	cmd_check(ts_write_record(out.writer, l, &labels, &e), &e);
	for (i = 0; i < n; i++)
		if (import_wanted(t[i].name))
			copy_values(path, &t[i], buf);
	if (step >= 0)
		cmd_flush(out.writer);
	labels_clear(&labels);
	mem_free(buf);
	layout_free(l);
}

void
import_end(void)
{
	if (out.writer == NULL)
		cmd_create(import_options.content, NULL);
	layout_free(out.layout);
	mem_free(out.first);
}
