/*
 * dump_model: what the engine computes, as raw numbers for check_model.py.
 *
 * usage: dump_model model batch.json directory
 *
 * batch.json: {"tokens": [[...]], "targets": [[...]]} and, for the steps,
 * "optimizer": "gd" or "adamw", "steps", "lr", "beta1", "beta2", "eps",
 * "weight_decay", "decay_matrices", "clip" (0: none).
 * Writes token_loss, logits, sites (the activations at every site, site after
 * site within a sequence), changed (logits with every site's activations
 * multiplied by 0.9, and then 0.01 times the site's number added), grad (of the mean loss), each (of every
 * sequence's own mean loss), grads (one of every step, before clipping) and
 * params (after every step), each as NAME.f32, and result.json, which also
 * has the layout of gradients and parameters.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "model/model.h"
#include "model/optim.h"

static void *
must(void *p)
{
	if (p == NULL)
		die(RC_SYSTEM, "out of memory");
	return p;
}

static void
check(int status, const struct err *e)
{
	if (status != 0)
		die_err(e);
}

static double
number(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_number(v))
		die(RC_INPUT, "batch: no number \"%s\"", key);
	return json_number_value(v);
}

/* Lays the lists of o[key] end to end; start (n + 1) receives the offsets. */
static int32_t *
flatten(const json_t *o, const char *key, size_t *start)
{
	json_t *rows = json_object_get(o, key), *row, *v;
	int32_t *x = NULL;
	size_t i, j, n = 0;

	json_array_foreach(rows, i, row) {
		start[i] = n;
		x = must(mem_grow(x, n + json_array_size(row) + 1,
		    sizeof *x));
		json_array_foreach(row, j, v)
			x[n++] = (int32_t)json_integer_value(v);
	}
	start[json_array_size(rows)] = n;
	return x;
}

static void
dump(const char *dir, const char *name, const float *x, size_t n)
{
	char path[4096];
	FILE *fp;

	snprintf(path, sizeof path, "%s/%s.f32", dir, name);
	if ((fp = fopen(path, "a")) == NULL ||
	    fwrite(x, sizeof *x, n, fp) != n || fclose(fp) != 0)
		die(RC_SYSTEM, "%s: cannot be written", path);
}

static void
print_results(FILE *fp, const struct batch_result *r, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		fprintf(fp, "%s{\"loss_sum\": %.17g, \"n_targets\": %zu, "
		    "\"n_correct\": %zu, \"n_seq\": %zu, \"n_exact\": %zu}",
		    i ? ", " : "", r[i].loss_sum, r[i].n_targets,
		    r[i].n_correct, r[i].n_seq, r[i].n_exact);
}

static void
print_layout(FILE *fp, const struct layout *l)
{
	char shape[128];
	size_t i;

	fprintf(fp, "\"layout\": [");
	for (i = 0; i < l->n_tensors; i++)
		fprintf(fp, "%s[\"%s\", %s]", i ? ", " : "", l->t[i].name,
		    layout_shape_string(shape, sizeof shape, &l->t[i]));
	fprintf(fp, "],\n");
}

struct run {
	struct model	*m;
	struct model_pool *pool;
	struct batch	 b;
	const char	*dir;
	FILE		*out;		/* result.json */
	float		*grad;
};

/* Everything at the model's own weights. */
static void
dump_forward(struct run *r)
{
	size_t n = r->b.start[r->b.n_seq], v = r->m->config.vocab;
	struct batch_result *res = must(mem_alloc(r->b.n_seq, sizeof *res));
	float *x = must(mem_alloc(n * v, sizeof *x));
	struct err e = { .rc = RC_OK };
	struct model_work *w = must(model_work_new(&r->m->config, &e));
	struct batch_result all;

	check(model_logits(x, w, r->m->params, &r->b, &e), &e);
	dump(r->dir, "logits", x, n * v);
	check(model_forward(res, x, w, r->m->params, &r->b, &e), &e);
	dump(r->dir, "token_loss", x, n);
	fprintf(r->out, "\"forward\": [");
	print_results(r->out, res, r->b.n_seq);
	check(model_eval(res, NULL, r->pool, r->m->params, &r->b, &e), &e);
	fprintf(r->out, "],\n\"eval\": [");
	print_results(r->out, res, r->b.n_seq);
	check(model_grad(r->grad, &all, r->pool, r->m->params, &r->b, &e),
	    &e);
	fprintf(r->out, "],\n\"grad\": [");
	print_results(r->out, &all, 1);
	fprintf(r->out, "],\n");
	dump(r->dir, "grad", r->grad, r->m->layout->n);
	model_work_free(w);
	mem_free(x);
	mem_free(res);
}

/* What was seen: by sequence, then by site. */
struct looker {
	float	*h;
	size_t	 sites;
};

static void
look(void *arg, size_t site, const struct batch *b, size_t seq, float *h,
    size_t m, size_t width)
{
	const struct looker *k = arg;

	memcpy(k->h + (b->start[seq] * k->sites + site * m) * width, h,
	    m * width * sizeof *h);
}

static void
change(void *arg, size_t site, const struct batch *b, size_t seq, float *h,
    size_t m, size_t width)
{
	size_t i;

	(void)arg, (void)b, (void)seq;
	for (i = 0; i < m * width; i++)
		h[i] = 0.9f * h[i] + 0.01f * (float)site;
}

static void
dump_sites(struct run *r)
{
	size_t n = r->b.start[r->b.n_seq], v = r->m->config.vocab;
	size_t seen = n * r->m->config.n_embd;
	struct looker k = { NULL, site_count(r->m->config.n_layer) };
	const struct site_hook looks = { look, &k }, changes = { change,
	    NULL };
	float *x = must(mem_alloc(n * v, sizeof *x));
	struct err e = { .rc = RC_OK };
	struct model_work *w = must(model_work_new(&r->m->config, &e));

	k.h = must(mem_alloc(seen * k.sites, sizeof *k.h));
	model_work_hook(w, &looks);
	check(model_visit_range(w, r->m->params, &r->b, 0, r->b.n_seq, &e),
	    &e);
	dump(r->dir, "sites", k.h, seen * k.sites);
	mem_free(k.h);
	model_work_hook(w, &changes);
	check(model_logits(x, w, r->m->params, &r->b, &e), &e);
	dump(r->dir, "changed", x, n * v);
	model_work_free(w);
	mem_free(x);
}

static void
dump_each(struct run *r)
{
	size_t n = r->b.n_seq * r->m->layout->n;
	struct batch_result *res = must(mem_alloc(r->b.n_seq, sizeof *res));
	float *x = must(mem_alloc(n, sizeof *x));
	struct err e = { .rc = RC_OK };

	/* sequences without a target have no gradient of their own */
	if (model_grad_each(x, res, r->pool, r->m->params, &r->b, &e) == 0)
		dump(r->dir, "each", x, n);
	mem_free(x);
	mem_free(res);
}

static void
dump_steps(struct run *r, const json_t *o)
{
	const char *kind = json_string_value(json_object_get(o,
	    "optimizer"));
	double clip = number(o, "clip"), lr = number(o, "lr"), norm;
	size_t steps = (size_t)number(o, "steps"), i, n = r->m->layout->n;
	struct err e = { .rc = RC_OK };
	struct batch_result res;
	struct optim opt;

	check(optim_init(&opt, kind != NULL && strcmp(kind, "gd") == 0 ?
	    OPTIM_GD : OPTIM_ADAMW, n, &e), &e);
	opt.beta1 = number(o, "beta1");
	opt.beta2 = number(o, "beta2");
	opt.eps = number(o, "eps");
	opt.weight_decay = number(o, "weight_decay");
	opt.decay_matrices = number(o, "decay_matrices") != 0;
	check(model_own(r->m, &e), &e);
	fprintf(r->out, "\"steps\": [");
	for (i = 0; i < steps; i++) {
		check(model_grad(r->grad, &res, r->pool, r->m->params, &r->b,
		    &e), &e);
		dump(r->dir, "grads", r->grad, n);
		norm = clip > 0 ? optim_clip(r->grad, n, clip) :
		    optim_norm(r->grad, n);
		optim_step(&opt, r->m->block, r->grad, lr, r->m->layout);
		dump(r->dir, "params", r->m->block, n);
		fprintf(r->out, "%s{\"loss\": %.17g, \"norm\": %.17g}",
		    i ? ", " : "", res.loss_sum / (double)res.n_targets,
		    norm);
	}
	fprintf(r->out, "]\n");
	optim_free(&opt);
}

static json_t *
read_batch(struct batch *b, const char *path)
{
	json_error_t why;
	json_t *o = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
	size_t *start;

	if (o == NULL)
		die(RC_INPUT, "%s: line %d: %s", path, why.line, why.text);
	b->n_seq = json_array_size(json_object_get(o, "tokens"));
	start = must(mem_alloc(b->n_seq + 1, sizeof *start));
	b->targets = flatten(o, "targets", start);
	b->tokens = flatten(o, "tokens", start);
	b->start = start;
	return o;
}

int
main(int argc, char *argv[])
{
	struct err e = { .rc = RC_OK };
	struct run r = { .dir = argv[argc - 1] };
	char path[4096];
	json_t *o;

	diag_init(argv[0]);
	if (argc != 4)
		die(RC_USAGE, "usage: dump_model model batch.json directory");
	o = read_batch(&r.b, argv[2]);
	if ((r.m = model_load(argv[1], &e)) == NULL ||
	    (r.pool = model_pool_new(&r.m->config, 0, &e)) == NULL)
		die_err(&e);
	r.grad = must(mem_alloc(r.m->layout->n, sizeof *r.grad));
	snprintf(path, sizeof path, "%s/result.json", r.dir);
	if ((r.out = fopen(path, "w")) == NULL)
		die(RC_SYSTEM, "%s: cannot be written", path);
	fprintf(r.out, "{\n");
	print_layout(r.out, r.m->layout);
	dump_forward(&r);
	dump_sites(&r);
	dump_each(&r);
	dump_steps(&r, o);
	fprintf(r.out, "}\n");
	if (fclose(r.out) != 0)
		die(RC_SYSTEM, "%s: cannot be written", path);
	return RC_OK;
}
