/*
 * quadratic: losses with known derivatives, for tests: it stands in for
 * grad-dump (--gradients) and for evaluate, with their options.
 *
 * Around the weights theta of a model, and whatever the model is, the loss of
 * a task at theta + d is
 *	J(d) = 1 + g . d + d^T H d / 2
 *	H = R diag(lambda) R, g = R gamma, R = I - 2 v v^T with norm(v) = 1
 * so lambda is H's spectrum, tr H its sum and norm(H)_F^2 the sum of its
 * squares.  lambda, gamma and v are drawn for each task; all sums run in f64.
 * --truth, --krylov and --defects give the closed forms.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "model/model.h"
#include "random/normal.h"

enum { OUTLIERS = 8, MAX_TASKS = 16 };

static const char *model, *tasks = "a", *deltas, *split = "train";
static size_t count = 1, batch, length, krylov;
static uint64_t seed;
static int gradients, mean, base, truth, defects;

static const struct opt options[] = {
	{ 'm', "model", "dir", OPT_INPUT, &model, "gives the layout", NULL, 0 },
	{ 't', "tasks", "list", OPT_STRING, &tasks, "tasks", NULL, 0 },
	{ 'n', "count", "n", OPT_SIZE, &count, "gradients of each task",
	    NULL, 0 },
	{ 'b', "batch", "n", OPT_SIZE, &batch, "no matter", NULL, 0 },
	{ 0, "length", "n", OPT_SIZE, &length, "no matter", NULL, 0 },
	{ 's', "seed", "n", OPT_SEED, &seed, "no matter", NULL, 0 },
	{ 0, "split", "name", OPT_STRING, &split, "no matter", NULL, 0 },
	{ 'd', "deltas", "file", OPT_INPUT, &deltas,
	    "at each vector of file", NULL, 0 },
	{ 0, "base", NULL, OPT_FLAG, &base, "at 0 first", NULL, 0 },
	{ 0, "mean", NULL, OPT_FLAG, &mean, "one gradient a task", NULL, 0 },
	{ 0, "gradients", NULL, OPT_FLAG, &gradients,
	    "write gradients, not a table of losses", NULL, 0 },
	{ 0, "truth", NULL, OPT_FLAG, &truth,
	    "write norm(g), tr H and norm(H)_F", NULL, 0 },
	{ 0, "krylov", "m", OPT_SIZE, &krylov,
	    "write a basis of K_m(H, g)", NULL, 0 },
	{ 0, "defects", NULL, OPT_FLAG, &defects,
	    "write H_b g_a - H_a g_b of the pairs a < b", NULL, 0 },
	OPT_END
};

struct quadratic {
	char	 task[32];
	double	*lambda, *gamma, *v;
};

static struct quadratic quad[MAX_TASKS];
static size_t n_quads, n;		/* tasks; parameters */
static struct layout *layout;

static double *
new_vector(void)
{
	return cmd_must(mem_zalloc(n, sizeof(double)));
}

static double
dot(const double *x, const double *y)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += x[i] * y[i];
	return sum;
}

/* y = R x */
static void
reflect(double *y, const struct quadratic *q, const double *x)
{
	double c = 2 * dot(q->v, x);
	size_t i;

	for (i = 0; i < n; i++)
		y[i] = x[i] - c * q->v[i];
}

/* y = R (w gamma + lambda R x): H x, or with w = 1 the gradient at x */
static void
apply(double *y, const struct quadratic *q, const double *x, double w)
{
	size_t i;

	reflect(y, q, x);
	for (i = 0; i < n; i++)
		y[i] = w * q->gamma[i] + q->lambda[i] * y[i];
	reflect(y, q, y);
}

static double
loss(const struct quadratic *q, const double *x, double *work)
{
	double sum = 1;
	size_t i;

	reflect(work, q, x);
	for (i = 0; i < n; i++)
		sum += work[i] * (q->gamma[i] + q->lambda[i] * work[i] / 2);
	return sum;
}

static double *
draw(const char *what, const char *task)
{
	struct random_key key = { .seed = 0 };
	float *z = cmd_must(mem_alloc(n, sizeof *z));
	double *x = new_vector();
	char name[64];
	size_t i;

	snprintf(name, sizeof name, "quadratic.%s.%s", what, task);
	key.name = random_name(name);
	normal_fill_f32(z, &key, 0, n);
	for (i = 0; i < n; i++)
		x[i] = z[i];
	mem_free(z);
	return x;
}

static void
make_quadratic(struct quadratic *q, const char *task)
{
	double norm;
	size_t i;

	snprintf(q->task, sizeof q->task, "%s", task);
	q->v = draw("v", task);
	norm = sqrt(dot(q->v, q->v));
	q->gamma = draw("gamma", task);
	q->lambda = draw("lambda", task);
	for (i = 0; i < n; i++) {
		q->v[i] /= norm;
		q->gamma[i] *= i < OUTLIERS ? 0.3 : 0.02;
		q->lambda[i] = i < OUTLIERS ?
		    (40 + q->lambda[i]) / (double)(i + 1) :
		    0.1 * q->lambda[i];
	}
}

static void
put(struct ts_writer *out, struct ts_labels *l, const double *x)
{
	float *row = cmd_must(mem_alloc(n, sizeof *row));
	size_t i;

	for (i = 0; i < n; i++)
		row[i] = (float)x[i];
	cmd_put(out, layout, l, row);
	mem_free(row);
	labels_clear(l);
}

static void
put_gradients(struct ts_writer *out, const double *at)
{
	struct ts_labels l;
	double *g = new_vector();
	size_t i, j;

	for (i = 0; i < n_quads; i++)
		for (j = 0; j < (mean ? 1 : count); j++) {
			apply(g, &quad[i], at, 1);
			labels_init(&l);
			cmd_check(labels_set_text(&l, L_TASK, quad[i].task),
			    NULL);
			put(out, &l, g);
		}
	mem_free(g);
}

static void
put_losses(struct table *t, const double *at, long delta,
    const struct ts_labels *l)
{
	static const enum label_key keys[] = { L_SIGMA, L_DRAW, L_SIGN };
	char text[LABEL_TEXT_MAX + 1];
	double *work = new_vector();
	size_t i, k;

	for (i = 0; i < n_quads; i++) {
		if (delta < 0)
			table_na(t);
		else
			table_int(t, delta);
		for (k = 0; k < sizeof keys / sizeof *keys; k++)
			table_text(t, l == NULL ? "NA" :
			    labels_string(text, sizeof text, l, keys[k]));
		table_text(t, quad[i].task);
		table_real(t, loss(&quad[i], at, work));
		cmd_end_row(t);
	}
	mem_free(work);
}

/* At 0 and at every delta. */
static void
measure(void)
{
	static const char *const columns[] = { "delta", "sigma", "draw",
	    "sign", "task", "loss", NULL };
	double *at = new_vector();
	struct ts_writer *out = gradients ? cmd_create("gradients", layout) :
	    NULL;
	struct table *t = gradients ? NULL : cmd_table(columns);
	struct ts_reader *in = deltas == NULL ? NULL : cmd_open(deltas);
	float *x = cmd_must(mem_alloc(n, sizeof *x));
	struct ts_record rec;
	long delta = 0;
	size_t i;

	if (in == NULL && gradients)
		put_gradients(out, at);
	if (!gradients && (in == NULL || base))
		put_losses(t, at, -1, NULL);
	while (in != NULL && cmd_next(in, &rec)) {
		cmd_same_layout(in, &rec, layout, "the model");
		cmd_read(in, x);
		for (i = 0; i < n; i++)
			at[i] = x[i];
		if (gradients)
			put_gradients(out, at);
		else
			put_losses(t, at, delta++, &rec.labels);
	}
	mem_free(x);
	mem_free(at);
}

static void
put_truth(void)
{
	static const char *const columns[] = { "task", "norm_g", "trace",
	    "frobenius", NULL };
	struct table *t = cmd_table(columns);
	const struct quadratic *q;
	double trace;
	size_t i;

	for (q = quad; q < quad + n_quads; q++) {
		for (trace = 0, i = 0; i < n; i++)
			trace += q->lambda[i];
		table_text(t, q->task);
		table_real(t, sqrt(dot(q->gamma, q->gamma)));
		table_real(t, trace);
		table_real(t, sqrt(dot(q->lambda, q->lambda)));
		cmd_end_row(t);
	}
}

/* The span of lambda^j gamma, j < m, in the eigenvectors' coordinates: bare
 * powers, whose condition f64 bears while m is small, and Gram-Schmidt. */
static void
put_krylov(const struct quadratic *q)
{
	struct ts_writer *out = cmd_create("basis", layout);
	double **row = cmd_must(mem_alloc(krylov, sizeof *row));
	double *y = new_vector(), c;
	struct ts_labels l;
	size_t i, j, k, twice;

	for (j = 0; j < krylov; j++) {
		row[j] = new_vector();
		for (i = 0; i < n; i++)
			row[j][i] = pow(q->lambda[i] / q->lambda[0],
			    (double)j) * q->gamma[i];
		for (twice = 0; twice < 2; twice++)
			for (k = 0; k < j; k++)
				for (c = dot(row[j], row[k]), i = 0; i < n; i++)
					row[j][i] -= c * row[k][i];
		for (c = sqrt(dot(row[j], row[j])), i = 0; i < n; i++)
			row[j][i] /= c;
		reflect(y, q, row[j]);
		labels_init(&l);
		labels_set_int(&l, L_BASIS, 0);
		labels_set_int(&l, L_COMPONENT, (int64_t)j);
		labels_set_int(&l, L_RANK, (int64_t)krylov);
		put(out, &l, y);
	}
	for (j = 0; j < krylov; j++)
		mem_free(row[j]);
	mem_free(row);
	mem_free(y);
}

static void
put_defects(void)
{
	struct ts_writer *out = cmd_create("vectors", layout);
	double *zero = new_vector(), *g = new_vector(), *y = new_vector();
	double *z = new_vector();
	struct ts_labels l;
	size_t a, b, i;

	labels_init(&l);
	for (a = 0; a < n_quads; a++)
		for (b = a + 1; b < n_quads; b++) {
			apply(g, &quad[a], zero, 1);
			apply(y, &quad[b], g, 0);
			apply(g, &quad[b], zero, 1);
			apply(z, &quad[a], g, 0);
			for (i = 0; i < n; i++)
				y[i] -= z[i];
			put(out, &l, y);
		}
	mem_free(zero);
	mem_free(g);
	mem_free(y);
	mem_free(z);
}

int
main(int argc, char *argv[])
{
	struct tool tool = { .name = "quadratic",
	    .summary = "Losses with known derivatives.",
	    .operands = "", .opts = options };
	struct err e = { .rc = RC_OK };
	struct model *m;
	char list[256], *s, *save = NULL;

	cmd_begin(&tool, argc, argv);
	if (model == NULL || strlen(tasks) >= sizeof list)
		opts_usage("give --model, and few tasks");
	if ((m = model_load(model, &e)) == NULL)
		die_err(&e);
	layout = cmd_must(layout_copy(m->layout));
	n = layout->n;
	strcpy(list, tasks);
	for (s = strtok_r(list, ",", &save); s != NULL && n_quads < MAX_TASKS;
	    s = strtok_r(NULL, ",", &save))
		make_quadratic(&quad[n_quads++], s);
	if (truth)
		put_truth();
	else if (krylov > 0)
		put_krylov(&quad[0]);
	else if (defects)
		put_defects();
	else
		measure();
	model_free(m);
	while (n_quads-- > 0) {
		mem_free(quad[n_quads].lambda);
		mem_free(quad[n_quads].gamma);
		mem_free(quad[n_quads].v);
	}
	layout_free(layout);
	return cmd_finish();
}
