#include <math.h>
#include <string.h>

#include "base/par.h"
#include "model/init.h"
#include "random/normal.h"

enum { TASK = 1 << 16 };	/* values */

/* What is drawn: shared by tasks. */
struct drawing {
	float		*x;
	struct random_key key;
	float		 sd;
	size_t		 from, n;
};

static int
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n >= k && strcmp(s + n - k, end) == 0;
}

static void
draw(void *arg, size_t task)
{
	const struct drawing *d = arg;
	size_t at = task * TASK, n = d->n - at < TASK ? d->n - at : TASK, i;

	normal_fill_f32(d->x + at, &d->key, d->from + at, n);
	for (i = at; i < at + n; i++)
		d->x[i] *= d->sd;
}

int
init_check(const struct layout *l, struct err *e)
{
	const size_t most = (size_t)1 << 34;	/* draws of one key */
	size_t i;

	for (i = 0; i < l->n_tensors; i++)
		if (l->t[i].n > most)
			return err_set(e, RC_INPUT, "tensor %s: %zu values, "
			    "at most %zu can be drawn", l->t[i].name,
			    l->t[i].n, most);
	return 0;
}

void
init_values(float *x, const struct tensor_spec *t,
    const struct model_config *c, uint64_t seed, size_t from, size_t n)
{
	struct drawing d = { x, { seed, random_name(t->name), 0 },
	    c->init_std, from, n };
	size_t i;

	if (t->rank < 2) {		/* a norm's weight, or a bias */
		for (i = 0; i < n; i++)
			x[i] = ends_with(t->name, ".weight");
		return;
	}
	if (c->family == FAMILY_GPT2 &&
	    ends_with(t->name, ".c_proj.weight"))
		d.sd = (float)((double)d.sd / sqrt(2 * (double)c->n_layer));
	par_for((n + TASK - 1) / TASK, draw, &d);
}
