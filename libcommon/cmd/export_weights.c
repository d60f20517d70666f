/* Records as weights in .safetensors, and as control vectors in GGUF. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/export.h"
#include "tensor/gguf.h"
#include "tensor/safetensors.h"

/* Writes each tensor's values where the header says that they are. */
struct places {
	const struct export *x;
	const uint64_t	*at;		/* of the layout's tensors */
	uint64_t	 now;		/* where the file stands */
};

static void
put_values(void *arg, const struct tensor_spec *t, size_t first,
    const void *data, size_t n)
{
	struct places *p = arg;
	const struct export *x = p->x;
	size_t size = dtype_size(t->dtype);
	uint64_t to = p->at[t - x->rec.layout->t] + first * size;

	if (to != p->now && fseeko(x->file.fp, (off_t)to, SEEK_SET) != 0)
		die(RC_SYSTEM, "%s: %s", x->path, strerror(errno));
	export_write(x, x->file.fp, data, n * size);
	p->now = to + n * size;
}

void
export_safetensors(struct export *x)
{
	uint64_t *at = cmd_must(mem_alloc(x->layout->n_tensors, sizeof *at));
	struct places p = { x, at, 0 };
	struct err e = { .rc = RC_OK };

	export_check(x, safetensors_write_header(x->file.fp, x->layout, at,
	    &e), &e);
	export_values(x, put_values, &p);
	mem_free(at);
	export_only(x, "a safetensors file");
}

/* The vectors of a control vector, in the order of the stream. */
struct control {
	struct layout	*layout;	/* direction.N */
	float		*x;
};

static void
add_vector(struct control *c, const struct export *x,
    const struct tensor_spec *t, const struct opt_sizes *layers)
{
	size_t i = c->layout->n_tensors;
	struct err e = { .rc = RC_OK };
	char name[32];

	if (layers->n > 0 && i == layers->n)
		die(RC_INPUT, "%s: record %zu: tensor %s: more vectors than "
		    "the %zu of --layers", ts_reader_name(x->in),
		    x->rec.record, t->name, layers->n);
	if (layers->n == 0 && gguf_direction(t->name) == 0)
		die(RC_INPUT, "%s: record %zu: tensor %s: not direction.N "
		    "with N >= 1; --layers gives numbers",
		    ts_reader_name(x->in), x->rec.record, t->name);
	if (t->rank != 1 || (i > 0 && t->n != c->layout->t[0].n))
		die(RC_INPUT, "%s: record %zu: tensor %s: rank %zu and %zu "
		    "values, a control vector needs rank 1 and %zu",
		    ts_reader_name(x->in), x->rec.record, t->name, t->rank,
		    t->n, i > 0 ? c->layout->t[0].n : t->n);
	snprintf(name, sizeof name, "direction.%zu", layers->n > 0 ?
	    layers->v[i] : gguf_direction(t->name));
	if (layout_add(c->layout, name, DT_F32, 1, &t->n, &e) != 0)
		die(e.rc, "%s: record %zu: %s", ts_reader_name(x->in),
		    x->rec.record, e.msg);
}

void
export_gguf(struct export *x, const struct opt_sizes *layers,
    const char *hint)
{
	struct control c = { cmd_must(layout_new()), NULL };
	struct err e = { .rc = RC_OK };
	size_t i, had;

	do {
		had = c.layout->n;
		for (i = 0; i < x->rec.layout->n_tensors; i++)
			add_vector(&c, x, &x->rec.layout->t[i], layers);
		c.x = cmd_must(mem_grow(c.x, c.layout->n, sizeof *c.x));
		cmd_read(x->in, c.x + had);
	} while (cmd_next(x->in, &x->rec));
	if (c.layout->n_tensors < layers->n)
		die(RC_INPUT, "%s: %zu vectors, --layers has %zu",
		    ts_reader_name(x->in), c.layout->n_tensors, layers->n);
	export_check(x, gguf_write_control(x->file.fp, c.layout, c.x, hint,
	    &e), &e);
	layout_free(c.layout);
	mem_free(c.x);
}
