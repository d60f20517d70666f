/*
 * fixture: tests/fixtures/model-*: a model, its batch and what PyTorch
 * computed from them (tests/oracle/make_fixtures.py).
 */
#ifndef UNIT_FIXTURE_H
#define UNIT_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"
#include "model/model.h"
#include "model/optim.h"
#include "random/normal.h"

static inline const char *
root(void)
{
	const char *r = getenv("PLUMBLINE_ROOT");

	return r == NULL ? "." : r;
}

static inline void
ok(int status, const struct err *e)
{
	if (status != 0)
		fail_msg("%s", e->msg);
}

static inline void
near(const char *what, double have, double want, double allowed)
{
	if (!(fabs(have - want) <= allowed))
		fail_msg("%s: %.9g, expected %.9g", what, have, want);
}

static inline double
number(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	assert_true(json_is_number(v));
	return json_number_value(v);
}

static inline double
item(const json_t *a, size_t i)
{
	return json_number_value(json_array_get(a, i));
}

/* One fixture: a model, its batch and what is expected of it. */
struct fixture {
	struct model	*m;
	struct model_pool *pool;
	struct batch	 b;
	json_t		*want;
	size_t		 start[64];
	int32_t		 tokens[512], targets[512];
	float		*grad;
};

static inline size_t
flatten(int32_t *x, size_t *start, const json_t *rows)
{
	size_t i, j, n = 0;
	json_t *row, *v;

	json_array_foreach(rows, i, row) {
		start[i] = n;
		json_array_foreach(row, j, v)
			x[n++] = (int32_t)json_integer_value(v);
	}
	start[i] = n;
	return n;
}

static inline void
load(struct fixture *f, const char *name)
{
	struct err e = { .rc = RC_OK };
	char path[1024];

	snprintf(path, sizeof path, "%s/tests/fixtures/%s", root(), name);
	if ((f->m = model_load(path, &e)) == NULL ||
	    (f->pool = model_pool_new(&f->m->config, 0, &e)) == NULL)
		fail_msg("%s", e.msg);
	strcat(path, "/expected.json");
	assert_non_null(f->want = json_load_file(path, 0, NULL));
	flatten(f->targets, f->start, json_object_get(f->want, "targets"));
	flatten(f->tokens, f->start, json_object_get(f->want, "tokens"));
	f->b = (struct batch){ json_array_size(json_object_get(f->want,
	    "tokens")), f->start, f->tokens, f->targets };
	f->grad = mem_alloc(f->m->layout->n, sizeof *f->grad);
}

static inline void
unload(struct fixture *f)
{
	model_free(f->m);
	model_pool_free(f->pool);
	json_decref(f->want);
	mem_free(f->grad);
}

#endif
