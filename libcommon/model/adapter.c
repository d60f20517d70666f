/* An adapter bound to a model, and what it computes. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/cpu.h"
#include "base/mem.h"
#include "base/par.h"
#include "model/adapter.h"
#include "model/adapter_parts.h"
#include "random/philox.h"

enum { PIECE = 1 << 12 };		/* values */

static const char GPT2_PREFIX[] = "transformer.", WEIGHT[] = ".weight";

void
adapter_free(struct adapter *a)
{
	size_t i;

	if (a == NULL)
		return;
	for (i = 0; i < a->n; i++)
		mem_free(a->at[i].module);
	mem_free(a->at);
	layout_free(a->layout);
	layout_free(a->product);
	mem_free(a->params);
	adapter_config_free(&a->config);
	mem_free(a);
}

/* What a tensor of a model is to an adapter. */
enum module_kind { NO_MODULE, MODULE_LINEAR, MODULE_EMBEDDING, MODULE_HEAD };

/* The module whose weight t is, into name (MODULE_MAX bytes). */
static enum module_kind
module_of(char *name, const struct model_config *m,
    const struct tensor_spec *t)
{
	size_t n = strlen(t->name), end = sizeof WEIGHT - 1;
	int head = strcmp(t->name, "lm_head.weight") == 0;
	const char *prefix = m->family == FAMILY_GPT2 && !head ?
	    GPT2_PREFIX : "";

	if (t->rank != 2 || n <= end || n + sizeof GPT2_PREFIX > MODULE_MAX ||
	    strcmp(t->name + n - end, WEIGHT) != 0)
		return NO_MODULE;
	snprintf(name, MODULE_MAX, "%s%.*s", prefix, (int)(n - end), t->name);
	if (head)
		return MODULE_HEAD;
	return strcmp(t->name, "wte.weight") == 0 ||
	    strcmp(t->name, "wpe.weight") == 0 ||
	    strcmp(t->name, "model.embed_tokens.weight") == 0 ?
	    MODULE_EMBEDDING : MODULE_LINEAR;
}

/* 1, with the module's name, where t is the weight of a target. */
static int
is_target(char *name, const struct adapter_config *c,
    const struct model_config *m, const struct tensor_spec *t, struct err *e)
{
	enum module_kind kind = module_of(name, m, t);
	int r;

	if (kind == NO_MODULE)
		return 0;
	r = adapter_config_matches(c, name, kind == MODULE_LINEAR, e);
	if (r == 1 && kind == MODULE_EMBEDDING)
		return err_set(e, RC_INPUT, "target %s: an embedding, only "
		    "linear layers are supported", name);
	return r;
}

/* A tied head is no tensor of the layout, but its name may be a target. */
static int
check_head(const struct adapter_config *c, const struct model_config *m,
    struct err *e)
{
	int r = m->tied ? adapter_config_matches(c, "lm_head", 0, e) : 0;

	return r == 1 ? err_set(e, RC_INPUT, "target lm_head: is tied to the "
	    "token embedding, only linear layers are supported") : r;
}

/* GPT-2's weights but the head are (in, out). */
static void
shape_of(struct adapted *d, const struct adapter_config *c,
    const struct model_config *m, const struct tensor_spec *t)
{
	d->shape.op = strcmp(t->name, "lm_head.weight") == 0 ? MAT_T :
	    model_orientation(m);
	d->shape.in = t->shape[d->shape.op == MAT_T];
	d->shape.out = t->shape[d->shape.op == MAT_N];
	d->shape.r = c->r;
	d->shape.scale = (float)(c->alpha /
	    (c->rslora ? sqrt((double)c->r) : (double)c->r));
}

static struct adapted *
find_module(struct adapter *a, const char *name)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (strcmp(a->at[i].module, name) == 0)
			return &a->at[i];
	return NULL;
}

/* Ties the module to tensor t. */
static int
bind_one(struct adapter *a, struct adapted *d, const struct model_config *m,
    const struct layout *l, const struct tensor_spec *t, struct err *e)
{
	shape_of(d, &a->config, m, t);
	if (d->in != d->shape.in || d->out != d->shape.out)
		return err_set(e, RC_INPUT, "module %s: factors for %zu to "
		    "%zu, the model has %zu to %zu", d->module, d->in, d->out,
		    d->shape.in, d->shape.out);
	d->tensor = (size_t)(t - l->t);
	d->product = a->product->n;
	return layout_add(a->product, t->name, DT_F32, t->rank, t->shape, e);
}

/* The first module that no tensor of the model has been tied to. */
static int
check_bound(const struct adapter *a, size_t bound, struct err *e)
{
	size_t i;

	if (bound == a->n)
		return 0;
	for (i = 0; i < a->n; i++)
		if (a->at[i].shape.r == 0)
			return err_set(e, RC_INPUT, "module %s: not a target "
			    "among the model's linear layers",
			    a->at[i].module);
	return 0;
}

int
adapter_bind(struct adapter *a, const struct model_config *m,
    const struct layout *l, struct err *e)
{
	char name[MODULE_MAX];
	struct adapted *d;
	size_t i, bound = 0;
	int r = check_head(&a->config, m, e);

	if (r == 0 && (a->product = layout_new()) == NULL)
		r = err_nomem(e);
	for (i = 0; i < l->n_tensors && r == 0; i++) {
		r = is_target(name, &a->config, m, &l->t[i], e);
		if (r != 1)
			continue;
		if ((d = find_module(a, name)) == NULL)
			r = err_set(e, RC_INPUT, "no tensor %s.lora_A.weight",
			    name);
		else
			r = bind_one(a, d, m, l, &l->t[i], e);
		bound++;
	}
	return r == 0 ? check_bound(a, bound, e) : r;
}

/* Names of the modules that are targets: of a->at, with their sizes. */
static int
list_modules(struct adapter *a, const struct model_config *m,
    const struct layout *l, struct err *e)
{
	char name[MODULE_MAX];
	struct adapted *d;
	size_t i;
	int r = check_head(&a->config, m, e);

	if ((a->at = mem_zalloc(l->n_tensors, sizeof *a->at)) == NULL)
		return err_nomem(e);
	for (i = 0; i < l->n_tensors && r == 0; i++) {
		r = is_target(name, &a->config, m, &l->t[i], e);
		if (r != 1)
			continue;
		d = &a->at[a->n];
		shape_of(d, &a->config, m, &l->t[i]);
		d->in = d->shape.in;
		d->out = d->shape.out;
		d->shape.r = 0;
		if ((d->module = mem_strdup(name)) == NULL)
			return err_nomem(e);
		a->n++;
		r = 0;
	}
	return r;
}

/* There are targets, and each of a list is there for something. */
static int
check_targets(const struct adapter *a, struct err *e)
{
	size_t i, j;

	for (i = 0; i < a->config.n_targets; i++) {
		for (j = 0; j < a->n; j++)
			if (adapter_target_is(a->config.target[i],
			    a->at[j].module))
				break;
		if (j == a->n)
			return err_set(e, RC_INPUT, "target %s: no linear "
			    "layer has this name", a->config.target[i]);
	}
	return a->n > 0 ? 0 : err_set(e, RC_INPUT, "no linear layer is a "
	    "target");
}

struct adapter *
adapter_new(struct adapter_config *c, const struct model_config *m,
    const struct layout *l, struct err *e)
{
	struct adapter *a = mem_zalloc(1, sizeof *a);

	if (a == NULL) {
		adapter_config_free(c);
		err_nomem(e);
		return NULL;
	}
	a->config = *c;
	adapter_config_init(c);
	if (list_modules(a, m, l, e) == 0 && check_targets(a, e) == 0 &&
	    adapter_lay_out(a, e) == 0 && adapter_bind(a, m, l, e) == 0)
		return a;
	adapter_free(a);
	return NULL;
}

void
adapter_init(struct adapter *a, uint64_t seed)
{
	struct random_key key = { .seed = seed };
	struct adapted *d;
	float bound;
	size_t i, j;

	memset(a->params, 0, a->layout->n * sizeof *a->params);
	for (i = 0; i < a->n; i++) {
		d = &a->at[i];
		key.name = random_name(a->layout->t[2 * i].name);
		bound = (float)(1 / sqrt((double)d->in));
		for (j = 0; j < a->config.r * d->in; j++)
			a->params[d->a + j] = bound *
			    (((float)(random_word(&key, j) >> 9) + 0.5f) *
			    0x1p-22f - 1);
	}
}

/* What a call shares with its tasks, one a layer. */
struct call {
	const struct adapter *a;
	const float	*f, *dw;
	float		*out;
	const struct params *p;
};

static void
product_task(void *arg, size_t i)
{
	const struct call *k = arg;
	const struct adapted *d = &k->a->at[i];

	lora_product(k->out + d->product, k->f + d->a, k->f + d->b,
	    &d->shape);
}

void
adapter_products(float *products, const struct adapter *a, const float *f)
{
	struct call k = { .a = a, .f = f, .out = products };

	par_for(a->n, product_task, &k);
}

/* y = x + y */
CPU_CLONES static void
add(float *restrict y, const float *restrict x, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		y[i] = x[i] + y[i];
}

static void
apply_task(void *arg, size_t i)
{
	const struct call *k = arg;
	const struct adapted *d = &k->a->at[i];
	float *to = k->out + d->product, part[PIECE];
	size_t n = d->in * d->out, at, some;

	lora_product(to, k->f + d->a, k->f + d->b, &d->shape);
	for (at = 0; at < n; at += some) {
		some = n - at < PIECE ? n - at : PIECE;
		params_read(part, k->p, d->tensor, at, some);
		add(to + at, part, some);
	}
}

void
adapter_apply(struct params *to, float *block, const struct adapter *a,
    const float *f, const struct params *p)
{
	struct call k = { .a = a, .f = f, .p = p, .out = block };
	size_t i;

	par_for(a->n, apply_task, &k);
	for (i = 0; i < a->n; i++)
		to->view[a->at[i].tensor] = (struct param_view){
		    block + a->at[i].product, DT_F32 };
}

static void
gradient_task(void *arg, size_t i)
{
	const struct call *k = arg;
	const struct adapted *d = &k->a->at[i];

	lora_backward(k->out + d->a, k->out + d->b, k->dw + d->product,
	    k->f + d->a, k->f + d->b, &d->shape);
}

void
adapter_gradient(float *grad, const struct adapter *a, const float *f,
    const float *dw)
{
	struct call k = { .a = a, .f = f, .dw = dw, .out = grad };

	par_for(a->n, gradient_task, &k);
}
