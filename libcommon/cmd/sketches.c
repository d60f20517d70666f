#include <inttypes.h>
#include <stdio.h>

#include "cmd/sketches.h"

struct sketches_options sketches_options;

void
sketches_open(struct sketches *s, const char *content,
    const struct layout *l)
{
	const struct sketches_options *o = &sketches_options;
	struct err e = { .rc = RC_OK };
	char name[48];

	*s = (struct sketches){ .layout = l };
	if (o->k == 0) {
		s->out = cmd_create(content, l);
		return;
	}
	if ((s->sketch = sketch_new(l, o->k, o->seed, &e)) == NULL) {
		err_prefix(&e, "--sketch");
		die_err(&e);
	}
	s->layout = s->own = cmd_must(layout_new());
	snprintf(name, sizeof name, "sketch.%" PRIu64, o->seed);
	cmd_check(layout_add(s->own, name, DT_F32, 1, &o->k, &e), &e);
	s->y = cmd_must(mem_alloc(o->k, sizeof *s->y));
	s->out = cmd_create("sketches", s->own);
}

void
sketches_put(struct sketches *s, const struct ts_labels *labels,
    const float *x)
{
	if (s->sketch != NULL)
		sketch_f32(s->y, s->sketch, x);
	cmd_put(s->out, s->layout, labels, s->sketch != NULL ? s->y : x);
	cmd_flush(s->out);
}

void
sketches_close(struct sketches *s)
{
	sketch_free(s->sketch);
	layout_free(s->own);
	mem_free(s->y);
}
