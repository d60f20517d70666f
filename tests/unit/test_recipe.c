/*
 * Recipes on their way through a stream.  (The vectors that they stand for:
 * test_materialise.c.)
 */
#include "notation.h"
#include "recipes.h"

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

static void
what_no_recipe_may_say_is_refused(void **state)
{
	(void)state;
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
		cmocka_unit_test(what_no_recipe_may_say_is_refused),
		cmocka_unit_test(a_failed_allocation_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
