/* best-of: the expected best of n draws, from a table of gains. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/tsv.h"
#include "cmd/cmd.h"
#include "linalg/order.h"
#include "random/philox.h"

static const char *gain = "gain", *selection, *scale_column;
static const char *dimension_column;
static struct opt_strings by;
static struct opt_sizes sizes;
static double scale;
static size_t dimension, resamples = 1000;
static uint64_t seed;
static int fit;

static const struct opt options[] = {
	{ 'g', "gain", "column", OPT_STRING, &gain,
	    "the gain that is reported (gain)", NULL, 0 },
	{ 's', "select", "column", OPT_STRING, &selection,
	    "the gain that the best is chosen by (that of --gain)", NULL, 0 },
	{ 'b', "by", "column", OPT_STRINGS, &by,
	    "a curve for each value of this column; may be repeated", NULL,
	    0 },
	{ 'n', "sizes", "n,...", OPT_SIZES, &sizes,
	    "sizes n of the curve (1, 2, 5, 10, ... up to all)", NULL, 0 },
	{ 'c', "scale", "x", OPT_REAL, &scale,
	    "sigma norm(P a), for the theorem's line", NULL, 0 },
	{ 'C', "scale-column", "column", OPT_STRING, &scale_column,
	    "or the column that holds it", NULL, 0 },
	{ 'r', "dimension", "r", OPT_SIZE, &dimension,
	    "draws of fixed norm in r dimensions: the sphere's law (0: normal)",
	    NULL, 0 },
	{ 'R', "dimension-column", "column", OPT_STRING, &dimension_column,
	    "or the column that holds it; NA: normal", NULL, 0 },
	{ 'B', "resamples", "n", OPT_SIZE, &resamples,
	    "of the bootstrap interval (1000)", NULL, 0 },
	{ 0, "seed", "n", OPT_SEED, &seed, "seed of the bootstrap (0)", NULL,
	    0 },
	{ 'f', "fit", NULL, OPT_FLAG, &fit,
	    "the gains against the predicted normal distribution", NULL, 0 },
	OPT_END
};

static const char *const curve_columns[] = { "draws", "n", "expected", "low",
	"high", "theorem", NULL };
static const char *const fit_columns[] = { "draws", "mean", "sd",
	"predicted_sd", "ratio", "ks", "p", NULL };

struct draw {
	double	select, report;
};

/* The rows of one curve. */
struct group {
	size_t		 first;		/* a row of it, for its labels */
	struct draw	*draw;
	size_t		 n;
	double		 scale;		/* NAN: not given */
	double		 dimension;	/* of the sphere; NAN: normal */
};

/* A column whose value all rows of a curve share, or one value for all. */
struct common {
	const char	*name;		/* NULL: no such column */
	size_t		 column;
	double		 value;		/* and where that is NA; NAN: none */
};

static struct tsv table;
static const char *name = "<stdin>";
static size_t *by_column;

static size_t
column(const char *c)
{
	struct err e = { .rc = RC_OK };
	size_t k;

	cmd_check(tsv_column(&k, &table, c, name, &e), &e);
	return k;
}

static void
read_table(const char *path)
{
	struct err e = { .rc = RC_OK };
	FILE *fp = stdin;
	size_t i;

	if (path != NULL && strcmp(path, "-") != 0) {
		name = path;
		if ((fp = fopen(path, "r")) == NULL)
			die(errno == ENOENT ? RC_INPUT : RC_SYSTEM, "%s: %s",
			    path, strerror(errno));
	}
	cmd_check(tsv_read(&table, fp, name, &e), &e);
	by_column = cmd_must(mem_alloc(by.n, sizeof *by_column));
	for (i = 0; i < by.n; i++)
		by_column[i] = column(by.v[i]);
}

static int
same_group(size_t a, size_t b)
{
	size_t i;

	for (i = 0; i < by.n; i++)
		if (strcmp(tsv_at(&table, a, by_column[i]),
		    tsv_at(&table, b, by_column[i])) != 0)
			return 0;
	return 1;
}

static double
common_at(const struct common *c, size_t row)
{
	struct err e = { .rc = RC_OK };
	double x = c->value;

	if (c->name != NULL)
		cmd_check(tsv_real(&x, &table, row, c->column, name, &e), &e);
	return x;
}

static void
require_same(const struct common *c, double first, size_t row)
{
	double x = common_at(c, row);

	if (!(x == first || (isnan(x) && isnan(first))))
		die(RC_INPUT, "%s: line %zu: %s is %g, the curve's first row "
		    "has %g", name, row + 2, c->name, x, first);
}

static void
require_dimension(double r, size_t row)
{
	if (!isnan(r) && !(r >= 1 && r <= 1e15 && floor(r) == r))
		die(RC_INPUT, "%s: line %zu: %s is %g, not a dimension", name,
		    row + 2, dimension_column, r);
}

static void
add_row(struct group *g, size_t row, const struct draw *d,
    const struct common *s, const struct common *r)
{
	g->draw = cmd_must(mem_grow(g->draw, g->n + 1, sizeof *g->draw));
	g->draw[g->n++] = *d;
	if (g->n == 1) {
		g->scale = common_at(s, row);
		g->dimension = common_at(r, row);
		require_dimension(g->dimension, row);
	}
	require_same(s, g->scale, row);
	require_same(r, g->dimension, row);
}

static struct common
make_common(const char *column_name, double value)
{
	return (struct common){ .name = column_name, .value = value,
	    .column = column_name ? column(column_name) : 0 };
}

/* Groups in the order of their first rows. */
static struct group *
make_groups(size_t *n)
{
	size_t report = column(gain), choose = column(selection), row, k, last;
	struct err e = { .rc = RC_OK };
	struct group *g = NULL;
	struct common s = make_common(scale_column,
	    scale > 0 ? scale : (double)NAN);
	struct common r = make_common(dimension_column,
	    dimension > 0 ? (double)dimension : (double)NAN);
	struct draw d;
	int got;

	for (*n = 0, row = 0, last = 0; row < table.n_rows; row++) {
		cmd_check(got = tsv_real(&d.report, &table, row, report, name,
		    &e), &e);
		if (got == 0)
			continue;
		cmd_check(got = tsv_real(&d.select, &table, row, choose, name,
		    &e), &e);
		if (got == 0)
			continue;
		k = last;	/* rows of a curve mostly stand together */
		if (k >= *n || !same_group(g[k].first, row))
			for (k = 0; k < *n; k++)
				if (same_group(g[k].first, row))
					break;
		if (k == *n) {
			g = cmd_must(mem_grow(g, ++*n, sizeof *g));
			g[k] = (struct group){ .first = row };
		}
		add_row(&g[k], row, &d, &s, &r);
		last = k;
	}
	return g;
}

static int
by_selection(const void *a, const void *b)
{
	const struct draw *x = a, *y = b;

	if (x->select != y->select)
		return x->select < y->select ? -1 : 1;
	return (x->report > y->report) - (x->report < y->report);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The exact expectation over subsets of size n; sorts d. */
static double
expected_best(struct draw *d, size_t n_draws, size_t n, double *w)
{
	double sum = 0;
	size_t i;

	qsort(d, n_draws, sizeof *d, by_selection);
	order_best_weights(w, n_draws, n);
	for (i = 0; i < n_draws; i++)
		sum += w[i] * d[i].report;
	return sum;
}

/* The middle 95 % of the estimates from resampled draws. */
static void
bootstrap(double *low, double *high, const struct group *g, size_t n,
    double *w)
{
	struct random_key k = { seed, random_name("best-of.bootstrap"), 0 };
	struct draw *d = cmd_must(mem_alloc(g->n, sizeof *d));
	double *x = cmd_must(mem_alloc(resamples, sizeof *x));
	size_t b, i;

	for (b = 0; b < resamples; b++) {
		k.draw = (uint32_t)b;
		for (i = 0; i < g->n; i++)
			d[i] = g->draw[(uint64_t)random_word(&k, i) *
			    g->n >> 32];
		x[b] = expected_best(d, g->n, n, w);
	}
	qsort(x, resamples, sizeof *x, by_value);
	*low = x[(size_t)(0.025 * (double)(resamples - 1) + 0.5)];
	*high = x[(size_t)(0.975 * (double)(resamples - 1) + 0.5)];
	mem_free(d);
	mem_free(x);
}

static void
put_labels(struct table *out, const struct group *g)
{
	size_t i;

	for (i = 0; i < by.n; i++)
		table_text(out, tsv_at(&table, g->first, by_column[i]));
	table_int(out, (int64_t)g->n);
}

static void
put_size(struct table *out, struct group *g, size_t n, double *w)
{
	double low = NAN, high = NAN;

	if (n == 0 || n > g->n)
		return;
	put_labels(out, g);
	table_int(out, (int64_t)n);
	table_real(out, expected_best(g->draw, g->n, n, w));
	if (resamples > 0)
		bootstrap(&low, &high, g, n, w);
	table_real(out, low);
	table_real(out, high);
	table_real(out, g->scale * (isnan(g->dimension) ?
	    order_normal_max((double)n) :
	    order_sphere_max((double)n, (size_t)g->dimension)));
	cmd_end_row(out);
}

static void
put_curve(struct table *out, struct group *g)
{
	static const size_t steps[] = { 1, 2, 5 };
	double *w = cmd_must(mem_alloc(g->n, sizeof *w));
	size_t i, k, last = 0;

	for (i = 0; i < sizes.n; i++)
		put_size(out, g, sizes.v[i], w);
	for (k = 1; sizes.n == 0 && k <= g->n; k *= 10)
		for (i = 0; i < 3; i++)
			if (steps[i] * k <= g->n)
				put_size(out, g, last = steps[i] * k, w);
	if (sizes.n == 0 && last != g->n)
		put_size(out, g, g->n, w);
	mem_free(w);
}

static void
put_fit(struct table *out, const struct group *g)
{
	double *x = cmd_must(mem_alloc(g->n, sizeof *x));
	double mean = 0, sum = 0, sd, ks = NAN, p = NAN;
	size_t i;

	for (i = 0; i < g->n; i++) {
		x[i] = g->draw[i].report;
		mean += x[i] / (double)g->n;
	}
	for (i = 0; i < g->n; i++)
		sum += (x[i] - mean) * (x[i] - mean);
	sd = g->n > 1 ? sqrt(sum / (double)(g->n - 1)) : (double)NAN;
	qsort(x, g->n, sizeof *x, by_value);
	if (g->scale > 0)
		ks = order_ks_normal(&p, x, g->n, 0, g->scale);
	put_labels(out, g);
	table_real(out, mean);
	table_real(out, sd);
	table_real(out, g->scale);
	table_real(out, sd / g->scale);
	table_real(out, ks);
	table_real(out, p);
	cmd_end_row(out);
	mem_free(x);
}

/* The columns of --by, then these; NULL ends them. */
static const char **
all_columns(const char *const *columns)
{
	const char **all;
	size_t i, n;

	for (n = 0; columns[n] != NULL; n++)
		;
	all = cmd_must(mem_alloc(by.n + n + 1, sizeof *all));
	for (i = 0; i < by.n; i++)
		all[i] = by.v[i];
	for (i = 0; i <= n; i++)
		all[by.n + i] = columns[i];
	return all;
}

int
main(int argc, char *argv[])
{
	struct tool tool = {
		.name = "best-of",
		.summary = "Tabulate the expected best of n draws.",
		.operands = "[table]", .opts = options, .max_operands = 1,
	};
	const char **columns;
	struct table *out;
	struct group *g;
	size_t i, n;

	cmd_begin(&tool, argc, argv);
	if (scale < 0 || (scale > 0 && scale_column != NULL))
		opts_usage("give a positive --scale, or --scale-column");
	if (dimension > 0 && dimension_column != NULL)
		opts_usage("give --dimension or --dimension-column");
	if (selection == NULL)
		selection = gain;
	read_table(tool.operand[0]);
	g = make_groups(&n);
	columns = all_columns(fit ? fit_columns : curve_columns);
	out = cmd_table(columns);
	for (i = 0; i < n; i++) {
		if (fit)
			put_fit(out, &g[i]);
		else
			put_curve(out, &g[i]);
		mem_free(g[i].draw);
	}
	mem_free(g);
	mem_free(by_column);
	mem_free(columns);
	tsv_free(&table);
	return cmd_finish();
}
