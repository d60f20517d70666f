#include <stdio.h>
#include <string.h>

#include "base/cpu.h"
#include "cmd/places.h"
#include "random/materialise.h"
#include "stream/digest.h"

enum { PIECE = 1 << 14 };		/* values */

struct places_options places_options;

struct model *
places_load(const char *dir)
{
	struct err e = { .rc = RC_OK };
	struct model *m = model_load(dir, &e);

	cmd_check(m == NULL ? -1 : 0, &e);
	cmd_note_model(dir);
	return m;
}

void
places_check(void)
{
	if (places_options.model == NULL)
		opts_usage("give --model");
	if (places_options.base && places_options.deltas == NULL)
		opts_usage("--base is for --deltas");
	if (cmd_shard != NULL && places_options.deltas != NULL)
		opts_usage("--shard does not go with --deltas: their number "
		    "is known at their end; part them with tensor-select");
}

void
places_open(struct places *p, const struct model *m)
{
	const char *deltas = places_options.deltas;
	struct err e = { .rc = RC_OK };

	memset(p, 0, sizeof *p);
	p->model = m;
	p->index = -1;
	p->base = places_options.base || deltas == NULL;
	model_digest(p->digest, m);
	if (deltas == NULL)
		return;
	p->in = cmd_open(deltas);
	if ((p->moved = params_copy(m->params, &e)) == NULL)
		die_err(&e);
	p->own = cmd_must(mem_zalloc(m->layout->n_tensors, sizeof(float *)));
}

static void
refuse(const struct places *p, const struct tensor_spec *t,
    const struct tensor_spec *is)
{
	char a[128], b[128];

	if (is == NULL)
		die(RC_INPUT, "%s: record %zu: tensor %s: the model has none "
		    "of that name", ts_reader_name(p->in), p->rec.record,
		    t->name);
	die(RC_INPUT, "%s: record %zu: tensor %s: shape %s, the model has %s",
	    ts_reader_name(p->in), p->rec.record, t->name,
	    layout_shape_string(a, sizeof a, t),
	    layout_shape_string(b, sizeof b, is));
}

/* Which of the model's tensors each of the record's is; the caller's to
 * mem_free(). */
static size_t *
match(const struct places *p)
{
	const struct layout *l = p->rec.layout, *all = p->model->layout;
	size_t *is = cmd_must(mem_alloc(l->n_tensors, sizeof *is)), i;

	for (i = 0; i < l->n_tensors; i++) {
		const struct tensor_spec *t = layout_find(all, l->t[i].name);

		if (t == NULL || !layout_same_shape(t, &l->t[i]))
			refuse(p, &l->t[i], t);
		is[i] = (size_t)(t - all->t);
	}
	return is;
}

/* Memory for the moved values of tensor i. */
static float *
move(struct places *p, size_t i)
{
	if (p->own[i] == NULL)
		p->own[i] = cmd_must(mem_alloc(p->model->layout->t[i].n,
		    sizeof **p->own));
	p->moved->view[i] = (struct param_view){ p->own[i], DT_F32 };
	return p->own[i];
}

static void
move_by_recipe(struct places *p, const struct recipe *r, const size_t *is)
{
	const struct params *theta = p->model->params;
	const struct layout *l = p->rec.layout;
	unsigned char *touched = cmd_must(mem_alloc(l->n_tensors, 1));
	float **x = cmd_must(mem_zalloc(l->n_tensors, sizeof(float *)));
	const float **base = cmd_must(mem_zalloc(l->n_tensors,
	    sizeof(const float *)));
	struct err e = { .rc = RC_OK };
	float *at;
	size_t i;

	if (recipe_touches(touched, r, l, &e) != 0)
		die(e.rc, "%s: recipe: %s", ts_reader_name(p->in), e.msg);
	for (i = 0; i < l->n_tensors; i++)
		if (touched[i]) {
			at = x[i] = move(p, is[i]);
			base[i] = params_at(theta, is[i], &at);
		}
	if (recipe_add_f32(x, base, r, l, &e) != 0)
		die(e.rc, "%s: recipe: %s", ts_reader_name(p->in), e.msg);
	mem_free(touched);
	mem_free(x);
	mem_free(base);
}

/* x += a */
CPU_CLONES static void
add(float *restrict x, const float *restrict a, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		x[i] = a[i] + x[i];
}

/* x += tensor i of the model */
static void
add_weights(float *x, const struct places *p, size_t i)
{
	size_t n = p->model->layout->t[i].n, at, k;
	float part[PIECE];

	for (at = 0; at < n; at += k) {
		k = n - at < PIECE ? n - at : PIECE;
		params_read(part, p->model->params, i, at, k);
		add(x + at, part, k);
	}
}

static void
move_by_values(struct places *p, const size_t *is)
{
	const struct layout *l = p->rec.layout;
	size_t i;

	if (l->n > p->n_block) {
		mem_free(p->block);
		p->block = cmd_must(mem_alloc(l->n, sizeof *p->block));
		p->n_block = l->n;
	}
	cmd_read(p->in, p->block);
	for (i = 0; i < l->n_tensors; i++) {
		float *x = p->block + l->t[i].offset;

		add_weights(x, p, is[i]);
		p->moved->view[is[i]] = (struct param_view){ x, DT_F32 };
	}
}

int
places_next(struct places *p)
{
	size_t *is;

	if (p->base) {
		p->base = 0;
		p->params = p->model->params;
		return 1;
	}
	if (p->in == NULL || !cmd_next(p->in, &p->rec))
		return 0;
	memcpy(p->moved->view, p->model->params->view,
	    p->model->layout->n_tensors * sizeof *p->moved->view);
	is = match(p);
	if (p->rec.recipe != NULL)
		move_by_recipe(p, p->rec.recipe, is);
	else
		move_by_values(p, is);
	mem_free(is);
	p->params = p->moved;
	p->index = (long)p->next++;
	return 1;
}

void
places_key(char key[DIGEST_SIZE], const struct places *p)
{
	const struct param_view *v = p->params->view;
	const struct layout *l = p->model->layout;
	struct digest *g = cmd_must(digest_new());
	char text[LABEL_TEXT_MAX + 1];
	size_t i;
	int k;

	for (i = 0; i < l->n_tensors; i++)
		if (v[i].p != p->model->params->view[i].p) {
			digest_update(g, &i, sizeof i);
			digest_update(g, v[i].p, l->t[i].n * sizeof(float));
		}
	digest_update(g, &p->index, sizeof p->index);
	for (k = 0; p->index >= 0 && k < L_COUNT; k++) {
		labels_string(text, sizeof text, &p->rec.labels,
		    (enum label_key)k);
		digest_update(g, text, strlen(text) + 1);
	}
	digest_hex(g, key);
	digest_free(g);
}

void
places_close(struct places *p)
{
	char now[DIGEST_SIZE];
	size_t i;

	model_digest(now, p->model);
	if (strcmp(now, p->digest) != 0)
		die(RC_SYSTEM, "the model's weights changed: digest %s, "
		    "was %s", now, p->digest);
	for (i = 0; p->own != NULL && i < p->model->layout->n_tensors; i++)
		mem_free(p->own[i]);
	mem_free(p->own);
	mem_free(p->block);
	params_free(p->moved);
}
