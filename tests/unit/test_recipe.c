/*
 * recipes: their way through a stream, and the vectors that they stand for.
 * That the values are those of plumbline-stream(5) to the bit is for another
 * implementation to say: tests/stream.bats.
 */
#include <math.h>

#include "base/par.h"
#include "random/materialise.h"
#include "notation.h"

enum { WIDE = 70001 };		/* values of "a": over one part of a task */

/* a [70001], b [70001], c [] */
static struct layout *
wide_layout(void)
{
	const size_t shape[] = { WIDE };
	struct layout *l = layout_new();
	struct err e = { .rc = RC_OK };

	assert_int_equal(layout_add(l, "a", DT_F32, 1, shape, &e), 0);
	assert_int_equal(layout_add(l, "b", DT_F32, 1, shape, &e), 0);
	assert_int_equal(layout_add(l, "c", DT_F32, 0, NULL, &e), 0);
	return l;
}

/* Rows e_0 and e_last of small_layout(). */
static struct resource *
small_basis(void)
{
	float *x = mem_zalloc(14, sizeof *x);

	x[0] = x[13] = 1;
	return resource_new(RESOURCE_BASIS, small_layout(), 2, x);
}

/* Deviations 2, 3, 4 of three tensors. */
static struct resource *
three_deviations(void)
{
	const size_t shape[] = { 3 };
	struct layout *l = layout_new();
	float *x = mem_alloc(3, sizeof *x);
	struct err e = { .rc = RC_OK };
	size_t i;

	layout_add(l, "sd", DT_F32, 1, shape, &e);
	for (i = 0; i < 3; i++)
		x[i] = (float)i + 2;
	return resource_new(RESOURCE_DEVIATIONS, l, 1, x);
}

/* Two terms: in a basis, and with deviations. */
static struct recipe *
two_terms(struct resource *basis, struct resource *deviations)
{
	struct recipe_term t = { .weight = -1, .seed = UINT64_MAX, .draw = 7,
	    .norm = 2, .basis = basis };
	struct recipe_term u = { .weight = 0.5, .sigma = 0.25,
	    .tensors = "[ab]", .scheme = SCHEME_RESEEDED,
	    .deviations = deviations };
	struct recipe *r = recipe_new();

	assert_int_equal(recipe_add_term(r, &t), 0);
	assert_int_equal(recipe_add_term(r, &u), 0);
	return r;
}

/* Writes the recipe twice: 0, or -1 with *e. */
static int
write_twice(FILE *fp, const struct recipe *r, struct err *e)
{
	struct layout *l = small_layout();
	const struct layout *ls[] = { l };
	struct prov *p = one_node();
	struct ts_labels labels;
	struct ts_writer *w;
	int bad;

	labels_init(&labels);
	w = ts_writer_new(fp, "perturbations", ls, 1, 1, 1, p, e);
	bad = w == NULL || ts_write_recipe(w, l, &labels, r, e) != 0 ||
	    ts_write_recipe(w, l, &labels, r, e) != 0 ||
	    ts_write_end(w, p, e) != 0;
	ts_writer_free(w);
	prov_free(p);
	layout_free(l);
	return bad ? -1 : 0;
}

static struct bytes
recipe_stream(void)
{
	struct resource *b = small_basis(), *d = three_deviations();
	struct recipe *r = two_terms(b, d);
	struct bytes s = { NULL, 0 };
	FILE *fp = open_memstream(&s.p, &s.n);
	struct err e = { .rc = RC_OK };

	assert_int_equal(write_twice(fp, r, &e), 0);
	fclose(fp);
	recipe_free(r);
	resource_drop(b);
	resource_drop(d);
	return s;
}

static void
a_stream_carries_recipes_and_what_they_cite(void **state)
{
	struct bytes s = recipe_stream(), plain = unframed(s.p, s.n);
	struct ts_reader *r = ts_reader_new(as_file(s.p, s.n), "s");
	const struct recipe_term *t;
	struct ts_record rec;
	struct ts_chunk c;
	size_t i, resources = 0;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_int_equal(ts_read_record(r, &rec), 1);
		assert_non_null(rec.recipe);
		assert_int_equal(rec.recipe->n, 2);
		assert_int_equal(ts_read_chunk(r, &c), 0);
		t = rec.recipe->term;
		assert_true(t->weight == -1 && t->seed == UINT64_MAX &&
		    t->draw == 7 && t->norm == 2 && t->tensors == NULL);
		assert_int_equal(t->basis->rows, 2);
		assert_true(t->basis->x[0] == 1 && t->basis->x[13] == 1);
		assert_null(t->deviations);
		t++;
		assert_true(t->sigma == 0.25 && t->scheme == SCHEME_RESEEDED);
		assert_string_equal(t->tensors, "[ab]");
		assert_true(t->deviations->x[2] == 4);
		assert_null(t->basis);
	}
	assert_int_equal(ts_read_record(r, &rec), 0);
	ts_reader_free(r);
	/* what both records cite stands there once */
	for (i = 0; i + 8 < plain.n; i++)
		resources += memcmp(plain.p + i, "resource", 8) == 0;
	assert_int_equal(resources, 2);
	free(plain.p);
	free(s.p);
}

static float *
values_of(const struct recipe_term *t, size_t n, const struct layout *l)
{
	struct recipe *r = recipe_new();
	float *x = mem_alloc(l->n, sizeof *x);
	struct err e = { .rc = RC_OK };

	for (; n > 0; n--, t++)
		assert_int_equal(recipe_add_term(r, t), 0);
	if (recipe_fill_f32(x, r, l, &e) != 0)
		fail_msg("%s", e.msg);
	recipe_free(r);
	return x;
}

static double
norm_of(const float *x, size_t n)
{
	double sum = 0;

	for (; n > 0; n--, x++)
		sum += (double)*x * *x;
	return sqrt(sum);
}

static void
terms_add_up_and_cancel(void **state)
{
	struct layout *l = wide_layout();
	struct recipe_term t[2] = { { .weight = 1, .sigma = 0.1, .seed = 3 },
	    { .weight = -1, .sigma = 0.1, .seed = 3 } };
	float *x = values_of(t, 2, l), *none = values_of(t, 0, l);
	size_t i;

	(void)state;
	for (i = 0; i < l->n; i++)
		assert_true(x[i] == 0 && none[i] == 0);
	mem_free(x);
	mem_free(none);
	layout_free(l);
}

static void
a_norm_is_kept_and_a_glob_obeyed(void **state)
{
	struct layout *l = wide_layout();
	struct recipe_term t = { .weight = -3, .norm = 2, .tensors = "a" };
	float *x = values_of(&t, 1, l);
	size_t i;

	(void)state;
	assert_true(fabs(norm_of(x, l->n) - 6) < 1e-5);
	for (i = WIDE; i < l->n; i++)
		assert_true(x[i] == 0);
	mem_free(x);
	layout_free(l);
}

static void
schemes_differ_as_they_say(void **state)
{
	struct layout *l = wide_layout();
	struct recipe_term t = { .weight = 1, .sigma = 1 };
	float *x = values_of(&t, 1, l), *y;
	double dot = 0;
	size_t i;

	(void)state;
	t.scheme = SCHEME_RESEEDED;
	y = values_of(&t, 1, l);
	for (i = 0; i < WIDE; i++) {
		dot += (double)x[i] * x[WIDE + i] / WIDE;
		assert_true(y[i] == y[WIDE + i]);
	}
	assert_true(fabs(dot) < 5 / sqrt(WIDE));
	mem_free(x);
	mem_free(y);
	layout_free(l);
}

static void
deviations_scale_each_tensor(void **state)
{
	struct layout *l = wide_layout();
	struct resource *d = three_deviations();
	struct recipe_term t = { .weight = 1, .sigma = 0.5 };
	float *x = values_of(&t, 1, l), *y;

	(void)state;
	t.deviations = d;
	y = values_of(&t, 1, l);
	/* 2 and 3 are exact but for the rounding of 1.5 z */
	assert_true(y[5] == 2 * x[5]);
	assert_true(fabsf(y[WIDE + 5] - 3 * x[WIDE + 5]) <=
	    0x1p-22f * fabsf(y[WIDE + 5]));
	mem_free(x);
	mem_free(y);
	resource_drop(d);
	layout_free(l);
}

static void
in_a_basis_it_stays_in_its_span(void **state)
{
	struct layout *l = small_layout();
	struct resource *b = small_basis();
	struct recipe_term t = { .weight = 1, .norm = 5, .basis = b };
	float *x = values_of(&t, 1, l);
	size_t i;

	(void)state;
	for (i = 1; i < 6; i++)
		assert_true(x[i] == 0);
	assert_true(x[0] != 0 && x[6] != 0);
	assert_true(fabs(norm_of(x, 7) - 5) < 1e-6);
	mem_free(x);
	resource_drop(b);
	layout_free(l);
}

static void
threads_change_no_bit(void **state)
{
	struct layout *l = wide_layout();
	struct recipe_term t = { .weight = 1, .norm = 1, .draw = 4 };
	float *want, *x;
	size_t threads;

	(void)state;
	par_set_threads(1);
	want = values_of(&t, 1, l);
	for (threads = 2; threads < 5; threads++) {
		par_set_threads(threads);
		x = values_of(&t, 1, l);
		assert_memory_equal(x, want, l->n * sizeof *x);
		mem_free(x);
	}
	mem_free(want);
	layout_free(l);
}

static void
refuse_recipe(const struct recipe_term *t, const char *message)
{
	struct layout *l = wide_layout();
	struct recipe *r = recipe_new();
	float *x = mem_alloc(l->n, sizeof *x);
	struct err e = { .rc = RC_OK };

	recipe_add_term(r, t);
	assert_int_equal(recipe_fill_f32(x, r, l, &e), -1);
	assert_int_equal(e.rc, RC_INPUT);
	if (strstr(e.msg, message) == NULL)
		fail_msg("wanted '%s', got '%s'", message, e.msg);
	recipe_free(r);
	layout_free(l);
	mem_free(x);
}

static void
what_cannot_be_drawn_is_refused(void **state)
{
	struct resource *b = small_basis();
	struct recipe_term none = { .weight = 1, .sigma = 1, .tensors = "x*" };
	struct recipe_term other = { .weight = 1, .sigma = 1, .basis = b };
	struct recipe_term huge = { .weight = 1e300, .sigma = 1e8 };

	(void)state;
	refuse_recipe(&none, "no tensor matches 'x*'");
	refuse_recipe(&other, "tensor a: shape [70001], the basis has [2,3]");
	refuse_recipe(&huge, "is not finite");
	resource_drop(b);
	refuse_text(HEAD "{record:0 layout:0 labels:{} recipe:[{kind:gaussian "
	    "scheme:independent seed:0 draw:4294967296 weight:1.0 sigma:1.0 "
	    "norm:0.0 tensors:~ basis:~ deviations:~}]}",
	    "draw: 4294967296, at most 4294967295");
	refuse_text(HEAD "{record:0 layout:0 labels:{} recipe:[{kind:gaussian "
	    "scheme:independent seed:0 draw:0 weight:1.0 sigma:-1.0 "
	    "norm:0.0 tensors:~ basis:~ deviations:~}]}",
	    "sigma or norm below 0");
}

static void
a_failed_allocation_is_survived(void **state)
{
	struct bytes s = recipe_stream();
	struct resource *b = small_basis(), *d = three_deviations();
	struct recipe *r = two_terms(b, d);
	struct err e;
	unsigned long k = 0;
	char *text;
	int bad;

	(void)state;
	do {
		e = (struct err){ .rc = RC_OK };
		mem_fail_at(++k);
		text = tell(s.p, s.n, &e);
		mem_fail_at(0);
		assert_true(text != NULL || e.rc == RC_SYSTEM);
	} while (text == NULL);
	assert_true(k > 50);
	free(text);
	free(s.p);
	k = 0;
	do {
		struct layout *l = small_layout();
		struct prov *p = one_node();
		struct ts_labels labels;
		struct ts_writer *w;

		labels_init(&labels);
		e = (struct err){ .rc = RC_OK };
		mem_fail_at(++k);
		w = ts_writer_new(as_file("", 0), "perturbations", NULL, 0, 1,
		    1, p, &e);
		bad = w == NULL || ts_write_recipe(w, l, &labels, r, &e) != 0 ||
		    ts_write_end(w, p, &e) != 0;
		mem_fail_at(0);
		assert_true(!bad || e.rc == RC_SYSTEM);
		ts_writer_free(w);
		prov_free(p);
		layout_free(l);
	} while (bad);
	assert_true(k > 10);
	recipe_free(r);
	resource_drop(b);
	resource_drop(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_carries_recipes_and_what_they_cite),
		cmocka_unit_test(terms_add_up_and_cancel),
		cmocka_unit_test(a_norm_is_kept_and_a_glob_obeyed),
		cmocka_unit_test(schemes_differ_as_they_say),
		cmocka_unit_test(deviations_scale_each_tensor),
		cmocka_unit_test(in_a_basis_it_stays_in_its_span),
		cmocka_unit_test(threads_change_no_bit),
		cmocka_unit_test(what_cannot_be_drawn_is_refused),
		cmocka_unit_test(a_failed_allocation_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
