#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/basis.h"
#include "cmd/steering.h"
#include "linalg/vec.h"

struct steering_options steering_options = { .at = "all" };
const char *const steering_hows[] = { "add", "ablate", "project", NULL };

/* Which tokens are changed: those of the rule, or all from there on. */
static struct position_rule rule;
static int onwards;

struct vector {
	size_t		 site;
	struct ts_labels labels;
	float		*v;		/* as it was read */
	float		*u;		/* v / norm(v); 0 of 0 */
	double		 scale;		/* of v, when it is added */
	double		 norm;		/* with that */
};

struct steering {
	size_t		 width, n_layer;
	struct vector	*vector;
	size_t		 n;
	size_t		 next;		/* point */
	/* the current one: */
	const struct vector *at;	/* NULL: the model alone */
	double		 strength;
	float		*added;		/* strength v */
	struct site_hook hook;
};

void
steering_check(void)
{
	static double one = 1;
	struct steering_options *o = &steering_options;
	struct err e = { .rc = RC_OK };

	if (o->path == NULL && (o->how || strcmp(o->at, "all") != 0 ||
	    o->strengths.n > 0 || o->norm != 0))
		opts_usage("how to steer is for --steer");
	onwards = strcmp(o->at, "answer") == 0;
	if (position_parse(&rule, onwards ? "all" : o->at, &e) < 0)
		opts_usage("--steer-at: %s", e.msg);
	if (o->norm < 0)
		opts_usage("--steer-norm: %g is below 0", o->norm);
	if (o->norm > 0 && o->how != STEER_ADD)
		opts_usage("--steer-norm is for --steer-how add");
	if (o->path != NULL && o->strengths.n == 0)
		o->strengths = (struct opt_reals){ &one, 1 };
}

/* Tokens [i, *end) of a sequence of m are changed; returns i. */
static size_t
changed(size_t *end, const struct batch *b, size_t seq, size_t m)
{
	struct err none = { .rc = RC_OK };
	size_t i;

	*end = m;
	if (onwards) {
		for (i = 0; i < m && b->targets[b->start[seq] + i] < 0; i++)
			;
		return i;
	}
	if (rule.kind == POSITION_ALL)
		return 0;
	if (position_find(&i, &rule, b->tokens + b->start[seq], m, &none) < 0)
		return m;
	*end = i + 1;
	return i;
}

/* h = keep h + along (h u) u */
static void
turn(float *h, const float *u, double keep, double along, size_t width)
{
	double dot = 0;
	size_t i;

	for (i = 0; i < width; i++)
		dot += (double)h[i] * (double)u[i];
	for (i = 0; i < width; i++)
		h[i] = (float)(keep * (double)h[i] +
		    along * dot * (double)u[i]);
}

static void
steer(void *arg, size_t site, const struct batch *b, size_t seq, float *h,
    size_t m, size_t width)
{
	const struct steering *s = arg;
	double x = s->strength;
	size_t i, j, end;

	if (site != s->at->site)
		return;
	for (i = changed(&end, b, seq, m); i < end; i++)
		switch (steering_options.how) {
		case STEER_ADD:
			for (j = 0; j < width; j++)
				h[i * width + j] += s->added[j];
			break;
		case STEER_ABLATE:
			turn(h + i * width, s->at->u, 1, -x, width);
			break;
		default:
			turn(h + i * width, s->at->u, 1 - x, x, width);
		}
}

static void
read_vector(struct vector *v, struct ts_reader *in, size_t width)
{
	double *x = cmd_must(mem_alloc(width, sizeof *x));
	struct err e = { .rc = RC_OK };
	size_t i;

	v->v = cmd_must(mem_alloc(width, sizeof *v->v));
	v->u = cmd_must(mem_zalloc(width, sizeof *v->u));
	cmd_read(in, v->v);
	vec_from_f32(x, v->v, width);
	cmd_check(vec_norm_f64(&v->norm, x, width, &e), &e);
	for (i = 0; v->norm > 0 && i < width; i++)
		v->u[i] = (float)(x[i] / v->norm);
	v->scale = 1;
	if (v->norm > 0 && steering_options.norm > 0) {
		v->scale = steering_options.norm / v->norm;
		v->norm = steering_options.norm;
	}
	mem_free(x);
}

static void
add_vector(struct steering *s, struct ts_reader *in,
    const struct ts_record *rec)
{
	const struct tensor_spec *t = rec->layout->t;
	struct vector *v;

	if (rec->layout->n_tensors != 1)
		die(RC_INPUT, "%s: record %zu: %zu tensors, not a vector of "
		    "one site", ts_reader_name(in), rec->record,
		    rec->layout->n_tensors);
	s->vector = cmd_must(mem_grow(s->vector, s->n + 1, sizeof *v));
	v = &s->vector[s->n++];
	memset(v, 0, sizeof *v);
	v->site = site_find(t->name, s->n_layer);
	if (v->site == site_count(s->n_layer))
		die(RC_INPUT, "%s: record %zu: the model, of %zu layers, has "
		    "no site %s", ts_reader_name(in), rec->record, s->n_layer,
		    t->name);
	if (t->n != s->width)
		die(RC_INPUT, "%s: record %zu: %s: %zu values, the model's "
		    "width is %zu", ts_reader_name(in), rec->record, t->name,
		    t->n, s->width);
	share_labels(&v->labels, &rec->labels, 1);
	read_vector(v, in, s->width);
}

struct steering *
steering_open(const struct bench *b)
{
	const struct model_config *c = &b->model->config;
	struct steering *s;
	struct ts_reader *in;
	struct ts_record rec;

	if (steering_options.path == NULL)
		return NULL;
	bench_position(b, &rule, "steer-at");
	s = cmd_must(mem_zalloc(1, sizeof *s));
	s->width = c->n_embd;
	s->n_layer = c->n_layer;
	s->added = cmd_must(mem_alloc(s->width, sizeof *s->added));
	s->hook = (struct site_hook){ steer, s };
	in = cmd_open(steering_options.path);
	while (cmd_next(in, &rec))
		add_vector(s, in, &rec);
	if (s->n == 0)
		die(RC_INPUT, "%s: no vectors", ts_reader_name(in));
	return s;
}

void
steering_close(struct steering *s)
{
	size_t i;

	position_free(&rule);
	if (s == NULL)
		return;
	for (i = 0; i < s->n; i++) {
		labels_clear(&s->vector[i].labels);
		mem_free(s->vector[i].v);
		mem_free(s->vector[i].u);
	}
	mem_free(s->vector);
	mem_free(s->added);
	mem_free(s);
}

int
steering_next(struct steering *s, struct model_pool *p)
{
	const struct opt_reals *x = &steering_options.strengths;
	size_t i, k;

	s->at = NULL;
	s->strength = 0;
	if (s->next > s->n * x->n) {
		s->next = 0;
		model_pool_hook(p, NULL);
		return 0;
	}
	if ((k = s->next++) > 0) {
		s->at = &s->vector[(k - 1) / x->n];
		s->strength = x->v[(k - 1) % x->n];
		for (i = 0; i < s->width; i++)
			s->added[i] = (float)(s->strength * s->at->scale *
			    (double)s->at->v[i]);
	}
	model_pool_hook(p, s->at == NULL || s->strength == 0 ||
	    s->at->norm == 0 ? NULL : &s->hook);
	return 1;
}

void
steering_put(struct table *t, const struct steering *s)
{
	static const enum label_key labels[] = { L_TASK, L_METHOD, L_CONTRAST,
	    L_SIDE, L_DELTA, L_NAME };
	const struct ts_labels none = { .set = 0 };
	const struct vector *v = s->at;
	char name[SITE_NAME_MAX];
	size_t i;

	if (v == NULL)
		table_na(t);
	else
		table_int(t, v - s->vector);
	for (i = 0; i < sizeof labels / sizeof *labels; i++)
		table_label(t, v == NULL ? &none : &v->labels, labels[i]);
	if (v == NULL) {
		table_na(t);
		table_na(t);
	} else {
		table_real(t, v->norm);
		table_text(t, site_name(name, sizeof name, v->site,
		    s->n_layer));
	}
	table_real(t, s->strength);
}
