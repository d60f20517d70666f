/* Weights in .safetensors files, and control vectors in GGUF, as records. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/import.h"
#include "tensor/gguf.h"
#include "tensor/safetensors.h"

/* One file, or the shards that an index names. */
struct weights {
	const char	*path;
	json_t		*index;		/* NULL: one file */
	json_t		*map;		/* its weight_map: tensor to shard */
	char		**file;		/* names without the directory, sorted;
					   without an index, the path */
	size_t		 n;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of the shards, each once. */
static void
list_shards(struct weights *w)
{
	const char *tensor, *name;
	size_t i, n;
	json_t *v;

	json_object_foreach(w->map, tensor, v) {
		name = json_string_value(v);
		if (name == NULL || *name == '\0' || strchr(name, '/') != NULL)
			die(RC_INPUT, "%s: tensor %s: its shard is not a file "
			    "of the same directory", w->path, tensor);
		w->file = cmd_must(mem_grow(w->file, w->n + 1,
		    sizeof *w->file));
		w->file[w->n++] = cmd_must(mem_strdup(name));
	}
	if (w->n == 0)
		die(RC_INPUT, "%s: names no tensors", w->path);
	qsort(w->file, w->n, sizeof *w->file, by_name);
	for (i = n = 1; i < w->n; i++)
		if (strcmp(w->file[i], w->file[n - 1]) != 0)
			w->file[n++] = w->file[i];
		else
			mem_free(w->file[i]);
	w->n = n;
}

static void
open_weights(struct weights *w, const char *path)
{
	json_error_t why;

	*w = (struct weights){ .path = path };
	if (!import_has_suffix(path, ".index.json")) {
		w->file = cmd_must(mem_alloc(1, sizeof *w->file));
		w->file[w->n++] = cmd_must(mem_strdup(path));
		return;
	}
	w->index = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
	if (w->index == NULL)
		die(RC_INPUT, "%s: line %d: %s", path, why.line, why.text);
	w->map = json_object_get(w->index, "weight_map");
	if (!json_is_object(w->map))
		die(RC_INPUT, "%s: no weight_map", path);
	list_shards(w);
}

static void
close_weights(struct weights *w)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		mem_free(w->file[i]);
	mem_free(w->file);
	json_decref(w->index);
}

static char *
shard_path(const struct weights *w, size_t i)
{
	const char *slash = strrchr(w->path, '/');
	char *dir, *path;

	if (w->index == NULL || slash == NULL)
		return cmd_must(mem_strdup(w->file[i]));
	dir = cmd_must(mem_strndup(w->path, slash == w->path ? 1 :
	    (size_t)(slash - w->path)));
	path = import_join(dir, w->file[i]);
	mem_free(dir);
	return path;
}

static struct safetensors *
open_shard(const struct weights *w, size_t i)
{
	struct err e = { .rc = RC_OK };
	char *path = shard_path(w, i);
	struct safetensors *s = safetensors_open(path, &e);

	if (s == NULL)
		die_err(&e);
	mem_free(path);
	return s;
}

void
import_weights_note(const char *path)
{
	struct weights w;
	char *shard;
	size_t i;

	open_weights(&w, path);
	if (w.index != NULL)
		cmd_note_input(path);
	for (i = 0; i < w.n; i++) {
		safetensors_close(open_shard(&w, i));
		shard = shard_path(&w, i);
		cmd_note_input(shard);
		mem_free(shard);
	}
	close_weights(&w);
}

/* The index and the shards must hold the same tensors. */
static void
check_index(const struct weights *w, struct safetensors *const s[])
{
	const char *tensor, *name;
	size_t i, k;
	json_t *v;

	if (w->index == NULL)
		return;
	for (i = 0; i < w->n; i++)
		for (k = 0; k < s[i]->n_tensors; k++) {
			tensor = s[i]->t[k].name;
			v = json_object_get(w->map, tensor);
			if (v == NULL)
				die(RC_INPUT, "%s: tensor %s: not in %s",
				    s[i]->path, tensor, w->path);
			if (strcmp(json_string_value(v), w->file[i]) != 0)
				die(RC_INPUT, "%s: tensor %s: %s has it in %s",
				    s[i]->path, tensor, w->path,
				    json_string_value(v));
		}
	json_object_foreach(w->map, tensor, v) {
		name = json_string_value(v);
		for (i = 0; strcmp(w->file[i], name) != 0; i++)
			;
		if (safetensors_find(s[i], tensor) == NULL)
			die(RC_INPUT, "%s: no tensor %s, which %s has there",
			    s[i]->path, tensor, w->path);
	}
}

void
import_weights(const char *path, int64_t step)
{
	struct weights w;
	struct safetensors **s;
	struct import_tensor *t = NULL;
	struct byte_range *data;
	size_t i, k, n = 0, all = 0;

	open_weights(&w, path);
	s = cmd_must(mem_alloc(w.n, sizeof *s));
	for (i = 0; i < w.n; i++) {
		s[i] = open_shard(&w, i);
		all += s[i]->n_tensors;
	}
	check_index(&w, s);
	t = cmd_must(mem_alloc(all, sizeof *t));
	data = cmd_must(mem_alloc(all, sizeof *data));
	for (i = 0; i < w.n; i++)
		for (k = 0; k < s[i]->n_tensors; k++, n++) {
			const struct safetensor *x = &s[i]->t[k];

			/* of a dtype that is not read nothing is wanted */
			data[n].p = x->data;
			data[n].n = x->dtype == DT_COUNT ? 0 :
			    x->n * dtype_size(x->dtype);
			t[n] = (struct import_tensor){ x->name, x->dtype,
			    x->rank, x->shape, byte_source_memory(&data[n]) };
		}
	import_record(path, t, n, step);
	for (i = 0; i < w.n; i++)
		safetensors_close(s[i]);
	mem_free(data);
	mem_free(t);
	mem_free(s);
	close_weights(&w);
}

/* By layer. */
static int
by_direction(const void *a, const void *b)
{
	const struct import_tensor *x = a, *y = b;
	size_t i = gguf_direction(x->name), j = gguf_direction(y->name);

	return (i > j) - (i < j);
}

static void
check_control(const struct gguf *g)
{
	const struct tensor_spec *t = g->layout->t;
	size_t i;

	if (g->architecture != NULL && strcmp(g->architecture,
	    "controlvector") != 0)
		die(RC_INPUT, "%s: architecture %s, only controlvector is "
		    "read", g->path, g->architecture);
	for (i = 0; i < g->layout->n_tensors; i++) {
		if (gguf_direction(t[i].name) == 0)
			die(RC_INPUT, "%s: tensor %s: not direction.N with "
			    "N >= 1", g->path, t[i].name);
		if (t[i].rank != 1 || t[i].n != t[0].n)
			die(RC_INPUT, "%s: tensor %s: rank %zu and %zu "
			    "values, %s has %zu", g->path, t[i].name,
			    t[i].rank, t[i].n, t[0].name, t[0].n);
	}
}

void
import_gguf(const char *path)
{
	struct err e = { .rc = RC_OK };
	struct gguf *g = gguf_open(path, &e);
	struct import_tensor *t;
	struct byte_range *data;
	size_t i, n;

	if (g == NULL)
		die_err(&e);
	check_control(g);
	n = g->layout->n_tensors;
	t = cmd_must(mem_alloc(n, sizeof *t));
	data = cmd_must(mem_alloc(n, sizeof *data));
	for (i = 0; i < n; i++) {
		const struct tensor_spec *x = &g->layout->t[i];

		data[i] = (struct byte_range){ g->data[i],
		    x->n * dtype_size(x->dtype) };
		t[i] = (struct import_tensor){ x->name, x->dtype, x->rank,
		    x->shape, byte_source_memory(&data[i]) };
	}
	if (n > 0)
		qsort(t, n, sizeof *t, by_direction);
	import_record(path, t, n, -1);
	mem_free(data);
	mem_free(t);
	gguf_close(g);
}
