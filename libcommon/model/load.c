/* A model from its directory: config.json and its weights, mapped. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"
#include "base/path.h"
#include "model/init.h"
#include "model/model.h"
#include "model/weights.h"
#include "tensor/finite.h"

enum { CHECK_TASK = 1 << 16, CHECK_PIECE = 1 << 10 };	/* values */

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

/* Whether values are finite, in pieces; shared by tasks. */
struct checking {
	const struct safetensor *t;
	size_t		*bad;		/* of each task: the first, or t->n */
};

static void
check_piece(void *arg, size_t task)
{
	const struct checking *k = arg;
	size_t at = task * CHECK_TASK, size = dtype_size(k->t->dtype), n, ok;
	size_t left = k->t->n - at < CHECK_TASK ? k->t->n - at : CHECK_TASK;
	float x[CHECK_PIECE];

	for (k->bad[task] = k->t->n; left > 0; at += n, left -= n) {
		n = left < CHECK_PIECE ? left : CHECK_PIECE;
		dtype_to_f32(x, k->t->data + at * size, n, k->t->dtype);
		if ((ok = finite_prefix_f32(x, n)) < n) {
			k->bad[task] = at + ok;
			return;
		}
	}
}

static int
check_finite(const struct source *from, struct err *e)
{
	size_t tasks = (from->t->n + CHECK_TASK - 1) / CHECK_TASK, i = 0, bad;
	struct checking k = { from->t, mem_alloc(tasks, sizeof *k.bad) };

	if (k.bad == NULL)
		return err_nomem(e);
	par_for(tasks, check_piece, &k);
	while (i < tasks && k.bad[i] == from->t->n)
		i++;
	bad = i < tasks ? k.bad[i] : from->t->n;
	mem_free(k.bad);
	return bad == from->t->n ? 0 : err_set(e, RC_INPUT, "%s: tensor %s: "
	    "value %zu is not finite", from->s->path, from->t->name, bad);
}

/* The head of a tied model, where it is stored, must be the embedding, value
 * by value. */
static int
check_tied(const struct source *wte, const struct source *head,
    struct err *e)
{
	size_t n = head->t->n, i, j, k;
	float x[CHECK_PIECE], y[CHECK_PIECE];

	for (i = 0; i < n; i += k) {
		k = n - i < CHECK_PIECE ? n - i : CHECK_PIECE;
		dtype_to_f32(x, head->t->data + i *
		    dtype_size(head->t->dtype), k, head->t->dtype);
		dtype_to_f32(y, wte->t->data + i *
		    dtype_size(wte->t->dtype), k, wte->t->dtype);
		for (j = 0; j < k; j++)
			if (x[j] != y[j])
				return err_set(e, RC_INPUT, "%s: tensor %s: "
				    "value %zu differs from the token "
				    "embedding, but tie_word_embeddings is "
				    "true", head->s->path, head->t->name,
				    i + j);
	}
	return 0;
}

static int
check_values(const struct match *k, struct err *e)
{
	size_t i;

	for (i = 0; i < k->l->n_tensors; i++) {
		if (!dtype_is_of_weights(k->from[i].t->dtype))
			return err_set(e, RC_INPUT, "%s: tensor %s: dtype %s, "
			    "supported are F32, F16 and BF16",
			    k->from[i].s->path, k->from[i].t->name,
			    k->from[i].t->dtype_text);
		if (check_finite(&k->from[i], e) != 0)
			return -1;
	}
	return k->head.t == NULL ? 0 : check_tied(&k->from[k->wte - k->l->t],
	    &k->head, e);
}

/* Vectors are small, and needed in place. */
static int
convert_vectors(struct model *m, struct err *e)
{
	const struct layout *l = m->layout;
	size_t i, n;

	for (n = 0, i = 0; i < l->n_tensors; i++)
		if (l->t[i].rank < 2 && !params_in_place(m->params, i))
			n += l->t[i].n;
	if ((m->vectors = mem_alloc(n, sizeof *m->vectors)) == NULL)
		return err_nomem(e);
	for (i = 0; i < l->n_tensors; i++) {
		float *x = m->vectors + m->n_vectors;

		if (l->t[i].rank >= 2 || params_in_place(m->params, i))
			continue;
		params_read(x, m->params, i, 0, l->t[i].n);
		m->params->view[i] = (struct param_view){ x, DT_F32 };
		m->n_vectors += l->t[i].n;
	}
	return 0;
}

static struct model *
view_model(const struct match *k, struct err *e)
{
	struct model *m = model_empty(k->c, e);
	size_t i;

	if (m == NULL)
		return NULL;
	if ((m->params = params_new(m->layout, NULL, e)) == NULL) {
		model_free(m);
		return NULL;
	}
	for (i = 0; i < m->layout->n_tensors; i++)
		m->params->view[i] = (struct param_view){ k->from[i].t->data,
		    k->from[i].t->dtype };
	if (convert_vectors(m, e) == 0)
		return m;
	model_free(m);
	return NULL;
}

static struct model *
view_weights(const struct model_config *c, const struct weights *w,
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
	else if (match_tensors(&k, w, e) == 0 && check_values(&k, e) == 0)
		m = view_model(&k, e);
	mem_free(k.from);
	layout_free(l);
	return m;
}

struct model *
model_load(const char *dir, struct err *e)
{
	char *config = path_in(dir, "config.json", e);
	struct weights w = { NULL, 0, NULL };
	struct model_config c;
	struct model *m = NULL;

	if (config != NULL && model_config_load(&c, config, e) == 0 &&
	    weights_open(&w, dir, e) == 0)
		m = view_weights(&c, &w, e);
	mem_free(config);
	if (m != NULL && (m->files = mem_alloc(1, sizeof *m->files)) != NULL) {
		*m->files = w;
		return m;
	}
	if (m != NULL)
		err_nomem(e);
	model_free(m);
	weights_close(&w);
	return NULL;
}
