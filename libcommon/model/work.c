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
run_of(const struct model_work *w, const struct batch *b, size_t first,
    size_t last, const struct site_hook *hook)
{
	return (struct layer_run){ &w->config, w->near, w->rotary, b, first,
	    last, w->layer.dc, hook, 0 };
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

/* Sequences [first, last) together through all layers to w->z, for a backward
 * pass: those from w->lowest on keep their activations. */
static void
run_together(struct model_work *w, const struct batch *b, size_t first,
    size_t last)
{
	struct layer_run r = run_of(w, b, first, last, NULL);
	size_t i, n = w->config.n_layer, c = w->config.n_embd;
	struct layer_acts *a = w->lowest > 0 ? &w->shared : w->acts, *next;

	for (i = first; i < last; i++)
		embed(a->x + (b->start[i] - b->start[first]) * c, w,
		    w->params, b->tokens + b->start[i],
		    b->start[i + 1] - b->start[i]);
	for (i = 0; i < n; i++, a = next) {
		work_bring_layer(w, i);
		next = i + 1 < w->lowest || i + 1 == n ? &w->shared :
		    &w->acts[i + 1];
		layer_forward(next->x, a, &w->at[i], &r);
	}
}

/* Sequences [first, last), each by itself, to w->z; twins: but those that are
 * like the one before, see batch_twin().  All layers and all sequences share
 * activations, which then stay in the cache. */
static void
run_alone(struct model_work *w, const struct batch *b, size_t first,
    size_t last, int twins)
{
	struct layer_run r = run_of(w, b, first, last, w->hook);
	struct layer_acts a = w->shared;
	size_t i, k, c = w->config.n_embd;

	a.mlp.slope = NULL;
	for (i = first; i < last; i++) {
		if (twins && i > first && batch_twin(b, i))
			continue;
		a.x = w->z + (b->start[i] - b->start[first]) * c;
		embed(a.x, w, w->params, b->tokens + b->start[i],
		    b->start[i + 1] - b->start[i]);
		if (w->hook != NULL)
			w->hook->visit(w->hook->arg, SITE_EMBED, b, i, a.x,
			    b->start[i + 1] - b->start[i], c);
	}
	for (k = 0; k < w->config.n_layer; k++) {
		work_bring_layer(w, k);
		r.layer = k;
		for (i = first; i < last; i++) {
			if (twins && i > first && batch_twin(b, i))
				continue;
			r.first = i, r.last = i + 1;
			a.x = w->z + (b->start[i] - b->start[first]) * c;
			layer_forward(a.x, &a, &w->at[k], &r);
		}
	}
}

/* Of sequences [first, last) takes the next ones, up to *end. */
static int
run_next(struct model_work *w, const struct params *params,
    const struct batch *b, size_t first, size_t last, int twins, size_t *end,
    struct err *e)
{
	const size_t *start = b->start;
	int many = !params_all_in_place(params);

	*end = first + 1;
	while (*end < last && (many || (twins && batch_twin(b, *end))) &&
	    start[*end + 1] - start[first] <= WORK_TOGETHER)
		++*end;
	if (model_work_reserve(w, params, start[*end] - start[first],
	    longest_of(b, first, *end), 0, e) != 0)
		return -1;
	run_alone(w, b, first, *end, twins);
	return 0;
}

/* What the head reads of sequence i, whose output of the last layer is x:
 * that, or where somebody looks, the final norm's. */
static const real *
head_input(struct model_work *w, const real *x, const struct batch *b,
    size_t i)
{
	size_t m = b->start[i + 1] - b->start[i], c = w->config.n_embd;

	w->head.normed = w->hook != NULL;
	if (w->hook == NULL)
		return x;
	head_norm(w->d, w->shared.stat_1, x, &w->model_at, w->params,
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

/* Where sequence i of those from first on stands in w->z. */
static const real *
output_of(const struct model_work *w, const struct batch *b, size_t first,
    size_t i)
{
	return w->z + (b->start[i] - b->start[first]) * w->config.n_embd;
}

/* Of sequence i, which the head reads as x. */
static int
score(struct batch_result *per_seq, real *token_loss, int32_t *top,
    struct model_work *w, const real *x, const struct batch *b, size_t i,
    struct err *e)
{
	size_t s = b->start[i], t = b->start[i + 1] - s, j;
	const int32_t *targets = b->targets + s;

	head_forward(w->loss, w->top, x, &w->model_at, w->params, &w->config,
	    targets, t, &w->head);
	per_seq[i] = (struct batch_result){ 0 };
	if (count(&per_seq[i], w->loss, w->top, b, i, e) != 0)
		return -1;
	for (j = 0; token_loss != NULL && j < t; j++)
		token_loss[s + j] = targets[j] < 0 ? 0 : (real)w->loss[j];
	for (j = 0; top != NULL && j < t; j++)
		top[s + j] = targets[j] < 0 ? -1 : w->top[j];
	return 0;
}

int
model_forward_range(struct batch_result *per_seq, real *token_loss,
    int32_t *top, struct model_work *w, const struct params *params,
    const struct batch *b, size_t first, size_t last, struct err *e)
{
	const real *x = NULL;
	size_t end, i;

	for (; first < last; first = end) {
		if (run_next(w, params, b, first, last, 1, &end, e) != 0)
			return -1;
		for (i = first; i < end; i++) {
			if (i == first || !batch_twin(b, i))
				x = head_input(w, output_of(w, b, first, i),
				    b, i);
			if (score(per_seq, token_loss, top, w, x, b, i, e)
			    != 0)
				return -1;
		}
	}
	return 0;
}

int
model_logits(real *logits, struct model_work *w,
    const struct params *params, const struct batch *b, struct err *e)
{
	struct batch blind = *b;
	size_t first, end, i;

	blind.targets = NULL;
	if (batch_check(&blind, w->config.vocab, w->config.n_positions, e)
	    != 0)
		return -1;
	for (first = 0; first < b->n_seq; first = end) {
		if (run_next(w, params, b, first, b->n_seq, 0, &end, e) != 0)
			return -1;
		for (i = first; i < end; i++)
			head_logits(logits + b->start[i] * w->config.vocab,
			    head_input(w, output_of(w, b, first, i), b, i),
			    &w->model_at, w->params, &w->config,
			    b->start[i + 1] - b->start[i], &w->head);
	}
	return 0;
}

int
model_visit_range(struct model_work *w, const struct params *params,
    const struct batch *b, size_t first, size_t last, struct err *e)
{
	size_t end, i;

	for (; first < last; first = end) {
		if (run_next(w, params, b, first, last, 0, &end, e) != 0)
			return -1;
		for (i = first; i < end; i++)
			head_input(w, output_of(w, b, first, i), b, i);
	}
	return 0;
}

/* From w->d, the gradient of w->z. */
static void
layers_backward(struct model_work *w, const struct grads *g,
    const struct batch *b, size_t first, size_t last)
{
	struct layer_run r = run_of(w, b, first, last, NULL);
	size_t i, c = w->config.n_embd;

	for (i = w->config.n_layer; i-- > w->lowest;) {
		work_bring_layer(w, i);
		layer_backward(w->d, g, &w->acts[i], &w->at[i], &r,
		    &w->layer, w->to_embedding || i > w->lowest);
	}
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
	run_together(w, b, first, last);
	w->head.normed = 0;
	head_backward(w->d, &g, w->loss, w->top, w->z, &w->model_at,
	    w->params, &w->config, targets, scale, m, &w->head);
	for (i = first; i < last; i++)
		if (count(res, w->loss + (b->start[i] - b->start[first]),
		    w->top + (b->start[i] - b->start[first]), b, i, e) != 0)
			return -1;
	layers_backward(w, &g, b, first, last);
	return 0;
}
