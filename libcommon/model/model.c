#include <string.h>

#include "base/mem.h"
#include "model/init.h"
#include "model/model.h"
#include "model/weights.h"
#include "stream/digest.h"

struct model *
model_new(const struct model_config *c, struct err *e)
{
	struct model *m = model_empty(c, e);

	if (m == NULL)
		return NULL;
	m->block = mem_zalloc(m->layout->n, sizeof *m->block);
	if (m->block == NULL)
		err_nomem(e);
	else if ((m->params = params_new(m->layout, m->block, e)) != NULL)
		return m;
	model_free(m);
	return NULL;
}

struct model *
model_empty(const struct model_config *c, struct err *e)
{
	struct model *m = mem_zalloc(1, sizeof *m);

	if (m == NULL) {
		err_nomem(e);
		return NULL;
	}
	m->config = *c;
	if (model_config_check(&m->config, e) == 0 &&
	    (m->layout = model_layout(&m->config, e)) != NULL)
		return m;
	model_free(m);
	return NULL;
}

/* What backs the views. */
static void
release(struct model *m)
{
	if (m->files != NULL)
		weights_close(m->files);
	mem_free(m->files);
	mem_free(m->vectors);
	mem_free(m->block);
	m->files = NULL;
	m->vectors = m->block = NULL;
	m->n_vectors = 0;
}

void
model_free(struct model *m)
{
	if (m == NULL)
		return;
	release(m);
	params_free(m->params);
	layout_free(m->layout);
	mem_free(m);
}

int
model_own(struct model *m, struct err *e)
{
	struct params *p;
	float *block;

	if (m->block != NULL)
		return 0;
	if ((block = mem_alloc(m->layout->n, sizeof *block)) == NULL)
		return err_nomem(e);
	if ((p = params_new(m->layout, block, e)) == NULL) {
		mem_free(block);
		return -1;
	}
	params_read_all(block, m->params);
	params_free(m->params);
	release(m);
	m->params = p;
	m->block = block;
	return 0;
}

void
model_digest(char hex[DIGEST_SIZE], const struct model *m)
{
	if (m->block != NULL)
		digest_bytes(hex, m->block, m->layout->n * sizeof *m->block);
	else
		digest_bytes(hex, m->vectors, m->n_vectors *
		    sizeof *m->vectors);
}

int
model_init(struct model *m, uint64_t seed, struct err *e)
{
	const struct tensor_spec *t = m->layout->t;
	size_t i;

	if (init_check(m->layout, e) != 0)
		return -1;
	for (i = 0; i < m->layout->n_tensors; i++)
		init_values(m->block + t[i].offset, &t[i], &m->config, seed,
		    0, t[i].n);
	return 0;
}
