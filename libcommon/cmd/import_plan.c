/* What the operands of tensor-import stand for. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/import.h"

static const struct {
	const char	*suffix;
	enum import_format format;
} suffixes[] = {
	{ ".npy", IMPORT_NPY }, { ".npz", IMPORT_NPZ },
	{ ".safetensors", IMPORT_SAFETENSORS },
	{ ".safetensors.index.json", IMPORT_SAFETENSORS },
	{ ".gguf", IMPORT_GGUF },
};
/* Where the weights of a model or an adapter stand in its directory. */
static const char *const weights[] = { "model.safetensors",
    "model.safetensors.index.json", "adapter_model.safetensors" };
enum { WEIGHTS = sizeof weights / sizeof *weights };
static const char checkpoint[] = "checkpoint-";

char *
import_join(const char *dir, const char *name)
{
	size_t n = strlen(dir);
	char *path = cmd_must(mem_alloc(n + strlen(name) + 2, 1));

	while (n > 1 && dir[n - 1] == '/')
		n--;
	sprintf(path, "%.*s/%s", (int)n, dir, name);
	return path;
}

int
import_has_suffix(const char *path, const char *suffix)
{
	size_t n = strlen(path), k = strlen(suffix);

	return n >= k && strcmp(path + n - k, suffix) == 0;
}

static void
add_item(struct import_plan *p, enum import_format format, char *path,
    int64_t step)
{
	p->item = cmd_must(mem_grow(p->item, p->n + 1, sizeof *p->item));
	p->item[p->n++] = (struct import_item){ format, path, step };
}

static int
exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

/* The weights in a directory, of which there must be one. */
static char *
find_weights(const char *dir)
{
	char *path, *found = NULL;
	const char *which = NULL;
	int i;

	for (i = 0; i < WEIGHTS; i++) {
		path = import_join(dir, weights[i]);
		if (exists(path) && found != NULL)
			die(RC_INPUT, "%s: holds both %s and %s", dir, which,
			    weights[i]);
		if (exists(path)) {
			found = path;
			which = weights[i];
		} else
			mem_free(path);
	}
	if (found == NULL)
		die(RC_INPUT, "%s: holds no %s, %s or %s", dir, weights[0],
		    weights[1], weights[2]);
	return found;
}

/* The step of "checkpoint-STEP", or -1 for another name. */
static int64_t
checkpoint_step(const char *name)
{
	const char *s = name + sizeof checkpoint - 1;
	size_t step;

	if (strncmp(name, checkpoint, sizeof checkpoint - 1) != 0 ||
	    opts_parse_size(&step, s) != 0 || step > INT64_MAX)
		return -1;
	return (int64_t)step;
}

/* The step of a directory that is itself a checkpoint, or -1. */
static int64_t
own_step(const char *dir)
{
	char *path = import_join(dir, ""), *base;
	int64_t step;

	path[strlen(path) - 1] = '\0';
	base = strrchr(path, '/');
	step = checkpoint_step(base == NULL ? path : base + 1);
	mem_free(path);
	return step;
}

static int
by_step(const void *a, const void *b)
{
	const struct import_item *x = a, *y = b;

	return (x->step > y->step) - (x->step < y->step);
}

/* Adds the checkpoints in a directory; returns how many there are. */
static size_t
add_checkpoints(struct import_plan *p, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	size_t i, first = p->n;
	char *sub;

	if (d == NULL)
		die(RC_INPUT, "%s: %s", dir, strerror(errno));
	while (errno = 0, (entry = readdir(d)) != NULL) {
		if (checkpoint_step(entry->d_name) < 0)
			continue;
		sub = import_join(dir, entry->d_name);
		add_item(p, IMPORT_SAFETENSORS, find_weights(sub),
		    checkpoint_step(entry->d_name));
		mem_free(sub);
	}
	if (errno != 0)
		die(RC_SYSTEM, "%s: %s", dir, strerror(errno));
	closedir(d);
	if (p->n > first)
		qsort(p->item + first, p->n - first, sizeof *p->item,
		    by_step);
	for (i = first + 1; i < p->n; i++)
		if (p->item[i].step == p->item[i - 1].step)
			die(RC_INPUT, "%s: two checkpoints of step %lld", dir,
			    (long long)p->item[i].step);
	return p->n - first;
}

static void
add_directory(struct import_plan *p, const char *dir)
{
	int format = import_options.format;

	if (format == IMPORT_AUTO || format == IMPORT_CHECKPOINTS) {
		if (add_checkpoints(p, dir) > 0)
			return;
		if (format == IMPORT_CHECKPOINTS)
			die(RC_INPUT, "%s: holds no checkpoint-STEP", dir);
	} else if (format != IMPORT_SAFETENSORS)
		die(RC_INPUT, "%s: is a directory", dir);
	add_item(p, IMPORT_SAFETENSORS, find_weights(dir), own_step(dir));
}

static enum import_format
format_of(const char *path)
{
	size_t i;

	if (import_options.format != IMPORT_AUTO)
		return (enum import_format)import_options.format;
	for (i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
		if (import_has_suffix(path, suffixes[i].suffix))
			return suffixes[i].format;
	opts_usage("%s: the name does not tell the format; use --format",
	    path);
}

static void
add_operand(struct import_plan *p, const char *path)
{
	enum import_format format;
	struct stat st;

	if (stat(path, &st) != 0)
		die(RC_INPUT, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode)) {
		add_directory(p, path);
		return;
	}
	if ((format = format_of(path)) == IMPORT_CHECKPOINTS)
		die(RC_INPUT, "%s: is not a directory of checkpoints", path);
	if (!S_ISREG(st.st_mode))
		die(RC_INPUT, "%s: not a regular file", path);
	add_item(p, format, cmd_must(mem_strdup(path)), -1);
}

void
import_plan(struct import_plan *p, const char *const operand[], size_t n)
{
	size_t i;

	*p = (struct import_plan){ NULL, 0 };
	for (i = 0; i < n; i++)
		add_operand(p, operand[i]);
	for (i = 0; i < p->n; i++)
		if (p->item[i].format == IMPORT_SAFETENSORS)
			import_weights_note(p->item[i].path);
		else
			cmd_note_input(p->item[i].path);
}

void
import_plan_free(struct import_plan *p)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		mem_free(p->item[i].path);
	mem_free(p->item);
}
