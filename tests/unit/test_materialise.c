/*
 * The vectors that recipes stand for.  That the values are those of
 * plumbline-stream(5) to the bit is for another implementation to say:
 * tests/stream.bats.
 */
#include <math.h>

#include "base/par.h"
#include "random/materialise.h"
#include "streams.h"
#include "recipes.h"

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

/* base + the vector of n terms, at once; b is not among its tensors. */
static void
add_onto(const float *base, const struct recipe_term *t, size_t n,
    const struct layout *l)
{
	struct recipe r = { (struct recipe_term *)t, n };
	float *x = mem_alloc(l->n, sizeof *x), *v = values_of(t, n, l);
	const float *from[3];
	struct err e = { .rc = RC_OK };
	unsigned char touched[3];
	float *to[3];
	size_t i;

	for (i = 0; i < l->n; i++)
		x[i] = 77;
	for (i = 0; i < 3; i++) {
		to[i] = x + l->t[i].offset;
		from[i] = base + l->t[i].offset;
	}
	if (recipe_touches(touched, &r, l, &e) != 0 ||
	    recipe_add_f32(to, from, &r, l, &e) != 0)
		fail_msg("%s", e.msg);
	assert_int_equal(touched[0], n > 0);
	assert_int_equal(touched[1], 0);
	assert_int_equal(touched[2], n > 2);
	for (i = 0; i < WIDE; i++)
		assert_true(x[i] == (n > 0 ? base[i] + v[i] : 77));
	for (; i < 2 * WIDE; i++)
		assert_true(x[i] == 77 && v[i] == 0);
	assert_true(x[i] == (n > 2 ? base[i] + v[i] : 77));
	memcpy(x, base, l->n * sizeof *x);	/* in place */
	if (recipe_add_f32(to, (const float *const *)to, &r, l, &e) != 0)
		fail_msg("%s", e.msg);
	for (i = 0; i < l->n; i++)
		assert_true(x[i] == base[i] + v[i]);
	mem_free(x);
	mem_free(v);
}

static void
onto_weights_it_is_its_vector_added(void **state)
{
	struct layout *l = wide_layout();
	struct recipe_term t[] = {
		{ .weight = 1, .norm = 3, .tensors = "a" },
		{ .weight = -0.3, .sigma = 0.7, .draw = 2, .tensors = "a" },
		{ .weight = 2, .sigma = 0.1, .draw = 3, .tensors = "[ac]" }
	}, other = { .weight = 1, .sigma = 1, .seed = 9 };
	float *base = values_of(&other, 1, l), *rows;
	struct resource *b;
	size_t n;

	(void)state;
	rows = mem_alloc(3 * l->n, sizeof *rows);
	for (n = 0; n < 3 * l->n; n++)
		rows[n] = base[n % l->n] / (float)(2 + n / l->n);
	b = resource_new(RESOURCE_BASIS, layout_copy(l), 3, rows);
	for (n = 0; n < 4; n++)
		add_onto(base, t, n, l);
	t[1].basis = b;
	for (n = 0; n < 4; n++)
		add_onto(base, t, n, l);
	resource_drop(b);
	mem_free(base);
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
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terms_add_up_and_cancel),
		cmocka_unit_test(a_norm_is_kept_and_a_glob_obeyed),
		cmocka_unit_test(schemes_differ_as_they_say),
		cmocka_unit_test(deviations_scale_each_tensor),
		cmocka_unit_test(in_a_basis_it_stays_in_its_span),
		cmocka_unit_test(threads_change_no_bit),
		cmocka_unit_test(onto_weights_it_is_its_vector_added),
		cmocka_unit_test(what_cannot_be_drawn_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
