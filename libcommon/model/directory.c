/* A model's directory: config.json and its weights. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "model/file.h"
#include "model/model.h"
#include "model/weights.h"

/* Names are compared as the layout has them: GPT-2's without
 * "transformer.", all others with "model.", however the file spells them. */
static const char *
layout_name(char *buf, size_t size, const char *name,
    const struct model_config *c)
{
	static const char gpt2[] = "transformer.", others[] = "model.";

	if (strcmp(name, "lm_head.weight") == 0)
		return name;
	if (c->family == FAMILY_GPT2)
		return strncmp(name, gpt2, sizeof gpt2 - 1) == 0 ?
		    name + sizeof gpt2 - 1 : name;
	if (strncmp(name, others, sizeof others - 1) == 0)
		return name;
	snprintf(buf, size, "%s%s", others, name);
	return buf;
}

/* What older files hold beside parameters: "h.N.attn.bias" and
 * "h.N.attn.masked_bias", the causal mask, and the frequencies of rotary
 * positions, which follow from the configuration. */
static int
is_buffer(const char *name)
{
	unsigned layer;
	int end = 0;

	if (sscanf(name, "h.%u.attn.%n", &layer, &end) == 1 && end != 0)
		return strcmp(name + end, "bias") == 0 ||
		    strcmp(name + end, "masked_bias") == 0;
	if (sscanf(name, "model.layers.%u.self_attn.%n", &layer, &end) == 1 &&
	    end != 0)
		return strcmp(name + end, "rotary_emb.inv_freq") == 0;
	return 0;
}

/* A tensor, and the file that it is in. */
struct source {
	const struct safetensors *s;
	const struct safetensor	 *t;
};

/* Which tensor of the files holds which of the layout. */
struct match {
	const struct model_config *c;
	const struct layout *l;
	struct source	*from;		/* for each tensor of the layout */
	struct source	 head;		/* of a tied lm_head.weight, if any */
	const struct tensor_spec *wte;
};

static int
check_shape(const struct tensor_spec *to, const struct source *from,
    struct err *e)
{
	struct tensor_spec have = { .rank = from->t->rank };
	char a[128], b[128];

	memcpy(have.shape, from->t->shape, sizeof have.shape);
	if (have.rank == to->rank && memcmp(have.shape, to->shape,
	    to->rank * sizeof *to->shape) == 0)
		return 0;
	return err_set(e, RC_INPUT,
	    "%s: tensor %s: shape %s, the configuration has %s",
	    from->s->path, from->t->name,
	    layout_shape_string(a, sizeof a, &have),
	    layout_shape_string(b, sizeof b, to));
}

static int
match_tensor(struct match *k, const struct source *from, struct err *e)
{
	char buf[256];
	const char *name = layout_name(buf, sizeof buf, from->t->name, k->c);
	const struct tensor_spec *to = layout_find(k->l, name);
	struct source *place;

	if (to == NULL && strcmp(name, "lm_head.weight") == 0) {
		to = k->wte;
		place = &k->head;
	} else if (to == NULL)
		return is_buffer(name) ? 0 : err_set(e, RC_INPUT,
		    "%s: tensor %s: not one of this configuration",
		    from->s->path, from->t->name);
	else
		place = &k->from[to - k->l->t];
	if (place->t != NULL)
		return err_set(e, RC_INPUT, "%s: tensor %s: occurs twice, "
		    "with and without prefix or in two files", from->s->path,
		    name);
	*place = *from;
	return check_shape(to, from, e);
}

static int
match_tensors(struct match *k, const struct weights *w, struct err *e)
{
	struct source *wte;
	size_t i, j;

	for (i = 0; i < w->n_files; i++)
		for (j = 0; j < w->file[i]->n_tensors; j++) {
			struct source from = { w->file[i],
			    &w->file[i]->t[j] };

			if (match_tensor(k, &from, e) != 0)
				return -1;
		}
	wte = &k->from[k->wte - k->l->t];
	if (wte->t == NULL && k->head.t != NULL) {
		*wte = k->head;		/* tied, under the other name */
		k->head.t = NULL;
	}
	for (i = 0; i < k->l->n_tensors; i++)
		if (k->from[i].t == NULL)
			return err_set(e, RC_INPUT, "%s: no tensor %s",
			    w->file[0]->path, k->l->t[i].name);
	return 0;
}

static int
read_tensor(float *x, const struct source *from, struct err *e)
{
	size_t i;

	if (safetensors_read_f32(x, from->s, from->t, e) != 0)
		return -1;
	for (i = 0; i < from->t->n; i++)
		if (!(fabsf(x[i]) <= FLT_MAX))
			return err_set(e, RC_INPUT, "%s: tensor %s: value "
			    "%zu is not finite", from->s->path, from->t->name,
			    i);
	return 0;
}

/* The head of a tied model, where it is stored, must be the embedding, value
 * by value. */
static int
check_tied(const float *wte, const struct source *head, struct err *e)
{
	float *x = mem_alloc(head->t->n, sizeof *x);
	size_t i = 0;
	int r;

	if (x == NULL)
		return err_nomem(e);
	if ((r = safetensors_read_f32(x, head->s, head->t, e)) == 0)
		while (i < head->t->n && x[i] == wte[i])
			i++;
	mem_free(x);
	return r != 0 || i == head->t->n ? r : err_set(e, RC_INPUT,
	    "%s: tensor %s: value %zu differs from the token embedding, but "
	    "tie_word_embeddings is true", head->s->path, head->t->name, i);
}

static struct model *
read_model(const struct match *k, struct err *e)
{
	struct model *m = model_new(k->c, e);
	size_t i;
	int r = 0;

	if (m == NULL)
		return NULL;
	for (i = 0; i < m->layout->n_tensors && r == 0; i++)
		r = read_tensor(m->params + m->layout->t[i].offset,
		    &k->from[i], e);
	if (r == 0 && k->head.t != NULL)
		r = check_tied(m->params + k->wte->offset, &k->head, e);
	if (r == 0)
		return m;
	model_free(m);
	return NULL;
}

/* Memory for the parameters is taken once the files have shown them all. */
static struct model *
load_weights(const struct model_config *c, const struct weights *w,
    struct err *e)
{
	struct layout *l = model_layout(c, e);
	struct match k = { .c = c, .l = l };
	struct model *m = NULL;

	if (l == NULL)
		return NULL;
	k.wte = &l->t[0];
	if ((k.from = mem_zalloc(l->n_tensors, sizeof *k.from)) == NULL)
		err_nomem(e);
	else if (match_tensors(&k, w, e) == 0)
		m = read_model(&k, e);
	mem_free(k.from);
	layout_free(l);
	return m;
}

struct model *
model_load(const char *dir, struct err *e)
{
	char *config = weights_path(dir, "config.json", e);
	struct weights w = { NULL, 0, NULL };
	struct model_config c;
	struct model *m = NULL;

	if (config != NULL && model_config_load(&c, config, e) == 0 &&
	    weights_open(&w, dir, e) == 0)
		m = load_weights(&c, &w, e);
	weights_close(&w);
	mem_free(config);
	return m;
}

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
	char *config = weights_path(dir, "config.json", e), **file = NULL;
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

static int
save_weights(const struct model *m, const char *path, struct err *e)
{
	struct file_out f;

	if (file_out_open(&f, path, e) != 0)
		return -1;
	if (safetensors_write(f.fp, m->layout, m->params, e) != 0) {
		file_out_cancel(&f);
		return err_prefix(e, path);
	}
	return file_out_close(&f, e);
}

int
model_save(const struct model *m, const char *dir, struct err *e)
{
	char *config = weights_path(dir, "config.json", e);
	char *weights = weights_path(dir, "model.safetensors", e);
	int r = -1;

	if (config != NULL && weights != NULL) {
		if (mkdir(dir, 0777) != 0 && errno != EEXIST)
			err_errno(e, dir);
		else if (model_config_save(&m->config, config, e) == 0)
			r = save_weights(m, weights, e);
	}
	mem_free(config);
	mem_free(weights);
	return r;
}
