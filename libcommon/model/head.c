#include <string.h>

#include "model/head.h"
#include "nn/loss.h"
#include "nn/norm.h"
#include "nn/product.h"

static const size_t LARGE_HEAD = (size_t)1 << 24;	/* parameters */

size_t
head_rows(const struct model_config *c)
{
	return c->vocab > LARGE_HEAD / c->n_embd ? LARGE_HEAD_ROWS :
	    HEAD_ROWS;
}

/* The rows from *row on that have a target, at most so many of them: row[k]
 * and target[k], k below the number returned; *next is where to go on. */
static size_t
gather(size_t *row, int32_t *target, size_t *next, const int32_t *targets,
    size_t m, size_t most)
{
	size_t i, k = 0;

	for (i = *next; i < m && k < most; i++)
		if (targets[i] >= 0) {
			row[k] = i;
			target[k++] = targets[i];
		}
	*next = i;
	return k;
}

void
head_norm(real *y, real *stat, const real *x, const struct model_at *at,
    const struct params *params, const struct model_config *c, size_t m)
{
	norm_forward(y, stat, x, param(params, at->norm.w),
	    param(params, at->norm.b), c->norm, (real)c->norm_eps, m,
	    c->n_embd);
}

/* Rows v ... v + n - 1 of the head: where they are, or in room. */
static const real *
head_values(const struct params *params, size_t head, size_t v, size_t n,
    size_t d, real *room)
{
	if (params_in_place(params, head))
		return param(params, head) + v * d;
	params_read(room, params, head, v * d, n * d);
	return room;
}

/* logits (k x vocab) = norm(x) head^T; n = norm(x) */
static void
scores(real *logits, const real *x, const struct model_at *at,
    const struct params *params, const struct model_config *c, size_t k,
    const struct head_work *w)
{
	size_t d = c->n_embd, step = head_part(c), v, n;

	if (w->normed)
		memcpy(w->n, x, k * d * sizeof *x);
	else
		head_norm(w->n, w->stat, x, at, params, c, k);
	for (v = 0; v < c->vocab; v += n) {
		n = c->vocab - v < step ? c->vocab - v : step;
		nn_product(logits + v, w->n, head_values(params, at->head, v,
		    n, d, w->room), MAT_N, MAT_T, k, n, d, 1, d, d, 0,
		    c->vocab);
	}
}

/* From dlogits in w->logits: w->dx, and what goes to g. */
static void
scores_backward(const struct grads *g, const struct model_at *at,
    const struct params *params, const struct model_config *c, size_t k,
    const struct head_work *w)
{
	size_t d = c->n_embd, step = head_part(c), v, n;

	if (grad_of(g, at->head) != NULL)
		nn_product(grad_of(g, at->head), w->logits, w->n, MAT_T, MAT_N,
		    c->vocab, d, k, 1, c->vocab, d, 1, d);
	for (v = 0; v < c->vocab; v += n) {
		n = c->vocab - v < step ? c->vocab - v : step;
		nn_product(w->dn, w->logits + v, head_values(params, at->head,
		    v, n, d, w->room), MAT_N, MAT_N, k, d, n, 1, c->vocab, d,
		    v > 0, d);
	}
	memset(w->dx, 0, k * d * sizeof *w->dx);
	norm_backward(w->dx, grad_of(g, at->norm.w),
	    grad_of(g, at->norm.b), w->dn, w->x, w->stat,
	    param(params, at->norm.w), c->norm, k, d);
}

void
head_forward(double *loss, int32_t *top, const real *x,
    const struct model_at *at, const struct params *params,
    const struct model_config *c, const int32_t *targets, size_t m,
    const struct head_work *w)
{
	head_backward(NULL, NULL, loss, top, x, at, params, c, targets, 0,
	    m, w);
}

void
head_backward(real *dx, const struct grads *g, double *loss, int32_t *top,
    const real *x, const struct model_at *at, const struct params *params,
    const struct model_config *c, const int32_t *targets, double scale,
    size_t m, const struct head_work *w)
{
	size_t row[LARGE_HEAD_ROWS], next = 0, i, k, d = c->n_embd;
	int32_t target[LARGE_HEAD_ROWS], best[LARGE_HEAD_ROWS];
	size_t most = head_rows(c);
	double l[LARGE_HEAD_ROWS];

	if (dx != NULL)
		memset(dx, 0, m * d * sizeof *dx);
	while ((k = gather(row, target, &next, targets, m, most)) > 0) {
		for (i = 0; i < k; i++)
			memcpy(w->x + i * d, x + row[i] * d, d * sizeof *x);
		scores(w->logits, w->x, at, params, c, k, w);
		if (dx == NULL)
			loss_forward(l, best, w->logits, target, k, c->vocab);
		else {
			loss_forward_backward(l, best, w->logits, target, scale,
			    k, c->vocab);
			scores_backward(g, at, params, c, k, w);
		}
		for (i = 0; i < k; i++) {
			loss[row[i]] = l[i];
			top[row[i]] = best[i];
			if (dx != NULL)
				memcpy(dx + row[i] * d, w->dx + i * d,
				    d * sizeof *dx);
		}
	}
}

void
head_logits(real *logits, const real *x, const struct model_at *at,
    const struct params *params, const struct model_config *c, size_t m,
    const struct head_work *w)
{
	size_t i, k, most = head_rows(c);

	for (i = 0; i < m; i += k) {
		k = m - i < most ? m - i : most;
		scores(logits + i * c->vocab, x + i * c->n_embd, at, params,
		    c, k, w);
	}
}
