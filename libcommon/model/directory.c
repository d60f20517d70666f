/* A model's directory: which files it has, and how it is written. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "model/file.h"
#include "model/init.h"
#include "model/model.h"
#include "model/weights.h"

enum { SAVE_PIECE = 1 << 20 };		/* values made at a time */

/* The paths, of which config is one and is kept; *n of them even on -1. */
static int
list_files(char **file, size_t *n, char *config, const struct weights *w)
{
	size_t i;
	int bad = 0;

	file[(*n)++] = config;
	if (w->index != NULL)
		bad |= (file[(*n)++] = mem_strdup(w->index)) == NULL;
	for (i = 0; i < w->n_files; i++)
		bad |= (file[(*n)++] = mem_strdup(w->file[i]->path)) == NULL;
	return bad ? -1 : 0;
}

char **
model_directory_files(const char *dir, size_t *n, struct err *e)
{
	char *config = path_in(dir, "config.json", e), **file = NULL;
	struct weights w = { NULL, 0, NULL };

	*n = 0;
	if (config == NULL)
		return NULL;
	if (access(config, F_OK) != 0)
		err_set(e, RC_INPUT, "%s: %s", config, strerror(errno));
	else if (weights_open(&w, dir, e) == 0 && (file = mem_zalloc(
	    w.n_files + 2, sizeof(char *))) == NULL)
		err_nomem(e);
	if (file == NULL)
		mem_free(config);
	else if (list_files(file, n, config, &w) != 0) {
		err_nomem(e);
		while (*n > 0)
			mem_free(file[--*n]);
		mem_free(file);
		file = NULL;
	}
	weights_close(&w);
	return file;
}

/* Where values come from: parameters, or the initialisation. */
struct contents {
	const struct model_config *config;
	struct layout	*layout;	/* of the dtype that is written */
	const struct params *params;	/* NULL: the initialisation */
	uint64_t	 seed;
	float		*x;		/* SAVE_PIECE */
	void		*rounded;	/* as many */
};

static int
save_tensor(const struct contents *k, size_t i, FILE *fp, struct err *e)
{
	const struct tensor_spec *t = &k->layout->t[i];
	size_t at, n, size = dtype_size(t->dtype), ok;

	for (at = 0; at < t->n; at += n) {
		n = t->n - at < SAVE_PIECE ? t->n - at : SAVE_PIECE;
		if (k->params != NULL)
			params_read(k->x, k->params, i, at, n);
		else
			init_values(k->x, t, k->config, k->seed, at, n);
		if ((ok = dtype_from_f32(k->rounded, k->x, n, t->dtype)) < n)
			return err_set(e, RC_INPUT, "tensor %s: value %zu, "
			    "%g, is too large for %s", t->name, at + ok,
			    (double)k->x[ok], dtype_name(t->dtype));
		if (fwrite(k->rounded, size, n, fp) != n)
			return err_set(e, RC_SYSTEM, "%s", strerror(errno));
	}
	return 0;
}

static int
save_tensors(const struct contents *k, FILE *fp, struct err *e)
{
	uint64_t *at = mem_alloc(k->layout->n_tensors, sizeof *at);
	size_t i;
	int r;

	if (at == NULL)
		return err_nomem(e);
	/* all are of one dtype, so that they follow each other */
	r = safetensors_write_header(fp, k->layout, at, e);
	mem_free(at);
	for (i = 0; i < k->layout->n_tensors && r == 0; i++)
		r = save_tensor(k, i, fp, e);
	return r;
}

static int
save_weights(const struct contents *k, const char *path, struct err *e)
{
	struct file_out f;

	if (file_out_open(&f, path, e) != 0)
		return -1;
	if (save_tensors(k, f.fp, e) != 0) {
		file_out_cancel(&f);
		return err_prefix(e, path);
	}
	return file_out_close(&f, e);
}

static int
save_files(const struct contents *k, enum dtype d, const char *dir,
    struct err *e)
{
	char *config = path_in(dir, "config.json", e);
	char *weights = path_in(dir, "model.safetensors", e);
	int r = -1;

	if (config != NULL && weights != NULL) {
		if (mkdir(dir, 0777) != 0 && errno != EEXIST)
			err_errno(e, dir);
		else if (model_config_save(k->config, d, config, e) == 0)
			r = save_weights(k, weights, e);
	}
	mem_free(config);
	mem_free(weights);
	return r;
}

/* Takes k->layout over. */
static int
save(struct contents *k, enum dtype d, const char *dir, struct err *e)
{
	int r = -1;
	size_t i;

	for (i = 0; k->layout != NULL && i < k->layout->n_tensors; i++)
		k->layout->t[i].dtype = d;
	k->x = mem_alloc(SAVE_PIECE, sizeof *k->x);
	k->rounded = mem_alloc(SAVE_PIECE, sizeof *k->x);
	if (k->layout == NULL || k->x == NULL || k->rounded == NULL)
		err_nomem(e);
	else
		r = save_files(k, d, dir, e);
	layout_free(k->layout);
	mem_free(k->x);
	mem_free(k->rounded);
	return r;
}

int
model_save(const struct model *m, enum dtype d, const char *dir,
    struct err *e)
{
	struct contents k = { .config = &m->config, .params = m->params,
	    .layout = layout_copy(m->layout) };

	return save(&k, d, dir, e);
}

int
model_save_initial(const struct model_config *config, uint64_t seed,
    enum dtype d, const char *dir, struct err *e)
{
	struct model_config c = *config;
	struct contents k = { .config = &c, .seed = seed };

	if (model_config_check(&c, e) != 0 ||
	    (k.layout = model_layout(&c, e)) == NULL)
		return -1;
	if (init_check(k.layout, e) != 0) {
		layout_free(k.layout);
		return -1;
	}
	return save(&k, d, dir, e);
}
