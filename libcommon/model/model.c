#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "model/model.h"
#include "random/normal.h"

struct model *
model_new(const struct model_config *c, struct err *e)
{
	struct model *m = mem_zalloc(1, sizeof *m);

	if (m == NULL) {
		err_nomem(e);
		return NULL;
	}
	m->config = *c;
	if (model_config_check(&m->config, e) != 0 ||
	    (m->layout = model_layout(&m->config, e)) == NULL) {
		model_free(m);
		return NULL;
	}
	m->params = mem_zalloc(m->layout->n, sizeof *m->params);
	if (m->params == NULL) {
		err_nomem(e);
		model_free(m);
		return NULL;
	}
	return m;
}

void
model_free(struct model *m)
{
	if (m == NULL)
		return;
	layout_free(m->layout);
	mem_free(m->params);
	mem_free(m);
}

static int
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n >= k && strcmp(s + n - k, end) == 0;
}

static void
init_tensor(float *x, const struct tensor_spec *t,
    const struct model_config *c, uint64_t seed)
{
	struct random_key key = { seed, random_name(t->name), 0 };
	float sd = c->init_std;
	size_t i;

	if (t->rank < 2) {		/* a norm's weight, or a bias */
		for (i = 0; i < t->n; i++)
			x[i] = ends_with(t->name, ".weight");
		return;
	}
	if (c->family == FAMILY_GPT2 &&
	    ends_with(t->name, ".c_proj.weight"))
		sd = (float)((double)sd / sqrt(2 * (double)c->n_layer));
	normal_fill_f32(x, &key, 0, t->n);
	for (i = 0; i < t->n; i++)
		x[i] *= sd;
}

int
model_init(struct model *m, uint64_t seed, struct err *e)
{
	const size_t most = (size_t)1 << 34;	/* draws of one key */
	size_t i;

	for (i = 0; i < m->layout->n_tensors; i++) {
		const struct tensor_spec *t = &m->layout->t[i];

		if (t->n > most)
			return err_set(e, RC_INPUT, "tensor %s: %zu values, "
			    "at most %zu can be drawn", t->name, t->n, most);
		init_tensor(m->params + t->offset, t, &m->config, seed);
	}
	return 0;
}
