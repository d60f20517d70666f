#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"
#include "model/params.h"

enum {
	PIECE = 1 << 10,	/* values converted at a time */
	TASK = 1 << 16,		/* of one task */
	LINE = 16		/* room comes in whole cache lines of f32 */
};

struct params *
params_new(const struct layout *l, const real *block, struct err *e)
{
	struct params *p = mem_zalloc(1, sizeof *p);
	size_t i;

	if (p == NULL || (p->view = mem_zalloc(l->n_tensors,
	    sizeof *p->view)) == NULL) {
		mem_free(p);
		err_nomem(e);
		return NULL;
	}
	p->layout = l;
	for (i = 0; block != NULL && i < l->n_tensors; i++)
		p->view[i] = (struct param_view){ block + l->t[i].offset,
		    REAL_DTYPE };
	return p;
}

struct params *
params_copy(const struct params *p, struct err *e)
{
	struct params *copy = params_new(p->layout, NULL, e);

	if (copy != NULL)
		memcpy(copy->view, p->view, p->layout->n_tensors *
		    sizeof *p->view);
	return copy;
}

void
params_free(struct params *p)
{
	if (p == NULL)
		return;
	mem_free(p->view);
	mem_free(p);
}

int
params_in_place(const struct params *p, size_t i)
{
	return p->view[i].dtype == REAL_DTYPE &&
	    (uintptr_t)p->view[i].p % sizeof(real) == 0;
}

int
params_all_in_place(const struct params *p)
{
	size_t i = 0;

	while (i < p->layout->n_tensors && params_in_place(p, i))
		i++;
	return i == p->layout->n_tensors;
}

/* What a conversion shares with its tasks. */
struct reading {
	real		*x;
	const unsigned char *from;
	enum dtype	 dtype;
	size_t		 n;
};

static void
convert(void *arg, size_t task)
{
	const struct reading *r = arg;
	size_t at = task * TASK, end = r->n - at < TASK ? r->n : at + TASK;
	size_t n, i;
	float f[PIECE];

	for (; at < end; at += n) {
		n = end - at < PIECE ? end - at : PIECE;
		dtype_to_f32(f, r->from + at * dtype_size(r->dtype), n,
		    r->dtype);
		for (i = 0; i < n; i++)
			r->x[at + i] = f[i];
	}
}

static void
copy(void *arg, size_t task)
{
	const struct reading *r = arg;
	size_t at = task * TASK, n = r->n - at < TASK ? r->n - at : TASK;

	memcpy(r->x + at, r->from + at * sizeof *r->x, n * sizeof *r->x);
}

void
params_read(real *x, const struct params *p, size_t i, size_t from, size_t n)
{
	const struct param_view *v = &p->view[i];
	struct reading r = { x, (const unsigned char *)v->p + from *
	    dtype_size(v->dtype), v->dtype, n };

	par_for((n + TASK - 1) / TASK, v->dtype == REAL_DTYPE ? copy :
	    convert, &r);
}

void
params_read_all(real *block, const struct params *p)
{
	size_t i;

	for (i = 0; i < p->layout->n_tensors; i++)
		params_read(block + p->layout->t[i].offset, p, i, 0,
		    p->layout->t[i].n);
}

const real *
params_at(const struct params *p, size_t i, real **room)
{
	real *x = *room;

	if (params_in_place(p, i))
		return p->view[i].p;
	params_read(x, p, i, 0, p->layout->t[i].n);
	*room += params_room(p, i);
	return x;
}

size_t
params_room(const struct params *p, size_t i)
{
	return params_in_place(p, i) ? 0 :
	    (p->layout->t[i].n + LINE - 1) / LINE * LINE;
}
