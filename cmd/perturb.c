/* perturb: Gaussian perturbations of a model's weights, as recipes. */
#include <fnmatch.h>
#include <math.h>
#include <string.h>

#include "cmd/basis.h"
#include "cmd/places.h"
#include "random/materialise.h"

static const char *const schemes[] = { "independent", "reseeded", NULL };

static const char *model, *adapter, *like, *basis, *tensors, *sigmas = "0.01";
static double norm;
static size_t count = 1, first;
static uint64_t seed;
static int relative, antithetic, scheme, dense;

static const struct opt options[] = {
	{ 'm', "model", "dir", OPT_INPUT, &model,
	    "the model whose weights are perturbed", NULL, 0 },
	{ 0, "adapter", "dir", OPT_INPUT, &adapter,
	    "a PEFT adapter over the model, whose factors are perturbed "
	    "instead", NULL, 0 },
	{ 'l', "like", "file", OPT_INPUT, &like,
	    "or a stream whose first record has their layout", NULL, 0 },
	{ 'n', "count", "n", OPT_SIZE, &count,
	    "draws for each sigma (1)", NULL, 0 },
	{ 0, "first", "n", OPT_SIZE, &first,
	    "index of the first draw (0)", NULL, 0 },
	{ 'S', "sigma", "x,...|lo:hi:n", OPT_STRING, &sigmas,
	    "deviations, or n of them from lo to hi, logarithmic (0.01)",
	    NULL, 0 },
	{ 0, "relative", NULL, OPT_FLAG, &relative,
	    "sigma is relative to each tensor's standard deviation", NULL, 0 },
	{ 0, "norm", "x", OPT_REAL, &norm,
	    "scale every draw to this norm instead (0: no)", NULL, 0 },
	{ 't', "tensors", "glob", OPT_STRING, &tensors,
	    "only the tensors whose names match", NULL, 0 },
	{ 'b', "basis", "file", OPT_INPUT, &basis,
	    "only within the span of a basis", NULL, 0 },
	{ 'a', "antithetic", NULL, OPT_FLAG, &antithetic,
	    "each draw twice, with both signs", NULL, 0 },
	{ 's', "seed", "n", OPT_SEED, &seed, "seed of the draws (0)", NULL,
	    0 },
	{ 0, "scheme", "name", OPT_CHOICE, &scheme,
	    "independent, or reseeded as published code has it (independent)",
	    schemes, 0 },
	{ 0, "dense", NULL, OPT_FLAG, &dense,
	    "write the values, not recipes", NULL, 0 },
	{ 0, "shard", "i/n", OPT_STRING, &cmd_shard,
	    "only the i-th of n parts of the output (1/1)", NULL, 0 },
	OPT_END
};

struct grid {
	double	*sigma;
	size_t	 n;
};

/* The number in the n bytes at s, which is 0 or more: 0, or -1. */
static int
parse_sigma(double *x, const char *s, size_t n)
{
	char *text = cmd_must(mem_strndup(s, n));
	int bad = opts_parse_real(x, text) != 0 || *x < 0;

	mem_free(text);
	return bad ? -1 : 0;
}

/* Is q times itself, n factors one after the other, at most x? */
static int
power_is_within(double q, size_t n, double x)
{
	double p = 1;

	while (n-- > 0 && p <= x)
		p *= q;
	return p <= x;
}

/*
 * The largest q whose n-th power, so multiplied, is at most x, 1 <= x.  By
 * bisection and not by pow(), whose results vary by library and processor;
 * rounding is monotone, so there is one.
 */
static double
root_of(double x, size_t n)
{
	double low = 1, high = x, mid;

	if (power_is_within(high, n, x))
		return high;
	while ((mid = low + (high - low) / 2) > low && mid < high)
		if (power_is_within(mid, n, x))
			low = mid;
		else
			high = mid;
	return low;
}

/* lo:hi:n, its colons at a and b: 0, or -1. */
static int
parse_range(struct grid *g, const char *s, const char *a, const char *b)
{
	double lo, hi, q;
	size_t k;

	if (parse_sigma(&lo, s, (size_t)(a - s)) != 0 ||
	    parse_sigma(&hi, a + 1, (size_t)(b - a - 1)) != 0 ||
	    opts_parse_size(&g->n, b + 1) != 0 || g->n < 1 ||
	    (g->n > 1 && !(lo > 0 && hi > lo && isfinite(hi / lo))))
		return -1;
	g->sigma = cmd_must(mem_alloc(g->n, sizeof *g->sigma));
	g->sigma[0] = lo;
	if (g->n == 1)
		return 0;
	q = root_of(hi / lo, g->n - 1);
	for (k = 1; k < g->n - 1; k++)
		g->sigma[k] = g->sigma[k - 1] * q;
	g->sigma[k] = hi;
	return 0;
}

/* x,x,...: 0, or -1. */
static int
parse_list(struct grid *g, const char *s)
{
	const char *at;
	size_t n;

	for (g->n = 1, at = s; (at = strchr(at, ',')) != NULL; at++)
		g->n++;
	g->sigma = cmd_must(mem_alloc(g->n, sizeof *g->sigma));
	for (g->n = 0;; s += n + 1) {
		n = strcspn(s, ",");
		if (parse_sigma(&g->sigma[g->n++], s, n) != 0)
			return -1;
		if (s[n] == '\0')
			return 0;
	}
}

static struct grid
parse_grid(const char *s)
{
	const char *a = strchr(s, ':'), *b = a ? strchr(a + 1, ':') : NULL;
	struct grid g = { NULL, 0 };
	int bad = a == NULL ? parse_list(&g, s) :
	    b == NULL ? -1 : parse_range(&g, s, a, b);

	if (bad)
		opts_usage("--sigma: '%s' is not x,... or lo:hi:n", s);
	return g;
}

/* Standard deviation of n values about their mean. */
static float
deviation(const float *x, size_t n)
{
	double mean = 0, sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		mean += (double)x[i] / (double)n;
	for (i = 0; i < n; i++)
		sum += ((double)x[i] - mean) * ((double)x[i] - mean);
	return n == 0 ? 0 : (float)sqrt(sum / (double)n);
}

static struct resource *
deviations_of(const struct params *p)
{
	const struct layout *l = p->layout;
	struct layout *one = cmd_must(layout_new());
	float *d = cmd_must(mem_alloc(l->n_tensors, sizeof *d)), *room, *at;
	struct err e = { .rc = RC_OK };
	size_t i;

	cmd_check(layout_add(one, "deviations", DT_F32, 1, &l->n_tensors,
	    &e), &e);
	for (i = 0; i < l->n_tensors; i++) {
		at = room = cmd_must(mem_alloc(params_room(p, i),
		    sizeof *room));
		d[i] = deviation(params_at(p, i, &at), l->t[i].n);
		mem_free(room);
	}
	return cmd_must(resource_new(RESOURCE_DEVIATIONS, one, 1, d));
}

/* Of a model, or of the adapter over it. */
static struct layout *
model_layout_of(struct recipe_term *t)
{
	struct model *m = places_load(model);
	struct adapter *a = adapter == NULL ? NULL :
	    places_load_adapter(adapter, m);
	struct err e = { .rc = RC_OK };
	struct params *p = a == NULL ? NULL :
	    cmd_must(params_new(a->layout, a->params, &e));
	struct layout *l = cmd_must(layout_copy(a == NULL ? m->layout :
	    a->layout));

	if (relative)
		t->deviations = deviations_of(p == NULL ? m->params : p);
	params_free(p);
	adapter_free(a);
	model_free(m);
	return l;
}

/* The layout, and with --relative the deviations. */
static struct layout *
read_layout(struct recipe_term *t)
{
	struct ts_reader *in;
	struct ts_record rec;
	struct err e = { .rc = RC_OK };
	struct params *p;
	struct layout *l;
	float *x;

	if (model != NULL)
		return model_layout_of(t);
	in = cmd_open(like);
	if (!cmd_next(in, &rec))
		die(RC_INPUT, "%s: no records", ts_reader_name(in));
	l = cmd_must(layout_as_f32(rec.layout));
	x = cmd_read_new(in);
	p = cmd_must(params_new(l, x, &e));
	if (relative)
		t->deviations = deviations_of(p);
	params_free(p);
	mem_free(x);
	while (cmd_next(in, &rec))
		;
	return l;
}

static void
read_basis(struct recipe_term *t, const struct layout *l)
{
	struct basis b;
	char why[256];
	size_t n;

	memset(&b, 0, sizeof b);
	basis_load(&b, basis);
	n = rows_n(&b.rows);
	if (!layout_equal(b.rows.layout, l)) {
		layout_difference(why, sizeof why, b.rows.layout, l,
		    "the model");
		die(RC_INPUT, "%s: %s", basis, why);
	}
	t->basis = cmd_must(resource_new(RESOURCE_BASIS,
	    cmd_must(layout_copy(b.rows.layout)), n, rows_take(&b.rows)));
	basis_free(&b);
}

static void
require_match(const struct layout *l)
{
	size_t i;

	for (i = 0; tensors != NULL && i < l->n_tensors; i++)
		if (fnmatch(tensors, l->t[i].name, 0) == 0)
			return;
	if (tensors != NULL)
		die(RC_INPUT, "%s: none of %zu tensors matches '%s'",
		    model ? model : like, l->n_tensors, tensors);
}

static void
put(struct ts_writer *out, const struct layout *l, const struct recipe *r,
    const struct ts_labels *labels, float *x)
{
	struct err e = { .rc = RC_OK };

	if (!dense) {
		cmd_put_recipe(out, l, labels, r);
		return;
	}
	cmd_check(recipe_fill_f32(x, r, l, &e), &e);
	cmd_put(out, l, labels, x);
	cmd_flush(out);
}

/* Record i of the run: sigma, then draw, then sign. */
static void
perturb(struct ts_writer *out, const struct layout *l,
    const struct recipe_term *common, const struct grid *g, size_t i,
    float *x)
{
	size_t signs = antithetic ? 2 : 1, pair = i / signs;
	struct recipe r = { NULL, 0 };
	struct recipe_term t = *common;
	struct ts_labels labels;

	t.sigma = norm > 0 ? 1 : g->sigma[pair / count];
	t.draw = (uint32_t)(first + pair % count);
	t.weight = i % signs == 0 ? 1 : -1;
	labels_init(&labels);
	labels_set_int(&labels, L_INDEX, (int64_t)i);
	labels_set_int(&labels, L_DRAW, t.draw);
	labels_set_int(&labels, L_SIGN, (int64_t)t.weight);
	if (norm > 0)
		labels_set_real(&labels, L_NORM, norm);
	else
		labels_set_real(&labels, L_SIGMA, t.sigma);
	if (antithetic)
		labels_set_int(&labels, L_PAIR, (int64_t)pair);
	if ((tensors != NULL && labels_set_text(&labels, L_GROUP, tensors)) ||
	    (relative && labels_set_text(&labels, L_METHOD, "relative")))
		die(RC_SYSTEM, "out of memory");
	if (recipe_add_term(&r, &t) != 0)
		die(RC_SYSTEM, "out of memory");
	put(out, l, &r, &labels, x);
	labels_clear(&labels);
	mem_free(r.term[0].tensors);
	resource_drop(r.term[0].basis);
	resource_drop(r.term[0].deviations);
	mem_free(r.term);
}

static void
check_options(void)
{
	if ((model == NULL) == (like == NULL))
		opts_usage("give one of --model and --like");
	if (adapter != NULL && model == NULL)
		opts_usage("--adapter is over a --model");
	if (norm < 0)
		opts_usage("--norm: %g is below 0", norm);
	if (basis != NULL && relative)
		opts_usage("--relative does not go with --basis");
	if (count > UINT32_MAX || first > UINT32_MAX - count)
		opts_usage("--first %zu and --count %zu: draws end at 2^32",
		    first, count);
}

int
main(int argc, char *argv[])
{
	struct tool tool = {
		.name = "perturb",
		.summary = "Write Gaussian perturbations as recipes.",
		.operands = "", .opts = options,
	};
	struct recipe_term term = { 0 };
	struct ts_writer *out;
	struct layout *l;
	struct grid g;
	size_t i, total;
	float *x;

	cmd_begin(&tool, argc, argv);
	check_options();
	cmd_seed(seed);
	g = parse_grid(sigmas);
	term.seed = seed;
	term.norm = norm;
	term.scheme = (enum recipe_scheme)scheme;
	term.tensors = (char *)tensors;
	l = read_layout(&term);
	require_match(l);
	if (basis != NULL)
		read_basis(&term, l);
	x = cmd_must(mem_alloc(dense ? l->n : 0, sizeof *x));
	out = cmd_create("perturbations", l);
	total = (norm > 0 ? 1 : g.n) * count * (antithetic ? 2 : 1);
	for (i = cmd_shard_first(total); i < cmd_shard_end(total); i++)
		perturb(out, l, &term, &g, i, x);
	layout_free(l);
	mem_free(x);
	mem_free(g.sigma);
	resource_drop(term.basis);
	resource_drop(term.deviations);
	return cmd_finish();
}
