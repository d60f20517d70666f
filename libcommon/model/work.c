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
run_of(const struct model_work *w, const real *params, const struct batch *b,
    size_t first, size_t last, const struct site_hook *hook)
{
	return (struct layer_run){ &w->config, params, w->rotary, b, first,
	    last, w->layer.dc, hook, 0 };
}

/* Through all layers to w->z.  Without a backward pass all layers share the
 * first one's activations, which then stay in the cache. */
static void
run_layers(struct model_work *w, const real *params, const struct batch *b,
    size_t first, size_t last, int keep)
{
	size_t i, n = w->config.n_layer;
	const struct site_hook *hook = keep ? NULL : w->hook;
	struct layer_run r = run_of(w, params, b, first, last, hook);
	struct layer_acts a;

	for (i = first; i < last; i++)
		embedding_forward(w->acts[0].x + (b->start[i] -
		    b->start[first]) * w->config.n_embd,
		    params + w->model_at.wte, param(params, w->model_at.wpe),
		    b->tokens + b->start[i], b->start[i + 1] - b->start[i],
		    w->config.n_embd);
	if (hook != NULL)
		hook->visit(hook->arg, SITE_EMBED, b, first, w->acts[0].x,
		    b->start[last] - b->start[first], w->config.n_embd);
	for (i = 0; i < n; i++) {
		real *z = i + 1 < n ? w->acts[i + 1].x : w->z;

		a = w->acts[keep ? i : 0];
		if (!keep) {
			a.x = w->acts[i].x;
			a.mlp.slope = NULL;
		}
		r.layer = i;
		layer_forward(z, &a, &w->at[i], &r);
	}
}

/* What the head reads of sequence i: the last layer's output, or where
 * somebody looks, the final norm's. */
static const real *
head_input(struct model_work *w, const real *params, const struct batch *b,
    size_t i)
{
	size_t m = b->start[i + 1] - b->start[i], c = w->config.n_embd;

	w->head.normed = w->hook != NULL;
	if (w->hook == NULL)
		return w->z;
	head_norm(w->d, w->acts[0].stat_1, w->z, &w->model_at, params,
	    &w->config, m);
	w->hook->visit(w->hook->arg, site_final_norm(w->config.n_layer), b, i,
	    w->d, m, c);
	return w->d;
}

static int
check_block(const struct model_work *w, const struct batch *b, size_t first,
    size_t last, struct err *e)
{
	size_t m = b->start[last] - b->start[first];

	return m <= w->max_tokens ? 0 : err_set(e, RC_INPUT,
	    "sequences %zu to %zu: %zu tokens, the workspace takes %zu", first,
	    last - 1, m, w->max_tokens);
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
    struct model_work *w, const real *params, const struct batch *b,
    struct err *e)
{
	if (batch_check(b, w->config.vocab, w->config.n_positions, e) != 0)
		return -1;
	return model_forward_range(per_seq, token_loss, NULL, w, params, b,
	    0, b->n_seq, e);
}

int
model_forward_range(struct batch_result *per_seq, real *token_loss,
    int32_t *top, struct model_work *w, const real *params,
    const struct batch *b, size_t first, size_t last, struct err *e)
{
	size_t i, j;

	for (i = first; i < last; i++) {
		size_t s = b->start[i], t = b->start[i + 1] - s;

		if (check_block(w, b, i, i + 1, e) != 0)
			return -1;
		run_layers(w, params, b, i, i + 1, 0);
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
model_logits(real *logits, struct model_work *w, const real *params,
    const struct batch *b, struct err *e)
{
	struct batch blind = *b;
	size_t i;

	blind.targets = NULL;
	if (batch_check(&blind, w->config.vocab, w->config.n_positions, e)
	    != 0)
		return -1;
	for (i = 0; i < b->n_seq; i++) {
		if (check_block(w, b, i, i + 1, e) != 0)
			return -1;
		run_layers(w, params, b, i, i + 1, 0);
		head_logits(logits + b->start[i] * w->config.vocab,
		    head_input(w, params, b, i), &w->model_at, params,
		    &w->config, b->start[i + 1] - b->start[i], &w->head);
	}
	return 0;
}

int
model_visit_range(struct model_work *w, const real *params,
    const struct batch *b, size_t first, size_t last, struct err *e)
{
	size_t i;

	for (i = first; i < last; i++) {
		if (check_block(w, b, i, i + 1, e) != 0)
			return -1;
		run_layers(w, params, b, i, i + 1, 0);
		head_input(w, params, b, i);
	}
	return 0;
}

int
model_grad_block(real *grad, struct batch_result *res, struct model_work *w,
    const real *params, const struct batch *b, size_t first, size_t last,
    double scale, struct err *e)
{
	const int32_t *targets = b->targets + b->start[first];
	size_t m = b->start[last] - b->start[first], i;
	struct layer_run r = run_of(w, params, b, first, last, NULL);

	if (check_block(w, b, first, last, e) != 0)
		return -1;
	run_layers(w, params, b, first, last, 1);
	w->head.normed = 0;
	head_backward(w->d, grad, w->loss, w->top, w->z, &w->model_at,
	    params, &w->config, targets, scale, m, &w->head);
	for (i = first; i < last; i++)
		if (count(res, w->loss + (b->start[i] - b->start[first]),
		    w->top + (b->start[i] - b->start[first]), b, i, e) != 0)
			return -1;
	for (i = w->config.n_layer; i-- > 0;)
		layer_backward(w->d, grad, &w->acts[i], &w->at[i], &r,
		    &w->layer);
	for (i = first; i < last; i++)
		embedding_backward(grad + w->model_at.wte, param_grad(grad,
		    w->model_at.wpe), w->d + (b->start[i] - b->start[first]) *
		    w->config.n_embd, b->tokens + b->start[i],
		    b->start[i + 1] - b->start[i], w->config.n_embd);
	return 0;
}
