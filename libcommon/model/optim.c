#include <math.h>
#include <string.h>

#include "base/cpu.h"
#include "base/mem.h"
#include "base/par.h"
#include "model/optim.h"

enum { CHUNK = 16384, LANES = 16 };	/* values of one task; partial sums */

int
optim_init(struct optim *o, enum optim_kind kind, size_t n, struct err *e)
{
	memset(o, 0, sizeof *o);
	o->kind = kind;
	o->beta1 = 0.9;
	o->beta2 = 0.999;
	o->eps = 1e-8;
	o->weight_decay = kind == OPTIM_ADAMW ? 0.01 : 0;
	o->n = n;
	if (kind == OPTIM_GD)
		return 0;
	o->m = mem_zalloc(n, sizeof *o->m);
	o->v = mem_zalloc(n, sizeof *o->v);
	if (o->m == NULL || o->v == NULL) {
		optim_free(o);
		return err_nomem(e);
	}
	return 0;
}

void
optim_free(struct optim *o)
{
	mem_free(o->m);
	mem_free(o->v);
	o->m = o->v = NULL;
}

/* x^n by squaring: unlike pow() the same on every processor. */
static double
power(double x, uint64_t n)
{
	double y = 1;

	for (; n > 0; n >>= 1, x *= x)
		if (n & 1)
			y *= x;
	return y;
}

/* One step's constants, rounded to f32 where PyTorch rounds them. */
struct step {
	struct optim	*o;
	float		*params;
	const float	*grad;
	const struct layout *l;
	float		 keep;		/* 1 - lr decay */
	float		 lr;		/* gd */
	float		 one_minus_beta1, beta2, one_minus_beta2;
	float		 size;		/* lr / (1 - beta1^t) */
	float		 root;		/* sqrt(1 - beta2^t) */
	float		 eps;
};

CPU_CLONES static void
gd(float *restrict p, const float *restrict g, float keep, float lr, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = p[i] * keep - lr * g[i];
}

CPU_CLONES static void
adamw(float *restrict p, float *restrict m, float *restrict v,
    const float *restrict g, float keep, const struct step *s, size_t n)
{
	float b1 = s->one_minus_beta1, b2 = s->beta2;
	float c2 = s->one_minus_beta2, size = s->size, root = s->root;
	float eps = s->eps;
	size_t i;

	for (i = 0; i < n; i++) {
		m[i] = m[i] + b1 * (g[i] - m[i]);
		v[i] = v[i] * b2 + c2 * g[i] * g[i];
		p[i] = p[i] * keep -
		    size * (m[i] / (sqrtf(v[i]) / root + eps));
	}
}

/* Values [from, to) of tensor t. */
static void
step_span(const struct step *s, const struct tensor_spec *t, size_t from,
    size_t to)
{
	float keep = s->o->decay_matrices && t->rank < 2 ? 1 : s->keep;

	if (s->o->kind == OPTIM_GD)
		gd(s->params + from, s->grad + from, keep, s->lr, to - from);
	else
		adamw(s->params + from, s->o->m + from, s->o->v + from,
		    s->grad + from, keep, s, to - from);
}

/* Chunk i of the whole vector, tensor by tensor. */
static void
step_chunk(void *arg, size_t i)
{
	const struct step *s = arg;
	size_t from = i * CHUNK, to = from + CHUNK, k, a, b;

	for (k = 0; k < s->l->n_tensors; k++) {
		const struct tensor_spec *t = &s->l->t[k];

		a = t->offset < from ? from : t->offset;
		b = t->offset + t->n > to ? to : t->offset + t->n;
		if (a < b)
			step_span(s, t, a, b);
	}
}

void
optim_step(struct optim *o, float *params, const float *grad, double lr,
    const struct layout *l)
{
	double b1, b2;
	struct step s;

	o->t++;
	b1 = 1 - power(o->beta1, o->t);
	b2 = 1 - power(o->beta2, o->t);
	s = (struct step){ .o = o, .params = params, .grad = grad, .l = l,
	    .keep = (float)(1 - lr * o->weight_decay), .lr = (float)lr,
	    .one_minus_beta1 = (float)(1 - o->beta1),
	    .beta2 = (float)o->beta2,
	    .one_minus_beta2 = (float)(1 - o->beta2),
	    .size = (float)(lr / b1), .root = (float)sqrt(b2),
	    .eps = (float)o->eps };
	par_for((l->n + CHUNK - 1) / CHUNK, step_chunk, &s);
}

CPU_CLONES static double
square_sum(const float *x, size_t n)
{
	double lane[LANES] = { 0 };
	size_t i, j;

	for (i = 0; i + LANES <= n; i += LANES)
		for (j = 0; j < LANES; j++)
			lane[j] += (double)x[i + j] * (double)x[i + j];
	for (j = 0; i + j < n; j++)
		lane[j] += (double)x[i + j] * (double)x[i + j];
	for (j = 1; j < LANES; j++)
		lane[0] += lane[j];
	return lane[0];
}

double
optim_norm(const float *grad, size_t n)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i += CHUNK)
		sum += square_sum(grad + i, n - i < CHUNK ? n - i : CHUNK);
	return sqrt(sum);
}

CPU_CLONES static void
scale(float *x, float factor, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		x[i] *= factor;
}

double
optim_clip(float *grad, size_t n, double max_norm)
{
	double norm = optim_norm(grad, n), factor = max_norm / (norm + 1e-6);

	if (factor < 1)
		scale(grad, (float)factor, n);
	return norm;
}
