#include <math.h>
#include <stdint.h>
#include <string.h>

#include "model/work_state.h"
#include "nn/embedding.h"

void
model_work_hook(struct model_work *w, const struct site_hook *h)
{
	w->hook = h;
}

/* What the layers share in a pass over sequences [first, last) of b. */
static struct layer_run
run_of(const struct model_work *w, const struct params *params,
    const struct batch *b, size_t first, size_t last,
    const struct site_hook *hook)
{
	return (struct layer_run){ &w->config, params, w->matrix, w->rotary,
	    b, first, last, w->layer.dc, hook, 0 };
}

/* x (t x c): the embedding of a sequence; rows of tables that are not used in
 * place are converted one by one. */
static void
embed(real *x, const struct model_work *w, const struct params *params,
    const int32_t *tokens, size_t t)
{
	size_t wte = w->model_at.wte, wpe = w->model_at.wpe, i, j;
	size_t c = w->config.n_embd;
	real *p = w->layer.dc;

	if (params_in_place(params, wte) &&
	    (wpe == PARAM_NONE || params_in_place(params, wpe))) {
		embedding_forward(x, param(params, wte), param(params, wpe),
		    tokens, t, c);
		return;
	}
	for (i = 0; i < t; i++, x += c) {
		params_read(x, params, wte, (size_t)tokens[i] * c, c);
		if (wpe == PARAM_NONE)
			continue;
		params_read(p, params, wpe, i * c, c);
		for (j = 0; j < c; j++)
			x[j] += p[j];
	}
}

/* As the first layer that keeps its activations. */
#define NO_BACKWARD SIZE_MAX

/* The activations of layer i; a layer that does not keep its own has x, y and
 * all others in memory that the next one uses again, and stays in the
 * cache. */
static struct layer_acts
acts_of(const struct model_work *w, size_t i, size_t from)
{
	struct layer_acts a = i < from ? w->shared : w->acts[i];

	if (from == NO_BACKWARD)
		a.mlp.slope = NULL;
	return a;
}

/* Through all layers to w->z; those from the from-th on keep their
 * activations. */
static void
run_layers(struct model_work *w, const struct params *params,
    const struct batch *b, size_t first, size_t last, size_t from,
    const struct site_hook *hook)
{
	struct layer_run r = run_of(w, params, b, first, last, hook);
	struct layer_acts a = acts_of(w, 0, from), next;
	size_t i, c = w->config.n_embd;

	for (i = first; i < last; i++)
		embed(a.x + (b->start[i] - b->start[first]) * c, w, params,
		    b->tokens + b->start[i], b->start[i + 1] - b->start[i]);
	if (hook != NULL)
		hook->visit(hook->arg, SITE_EMBED, b, first, a.x,
		    b->start[last] - b->start[first], c);
	for (i = 0; i < w->config.n_layer; i++, a = next) {
		r.layer = i;
		next = a;
		if (i + 1 < w->config.n_layer)
			next = acts_of(w, i + 1, from);
		layer_forward(i + 1 < w->config.n_layer ? next.x : w->z, &a,
		    &w->at[i], &r);
	}
}

/* The same for sequence i alone, without a backward pass. */
static int
run_one(struct model_work *w, const struct params *params,
    const struct batch *b, size_t i, struct err *e)
{
	size_t t = b->start[i + 1] - b->start[i];

	if (model_work_reserve(w, params, t, t, 0, e) != 0)
		return -1;
	run_layers(w, params, b, i, i + 1, NO_BACKWARD, w->hook);
	return 0;
}

/* What the head reads of sequence i: the last layer's output, or where
 * somebody looks, the final norm's. */
static const real *
head_input(struct model_work *w, const struct params *params,
    const struct batch *b, size_t i)
{
	size_t m = b->start[i + 1] - b->start[i], c = w->config.n_embd;

	w->head.normed = w->hook != NULL;
	if (w->hook == NULL)
		return w->z;
	head_norm(w->d, w->shared.stat_1, w->z, &w->model_at, params,
	    &w->config, m);
	w->hook->visit(w->hook->arg, site_final_norm(w->config.n_layer), b, i,
	    w->d, m, c);
	return w->d;
}

/* Adds what sequence i contributes; its losses start at loss[0]. */
static int
count(struct batch_result *res, const double *loss, const int32_t *top,
    const struct batch *b, size_t i, struct err *e)
{
	size_t j, t = b->start[i + 1] - b->start[i], n = 0, correct = 0;
	const int32_t *target = b->targets + b->start[i];

	for (j = 0; j < t; j++) {
		if (target[j] < 0)
			continue;
		if (!isfinite(loss[j]))
			return err_set(e, RC_INPUT, "sequence %zu: position "
			    "%zu: the loss is not finite", i, j);
		res->loss_sum += loss[j];
		correct += top[j] == target[j];
		n++;
	}
	res->n_targets += n;
	res->n_correct += correct;
	res->n_seq += n > 0;
	res->n_exact += n > 0 && correct == n;
	return 0;
}

int
model_forward(struct batch_result *per_seq, real *token_loss,
    struct model_work *w, const struct params *params,
    const struct batch *b, struct err *e)
{
	if (batch_check(b, w->config.vocab, w->config.n_positions, e) != 0)
		return -1;
	return model_forward_range(per_seq, token_loss, NULL, w, params, b,
	    0, b->n_seq, e);
}

int
model_forward_range(struct batch_result *per_seq, real *token_loss,
    int32_t *top, struct model_work *w, const struct params *params,
    const struct batch *b, size_t first, size_t last, struct err *e)
{
	size_t i, j;

	for (i = first; i < last; i++) {
		size_t s = b->start[i], t = b->start[i + 1] - s;

		if (run_one(w, params, b, i, e) != 0)
			return -1;
		head_forward(w->loss, w->top, head_input(w, params, b, i),
		    &w->model_at, params, &w->config, b->targets + s, t,
		    &w->head);
		per_seq[i] = (struct batch_result){ 0 };
		if (count(&per_seq[i], w->loss, w->top, b, i, e) != 0)
			return -1;
		for (j = 0; token_loss != NULL && j < t; j++)
			token_loss[s + j] = b->targets[s + j] < 0 ? 0 :
			    (real)w->loss[j];
		for (j = 0; top != NULL && j < t; j++)
			top[s + j] = b->targets[s + j] < 0 ? -1 : w->top[j];
	}
	return 0;
}

int
model_logits(real *logits, struct model_work *w,
    const struct params *params, const struct batch *b, struct err *e)
{
	struct batch blind = *b;
	size_t i;

	blind.targets = NULL;
	if (batch_check(&blind, w->config.vocab, w->config.n_positions, e)
	    != 0)
		return -1;
	for (i = 0; i < b->n_seq; i++) {
		if (run_one(w, params, b, i, e) != 0)
			return -1;
		head_logits(logits + b->start[i] * w->config.vocab,
		    head_input(w, params, b, i), &w->model_at, params,
		    &w->config, b->start[i + 1] - b->start[i], &w->head);
	}
	return 0;
}

int
model_visit_range(struct model_work *w, const struct params *params,
    const struct batch *b, size_t first, size_t last, struct err *e)
{
	size_t i;

	for (i = first; i < last; i++) {
		if (run_one(w, params, b, i, e) != 0)
			return -1;
		head_input(w, params, b, i);
	}
	return 0;
}

static size_t
longest_of(const struct batch *b, size_t first, size_t last)
{
	size_t i, t, longest = 0;

	for (i = first; i < last; i++) {
		t = b->start[i + 1] - b->start[i];
		longest = t > longest ? t : longest;
	}
	return longest;
}

/* From w->d, the gradient of w->z. */
static void
layers_backward(struct model_work *w, const struct grads *g,
    const struct params *params, const struct batch *b, size_t first,
    size_t last)
{
	struct layer_run r = run_of(w, params, b, first, last, NULL);
	size_t i, c = w->config.n_embd;

	for (i = w->config.n_layer; i-- > w->lowest;)
		layer_backward(w->d, g, &w->acts[i], &w->at[i], &r,
		    &w->layer, w->to_embedding || i > w->lowest);
	for (i = first; i < last && w->to_embedding; i++)
		embedding_backward(grad_of(g, w->model_at.wte), grad_of(g,
		    w->model_at.wpe), w->d + (b->start[i] - b->start[first]) *
		    c, b->tokens + b->start[i], b->start[i + 1] -
		    b->start[i], c);
}

int
model_grad_block(real *grad, struct batch_result *res, struct model_work *w,
    const struct params *params, const struct batch *b, size_t first,
    size_t last, double scale, struct err *e)
{
	const int32_t *targets = b->targets + b->start[first];
	size_t m = b->start[last] - b->start[first], i;
	struct grads g = { grad, w->grad_at };

	if (model_work_reserve(w, params, m, longest_of(b, first, last), 1,
	    e) != 0)
		return -1;
	run_layers(w, params, b, first, last, w->lowest, NULL);
	w->head.normed = 0;
	head_backward(w->d, &g, w->loss, w->top, w->z, &w->model_at,
	    params, &w->config, targets, scale, m, &w->head);
	for (i = first; i < last; i++)
		if (count(res, w->loss + (b->start[i] - b->start[first]),
		    w->top + (b->start[i] - b->start[first]), b, i, e) != 0)
			return -1;
	layers_backward(w, &g, params, b, first, last);
	return 0;
}
