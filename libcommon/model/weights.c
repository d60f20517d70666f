#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "model/weights.h"

void
weights_close(struct weights *w)
{
	size_t i;

	for (i = 0; i < w->n_files; i++)
		safetensors_close(w->file[i]);
	mem_free(w->file);
	mem_free(w->index);
	*w = (struct weights){ NULL, 0, NULL };
}

static int
add_file(struct weights *w, const char *path, struct err *e)
{
	struct safetensors **grown = mem_grow(w->file, w->n_files + 1,
	    sizeof *w->file);

	if (grown == NULL)
		return err_nomem(e);
	w->file = grown;
	if ((w->file[w->n_files] = safetensors_open(path, e)) == NULL)
		return -1;
	w->n_files++;
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Every tensor of shard is where the map says. */
static int
check_shard(const struct safetensors *s, const char *shard,
    const json_t *map, struct err *e)
{
	const char *said;
	size_t i;

	for (i = 0; i < s->n_tensors; i++) {
		said = json_string_value(json_object_get(map, s->t[i].name));
		if (said == NULL || strcmp(said, shard) != 0)
			return err_set(e, RC_INPUT, "%s: tensor %s: the index "
			    "has it in %s", s->path, s->t[i].name,
			    said == NULL ? "no file" : said);
	}
	return 0;
}

/* Opens each of n sorted names once; map says what they hold. */
static int
open_shards(struct weights *w, const char *dir, const char *const *name,
    size_t n, const json_t *map, struct err *e)
{
	size_t i, held = 0;
	char *path;
	int r;

	for (i = 0; i < n; i++) {
		if (i > 0 && strcmp(name[i], name[i - 1]) == 0)
			continue;
		if ((path = path_in(dir, name[i], e)) == NULL)
			return -1;
		r = add_file(w, path, e);
		mem_free(path);
		if (r != 0 || check_shard(w->file[w->n_files - 1], name[i],
		    map, e) != 0)
			return -1;
		held += w->file[w->n_files - 1]->n_tensors;
	}
	/* each is in the map, under its file: so none else is missing */
	return held == n ? 0 : err_set(e, RC_INPUT, "%s: names %zu tensors, "
	    "the files hold %zu of them", w->index, n, held);
}

/* The file of every tensor of the map, sorted; room for as many. */
static int
list_shards(const char **name, json_t *map, struct err *e)
{
	const char *tensor;
	size_t n = 0;
	json_t *v;

	json_object_foreach(map, tensor, v) {
		name[n] = json_string_value(v);
		if (name[n] == NULL || *name[n] == '\0' ||
		    strchr(name[n], '/') != NULL)
			return err_set(e, RC_INPUT, "tensor %.200s: its shard "
			    "is not a file of the same directory", tensor);
		n++;
	}
	qsort(name, n, sizeof *name, by_name);
	return 0;
}

static int
open_map(struct weights *w, const char *dir, json_t *map, const char *path,
    struct err *e)
{
	const char **name;
	size_t n = json_object_size(map);
	int r;

	if (!json_is_object(map) || n == 0)
		return err_set(e, RC_INPUT, "%s: names no tensors", path);
	if ((name = mem_alloc(n, sizeof *name)) == NULL)
		return err_nomem(e);
	if ((r = list_shards(name, map, e)) != 0)
		err_prefix(e, path);
	else
		r = open_shards(w, dir, name, n, map, e);
	mem_free(name);
	return r;
}

static int
open_index(struct weights *w, const char *dir, const char *path,
    struct err *e)
{
	json_error_t why;
	json_t *index = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
	int r;

	if (index == NULL)
		return err_set(e, RC_INPUT, "%s: line %d: %s", path, why.line,
		    why.text);
	r = open_map(w, dir, json_object_get(index, "weight_map"), path, e);
	json_decref(index);
	return r;
}

int
weights_open(struct weights *w, const char *dir, struct err *e)
{
	char *one = path_in(dir, "model.safetensors", e);
	int r = -1;

	*w = (struct weights){ NULL, 0, NULL };
	w->index = path_in(dir, "model.safetensors.index.json", e);
	if (one != NULL && w->index != NULL) {
		if (access(one, F_OK) != 0 && access(w->index, F_OK) == 0)
			r = open_index(w, dir, w->index, e);
		else {
			mem_free(w->index);
			w->index = NULL;
			r = add_file(w, one, e);
		}
	}
	mem_free(one);
	if (r != 0)
		weights_close(w);
	return r;
}
