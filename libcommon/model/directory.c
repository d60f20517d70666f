/* A model's directory: config.json and model.safetensors. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "model/file.h"
#include "model/model.h"
#include "tensor/safetensors.h"

static char *
join(const char *dir, const char *name, struct err *e)
{
	size_t n = strlen(dir) + strlen(name) + 2;
	char *path = mem_alloc(n, 1);

	if (path == NULL)
		err_nomem(e);
	else
		snprintf(path, n, "%s/%s", dir, name);
	return path;
}

static const char *
bare_name(const char *name)
{
	static const char prefix[] = "transformer.";

	return strncmp(name, prefix, sizeof prefix - 1) == 0 ?
	    name + sizeof prefix - 1 : name;
}

/* "h.N.attn.bias" and "h.N.attn.masked_bias" hold the causal mask in older
 * files, not parameters. */
static int
is_mask(const char *name)
{
	unsigned layer;
	int end = 0;

	if (sscanf(name, "h.%u.attn.%n", &layer, &end) != 1 || end == 0)
		return 0;
	return strcmp(name + end, "bias") == 0 ||
	    strcmp(name + end, "masked_bias") == 0;
}

/* Which tensor of the file holds which of the layout. */
struct match {
	const struct safetensor	**from;	/* for each tensor of the layout */
	const struct safetensor	 *head;	/* lm_head.weight, or NULL */
};

static int
check_shape(const struct tensor_spec *to, const struct safetensor *t,
    const char *path, struct err *e)
{
	struct tensor_spec have = { .rank = t->rank };
	char a[128], b[128];

	memcpy(have.shape, t->shape, sizeof have.shape);
	if (have.rank == to->rank && memcmp(have.shape, to->shape,
	    to->rank * sizeof *to->shape) == 0)
		return 0;
	return err_set(e, RC_INPUT,
	    "%s: tensor %s: shape %s, the configuration has %s", path,
	    t->name, layout_shape_string(a, sizeof a, &have),
	    layout_shape_string(b, sizeof b, to));
}

static int
match_tensor(struct match *k, const struct layout *l,
    const struct safetensor *t, const char *path, struct err *e)
{
	const char *name = bare_name(t->name);
	const struct tensor_spec *to = layout_find(l, name);

	if (to == NULL && strcmp(name, "lm_head.weight") == 0) {
		k->head = t;
		return check_shape(layout_find(l, "wte.weight"), t, path, e);
	}
	if (to == NULL)
		return is_mask(name) ? 0 : err_set(e, RC_INPUT,
		    "%s: tensor %s: not one of this configuration", path,
		    t->name);
	if (k->from[to - l->t] != NULL)
		return err_set(e, RC_INPUT, "%s: tensor %s: occurs with and "
		    "without \"transformer.\"", path, name);
	k->from[to - l->t] = t;
	return check_shape(to, t, path, e);
}

static int
match_tensors(struct match *k, const struct layout *l,
    const struct safetensors *s, struct err *e)
{
	size_t i;

	k->head = NULL;
	k->from = mem_zalloc(l->n_tensors, sizeof(struct safetensor *));
	if (k->from == NULL)
		return err_nomem(e);
	for (i = 0; i < s->n_tensors; i++)
		if (match_tensor(k, l, &s->t[i], s->path, e) != 0)
			return -1;
	for (i = 0; i < l->n_tensors; i++)
		if (k->from[i] == NULL)
			return err_set(e, RC_INPUT, "%s: no tensor %s",
			    s->path, l->t[i].name);
	return 0;
}

static int
read_tensor(float *x, const struct safetensors *s,
    const struct safetensor *t, struct err *e)
{
	size_t i;

	if (safetensors_read_f32(x, s, t, e) != 0)
		return -1;
	for (i = 0; i < t->n; i++)
		if (!(fabsf(x[i]) <= FLT_MAX))
			return err_set(e, RC_INPUT, "%s: tensor %s: value "
			    "%zu is not finite", s->path, t->name, i);
	return 0;
}

/* A stored head must be wte, value by value: it is not trained apart. */
static int
check_tied(const float *wte, const struct safetensors *s,
    const struct safetensor *t, struct err *e)
{
	float *x = mem_alloc(t->n, sizeof *x);
	size_t i = 0;
	int r;

	if (x == NULL)
		return err_nomem(e);
	if ((r = safetensors_read_f32(x, s, t, e)) == 0)
		while (i < t->n && x[i] == wte[i])
			i++;
	mem_free(x);
	return r != 0 || i == t->n ? r : err_set(e, RC_INPUT, "%s: tensor "
	    "%s: value %zu differs from wte.weight: an untied head is not "
	    "supported", s->path, t->name, i);
}

static struct model *
read_model(const struct model_config *c, const struct match *k,
    const struct safetensors *s, struct err *e)
{
	struct model *m = model_new(c, e);
	size_t i;
	int r = 0;

	if (m == NULL)
		return NULL;
	for (i = 0; i < m->layout->n_tensors && r == 0; i++)
		r = read_tensor(m->params + m->layout->t[i].offset, s,
		    k->from[i], e);
	if (r == 0 && k->head != NULL)
		r = check_tied(m->params +
		    layout_find(m->layout, "wte.weight")->offset, s, k->head,
		    e);
	if (r == 0)
		return m;
	model_free(m);
	return NULL;
}

/* Memory for the parameters is taken once the file has shown them all. */
static struct model *
load_weights(const struct model_config *c, const char *path, struct err *e)
{
	struct safetensors *s = safetensors_open(path, e);
	struct match k = { NULL, NULL };
	struct layout *l;
	struct model *m = NULL;

	if (s == NULL)
		return NULL;
	if ((l = model_layout(c, e)) != NULL &&
	    match_tensors(&k, l, s, e) == 0)
		m = read_model(c, &k, s, e);
	mem_free(k.from);
	layout_free(l);
	safetensors_close(s);
	return m;
}

struct model *
model_load(const char *dir, struct err *e)
{
	char *config = join(dir, "config.json", e);
	char *weights = join(dir, "model.safetensors", e);
	struct model_config c;
	struct model *m = NULL;

	if (config != NULL && weights != NULL &&
	    model_config_load(&c, config, e) == 0)
		m = load_weights(&c, weights, e);
	mem_free(config);
	mem_free(weights);
	return m;
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
	char *config = join(dir, "config.json", e);
	char *weights = join(dir, "model.safetensors", e);
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
