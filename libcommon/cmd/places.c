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

struct adapter *
places_load_adapter(const char *dir, const struct model *m)
{
	struct err e = { .rc = RC_OK };
	struct adapter *a = adapter_load(dir, &m->config, m->layout, &e);

	cmd_check(a == NULL ? -1 : 0, &e);
	cmd_note_adapter(dir);
	return a;
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

/* The model changed by its adapter. */
static void
open_adapter(struct places *p)
{
	struct err e = { .rc = RC_OK };

	p->adapter = places_load_adapter(places_options.adapter, p->model);
	if ((p->changed = params_copy(p->model->params, &e)) == NULL)
		die_err(&e);
	p->changed_block = cmd_must(mem_alloc(p->adapter->product->n,
	    sizeof *p->changed_block));
	adapter_apply(p->changed, p->changed_block, p->adapter,
	    p->adapter->params, p->model->params);
	p->theta = p->changed;
}

void
places_open(struct places *p, const struct model *m)
{
	const char *deltas = places_options.deltas;
	struct err e = { .rc = RC_OK };

	memset(p, 0, sizeof *p);
	p->model = m;
	p->theta = m->params;
	p->index = -1;
	p->base = places_options.base || deltas == NULL;
	model_digest(p->digest, m);
	if (places_options.adapter != NULL)
		open_adapter(p);
	if (deltas == NULL)
		return;
	p->in = cmd_open(deltas);
	if ((p->moved = params_copy(m->params, &e)) == NULL)
		die_err(&e);
	p->own = cmd_must(mem_zalloc(m->layout->n_tensors, sizeof(float *)));
}

static void
refuse(const struct places *p, const struct tensor_spec *t,
    const struct tensor_spec *is, const char *whose)
{
	char a[128], b[128];

	if (is == NULL)
		die(RC_INPUT, "%s: record %zu: tensor %s: the %s has none "
		    "of that name", ts_reader_name(p->in), p->rec.record,
		    t->name, whose);
	die(RC_INPUT, "%s: record %zu: tensor %s: shape %s, the %s has %s",
	    ts_reader_name(p->in), p->rec.record, t->name,
	    layout_shape_string(a, sizeof a, t), whose,
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
			refuse(p, &l->t[i], t, "model");
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
	const struct params *theta = p->theta;
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

/* x += tensor i of theta */
static void
add_weights(float *x, const struct places *p, size_t i)
{
	size_t n = p->model->layout->t[i].n, at, k;
	float part[PIECE];

	for (at = 0; at < n; at += k) {
		k = n - at < PIECE ? n - at : PIECE;
		params_read(part, p->theta, i, at, k);
		add(x + at, part, k);
	}
}

/* Memory for n values of deltas. */
static float *
make_block(struct places *p, size_t n)
{
	if (n > p->n_block) {
		mem_free(p->block);
		p->block = cmd_must(mem_alloc(n, sizeof *p->block));
		p->n_block = n;
	}
	return p->block;
}

static void
move_by_values(struct places *p, const size_t *is)
{
	const struct layout *l = p->rec.layout;
	size_t i;

	cmd_read(p->in, make_block(p, l->n));
	for (i = 0; i < l->n_tensors; i++) {
		float *x = p->block + l->t[i].offset;

		add_weights(x, p, is[i]);
		p->moved->view[is[i]] = (struct param_view){ x, DT_F32 };
	}
}

/* Is the record's first tensor one of the adapter's factors?  The others must
 * be, then. */
static int
moves_factors(const struct places *p)
{
	return p->adapter != NULL && p->rec.layout->n_tensors > 0 &&
	    layout_find(p->adapter->layout, p->rec.layout->t[0].name) != NULL;
}

/* The delta is one of factors: their sum, and the weights that it makes. */
static void
move_factors(struct places *p)
{
	const struct layout *l = p->rec.layout, *all = p->adapter->layout;
	const struct adapter *a = p->adapter;
	const struct tensor_spec *t;
	float *x;
	size_t i;

	if (p->moved_factors == NULL)
		p->moved_factors = cmd_must(mem_alloc(all->n,
		    sizeof *p->moved_factors));
	memcpy(p->moved_factors, a->params, all->n * sizeof *a->params);
	x = make_block(p, l->n > a->product->n ? l->n : a->product->n);
	for (i = 0; i < l->n_tensors; i++) {
		t = layout_find(all, l->t[i].name);
		if (t == NULL || !layout_same_shape(t, &l->t[i]))
			refuse(p, &l->t[i], t, "adapter");
	}
	cmd_read(p->in, x);
	for (i = 0; i < l->n_tensors; i++)
		add(p->moved_factors + layout_find(all, l->t[i].name)->offset,
		    x + l->t[i].offset, l->t[i].n);
	adapter_apply(p->moved, x, a, p->moved_factors, p->model->params);
	p->factors = p->moved_factors;
}

static void
move_weights(struct places *p)
{
	size_t *is = match(p);

	if (p->rec.recipe != NULL)
		move_by_recipe(p, p->rec.recipe, is);
	else
		move_by_values(p, is);
	mem_free(is);
}

int
places_next(struct places *p)
{
	p->factors = p->adapter == NULL ? NULL : p->adapter->params;
	if (p->base) {
		p->base = 0;
		p->params = p->theta;
		return 1;
	}
	if (p->in == NULL || !cmd_next(p->in, &p->rec))
		return 0;
	memcpy(p->moved->view, p->theta->view,
	    p->model->layout->n_tensors * sizeof *p->moved->view);
	if (moves_factors(p))
		move_factors(p);
	else
		move_weights(p);
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
	mem_free(p->moved_factors);
	params_free(p->moved);
	params_free(p->changed);
	mem_free(p->changed_block);
	adapter_free(p->adapter);
}
