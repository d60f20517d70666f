#include <stdio.h>
#include <string.h>

#include "base/cpu.h"
#include "cmd/places.h"
#include "random/materialise.h"
#include "stream/digest.h"

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

	memset(p, 0, sizeof *p);
	p->model = m;
	p->index = -1;
	p->base = places_options.base || deltas == NULL;
	digest_bytes(p->digest, m->params, m->layout->n * sizeof *m->params);
	if (deltas == NULL)
		return;
	p->in = cmd_open(deltas);
	p->moved = cmd_must(mem_alloc(m->layout->n, sizeof *p->moved));
	p->touched = cmd_must(mem_alloc(m->layout->n_tensors, 1));
	p->differs = cmd_must(mem_alloc(m->layout->n_tensors, 1));
	memset(p->differs, 1, m->layout->n_tensors);	/* not filled yet */
}

/* x := a + b */
CPU_CLONES static void
add(float *x, const float *a, const float *b, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		x[i] = a[i] + b[i];
}

/* Tensors that no recipe moves: theta + 0, which differs from theta where
 * that is -0. */
CPU_CLONES static void
add_nothing(float *x, const float *a, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		x[i] = a[i] + 0.0f;
}

static void
move_by_recipe(struct places *p, const struct recipe *r)
{
	const float *theta = p->model->params;
	const struct layout *l = p->model->layout;
	struct err e = { .rc = RC_OK };
	size_t i;

	if (recipe_add_f32(p->moved, p->touched, theta, r, l, &e) != 0)
		die(e.rc, "%s: recipe: %s", ts_reader_name(p->in), e.msg);
	for (i = 0; i < l->n_tensors; i++)
		if (p->differs[i] && !p->touched[i])
			add_nothing(p->moved + l->t[i].offset,
			    theta + l->t[i].offset, l->t[i].n);
	memcpy(p->differs, p->touched, l->n_tensors);
}

static void
move_by_values(struct places *p)
{
	cmd_read(p->in, p->moved);
	add(p->moved, p->model->params, p->moved, p->model->layout->n);
	memset(p->differs, 1, p->model->layout->n_tensors);
}

int
places_next(struct places *p)
{
	if (p->base) {
		p->base = 0;
		p->params = p->model->params;
		return 1;
	}
	if (p->in == NULL || !cmd_next(p->in, &p->rec))
		return 0;
	cmd_same_layout(p->in, &p->rec, p->model->layout, "the model");
	if (p->rec.recipe != NULL)
		move_by_recipe(p, p->rec.recipe);
	else
		move_by_values(p);
	p->params = p->moved;
	p->index = (long)p->next++;
	return 1;
}

void
places_key(char key[DIGEST_SIZE], const struct places *p)
{
	struct digest *g = cmd_must(digest_new());
	char text[LABEL_TEXT_MAX + 1];
	int k;

	digest_update(g, p->params,
	    p->model->layout->n * sizeof *p->params);
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
	const struct model *m = p->model;
	char now[DIGEST_SIZE];

	digest_bytes(now, m->params, m->layout->n * sizeof *m->params);
	if (strcmp(now, p->digest) != 0)
		die(RC_SYSTEM, "the model's weights changed: digest %s, "
		    "was %s", now, p->digest);
	mem_free(p->moved);
	mem_free(p->touched);
	mem_free(p->differs);
}
