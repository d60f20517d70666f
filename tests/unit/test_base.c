/*
 * base and tensor: errors, memory, text, tables, threads, the canonical
 * command line; layouts and the dtypes.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/opts.h"
#include "base/par.h"
#include "base/table.h"
#include "base/utf8.h"
#include "tensor/layout.h"

static void
the_first_error_stays(void **state)
{
	struct err e = { .rc = RC_OK };

	(void)state;
	assert_int_equal(err_set(&e, RC_INPUT, "%d of %d", 3, 4), -1);
	assert_int_equal(err_nomem(&e), -1);
	assert_int_equal(e.rc, RC_INPUT);
	assert_string_equal(e.msg, "3 of 4");
	err_prefix(&e, "file");
	assert_string_equal(e.msg, "file: 3 of 4");
}

static void
a_long_message_is_cut_not_overrun(void **state)
{
	struct err e = { .rc = RC_OK };
	char name[1000];

	(void)state;
	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	err_set(&e, RC_INPUT, "%s", name);
	assert_int_equal(strlen(e.msg), sizeof e.msg - 1);
	err_prefix(&e, "file");
	assert_int_equal(strlen(e.msg), sizeof e.msg - 1);
	assert_memory_equal(e.msg, "file: xxx", 9);
	err_prefix(&e, name);
	assert_int_equal(strlen(e.msg), sizeof e.msg - 1);
}

static void
sizes_that_overflow_are_refused(void **state)
{
	void *p;

	(void)state;
	assert_null(mem_alloc(SIZE_MAX / 2, 4));
	assert_null(mem_zalloc(SIZE_MAX, SIZE_MAX));
	assert_null(mem_grow(NULL, SIZE_MAX / 4 + 1, 8));
	assert_null(mem_alloc(SIZE_MAX, 1));
	assert_non_null(p = mem_alloc(0, 8));
	mem_free(p);
	assert_non_null(p = mem_grow(NULL, 0, 8));
	mem_free(p);
	mem_free(NULL);
	assert_non_null(p = mem_alloc(3, 1));
	assert_int_equal((uintptr_t)p % 64, 0);
	mem_free(p);
}

static void
the_kth_allocation_fails(void **state)
{
	void *p, *q;

	(void)state;
	mem_fail_at(2);
	assert_non_null(p = mem_alloc(1, 1));
	assert_null(mem_strdup("x"));
	assert_non_null(q = mem_grow(NULL, 1, 1));
	mem_free(p);
	mem_free(q);
	mem_fail_at(0);
}

static void
utf8_is_told_from_what_it_is_not(void **state)
{
	static const char *const good[] = { "", "a", "\xc3\xa9", "\xe2\x82\xac",
	    "\xf0\x9d\x84\x9e", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf",
	    "\xee\x80\x80", "a\xc3\xa9z" };
	static const char *const bad[] = { "\x80", "\xc3", "\xc0\x80",
	    "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
	    "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xe2\x82",
	    "\xc3\xa9\xa9" };
	char text[] = "a\xff" "b\xc3\xa9\xc3";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(utf8_valid(good[i], strlen(good[i])));
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(utf8_valid(bad[i], strlen(bad[i])));
	utf8_repair(text);
	assert_string_equal(text, "a?b\xc3\xa9?");
}

static char *
table_of(int json)
{
	static const char *const columns[] = { "name", "n", "x", NULL };
	char *text = NULL;
	size_t size;
	FILE *fp = open_memstream(&text, &size);
	struct table *t = table_new(fp, json, columns);

	table_text(t, "a\tb \"\\\x01");
	table_int(t, INT64_MIN);
	table_real(t, 0.1);
	table_end_row(t);
	table_na(t);
	table_na(t);
	table_real(t, NAN);
	table_end_row(t);
	table_free(t);
	fclose(fp);
	return text;
}

static void
tables_are_text_or_json(void **state)
{
	char *tsv = table_of(0), *json = table_of(1);

	(void)state;
	assert_string_equal(tsv, "name\tn\tx\n"
	    "a b \"\\\x01\t-9223372036854775808\t0.1\nNA\tNA\tNA\n");
	assert_string_equal(json,
	    "{\"name\":\"a\\u0009b \\\"\\\\\\u0001\","
	    "\"n\":-9223372036854775808,\"x\":0.1}\n"
	    "{\"name\":null,\"n\":null,\"x\":null}\n");
	free(tsv);
	free(json);
}

enum { TASKS = 1000 };

struct counts {
	int	 done[TASKS];
	int	 nested;
};

static void
inner(void *arg, size_t i)
{
	int *sum = arg;

	*sum += (int)i;		/* serial, so no race */
}

static void
outer(void *arg, size_t i)
{
	struct counts *c = arg;
	int sum = 0;

	c->done[i]++;
	if (c->nested) {
		par_for(10, inner, &sum);
		c->done[i] += sum == 45 ? 0 : 100;
	}
}

static void
every_task_runs_once(void **state)
{
	static struct counts c;
	size_t threads, i, round;

	(void)state;
	for (threads = 1; threads <= 4; threads++) {
		par_set_threads(threads);
		assert_int_equal(par_threads(), threads);
		for (round = 0; round < 20; round++) {
			memset(&c, 0, sizeof c);
			c.nested = (int)round % 2;
			par_for(TASKS, outer, &c);
			for (i = 0; i < TASKS; i++)
				assert_int_equal(c.done[i], 1);
		}
	}
	par_for(0, outer, &c);
	assert_int_equal(c.done[0], 1);
}

static void
numbers_are_read_whole(void **state)
{
	size_t n;
	double x;

	(void)state;
	assert_int_equal(opts_parse_size(&n, "18446744073709551615"), 0);
	assert_true(n == SIZE_MAX);
	assert_int_equal(opts_parse_size(&n, "18446744073709551616"), -1);
	assert_int_equal(opts_parse_size(&n, "-1"), -1);
	assert_int_equal(opts_parse_size(&n, " 1"), -1);
	assert_int_equal(opts_parse_size(&n, "1x"), -1);
	assert_int_equal(opts_parse_size(&n, ""), -1);
	assert_int_equal(opts_parse_real(&x, "-2.5e-3"), 0);
	assert_true(x == -2.5e-3);
	assert_int_equal(opts_parse_real(&x, "nan"), -1);
	assert_int_equal(opts_parse_real(&x, "inf"), -1);
	assert_int_equal(opts_parse_real(&x, "1e999"), -1);
	assert_int_equal(opts_parse_real(&x, "1 2"), -1);
}

static void
the_canonical_line_has_what_matters(void **state)
{
	static int flag, quiet, choice = 1;
	static size_t n = 3;
	static double x = 0.1;
	static uint64_t seed = UINT64_MAX;
	static const char *in = "/abs/dir/a.mpk.zst", *none, *v[2] = {
	    "n=/x/y", "rel/b" };
	static struct opt_strings list = { v, 2 };
	static const char *const words[] = { "one", "two", NULL };
	static const struct opt o[] = {
		{ 'f', "flag", NULL, OPT_FLAG, &flag, "", NULL, 0 },
		{ 'q', "quiet", NULL, OPT_FLAG, &quiet, "", NULL,
		    OPT_NEUTRAL },
		{ 'n', "n", "n", OPT_SIZE, &n, "", NULL, 0 },
		{ 'x', "x", "x", OPT_REAL, &x, "", NULL, 0 },
		{ 's', "seed", "n", OPT_SEED, &seed, "", NULL, 0 },
		{ 'c', "choice", "w", OPT_CHOICE, &choice, "", words, 0 },
		{ 'i', "in", "f", OPT_INPUT, &in, "", NULL, 0 },
		{ 'e', "empty", "f", OPT_INPUT, &none, "", NULL, 0 },
		{ 'b', "basis", "f", OPT_INPUTS, &list, "", NULL, 0 },
		OPT_END
	};
	static const char *const want[] = { "--n=3", "--x=0.1",
	    "--seed=18446744073709551615", "--choice=two", "--in=a.mpk.zst",
	    "--basis=n=y", "--basis=rel/b", "-" };
	struct tool t = { .opts = o, .max_operands = 1 };
	size_t i, argc;
	char **argv = opts_canonical(&t, &argc);

	(void)state;
	assert_int_equal(argc, sizeof want / sizeof *want);
	for (i = 0; i < argc; i++)
		assert_string_equal(argv[i], want[i]);
	opts_canonical_free(argv, argc);
}

static void
layouts_refuse_what_they_cannot_hold(void **state)
{
	const size_t huge[] = { (size_t)1 << 40, (size_t)1 << 40 };
	const size_t shape[9] = { 2, 3 }, most[] = { (size_t)1 << 59 };
	struct layout *l = layout_new(), *c;
	struct err e[5] = { { .rc = RC_OK } };
	char why[256];

	(void)state;
	assert_int_equal(layout_add(l, "a", DT_F64, 2, shape, e), 0);
	assert_int_equal(layout_add(l, "", DT_F32, 0, NULL, &e[0]), -1);
	assert_int_equal(layout_add(l, "a", DT_F32, 0, NULL, &e[1]), -1);
	assert_int_equal(layout_add(l, "b", DT_F32, 9, shape, &e[2]), -1);
	assert_int_equal(layout_add(l, "b", DT_F32, 2, huge, &e[3]), -1);
	assert_int_equal(layout_add(l, "b", DT_F32, 1, most, &e[4]), -1);
	assert_string_equal(e[4].msg, "tensor b: too many values");
	assert_int_equal(l->n_tensors, 1);
	assert_int_equal(l->n, 6);
	c = layout_as_f32(l);
	layout_difference(why, sizeof why, l, c, "the other");
	assert_string_equal(why, "tensor a: f64, the other has f32");
	assert_false(layout_equal(l, c));
	layout_free(c);
	layout_free(l);
}

/* Not the clock: how many slots of the table were looked at. */
static void
many_tensors_cost_a_few_looks_each(void **state)
{
	enum { N = 100000 };
	struct layout *l = layout_new(), *c;
	struct err e = { .rc = RC_OK };
	const size_t shape[] = { 3 };
	char name[32];
	size_t i;

	(void)state;
	for (i = 0; i < N; i++) {
		snprintf(name, sizeof name, "h.%zu.weight", i);
		assert_int_equal(layout_add(l, name, DT_F32, 1, shape, &e),
		    0);
		assert_true(l->looks < 8 * (i + 1));
	}
	assert_int_equal(l->n_tensors, N);
	for (i = 0; i < N; i += 997) {
		snprintf(name, sizeof name, "h.%zu.weight", i);
		assert_ptr_equal(layout_find(l, name), &l->t[i]);
		assert_int_equal(layout_add(l, name, DT_F32, 1, shape, &e),
		    -1);
	}
	assert_null(layout_find(l, "h.100000.weight"));
	assert_int_equal(l->n, 3 * N);
	c = layout_copy(l);
	assert_true(layout_equal(l, c));
	assert_true(c->looks < 8 * N);
	layout_free(c);
	layout_free(l);
}

/* sign, 5 bits exponent, 10 bits fraction: all of them */
static void
every_f16_is_read(void **state)
{
	uint32_t h;

	(void)state;
	for (h = 0; h < 0x10000; h++) {
		uint16_t bits = (uint16_t)h;
		int exponent = (int)(h >> 10 & 31);
		double f = h & 0x3ff, want;
		float x;

		dtype_to_f32(&x, &bits, 1, DT_F16);
		want = exponent == 0 ? ldexp(f, -24) :
		    exponent == 31 ? (f == 0 ? INFINITY : NAN) :
		    ldexp(1024 + f, exponent - 25);
		want = h & 0x8000 ? -want : want;
		assert_true(isnan(want) ? isnan(x) : x == (float)want &&
		    !signbit(x) == !signbit(want));
	}
}

/* Every value that d has is written as it is; what lies between two goes to
 * the nearer one, from the middle to the even one. */
static void
values_are_rounded_to(enum dtype d, uint16_t infinity)
{
	uint16_t h, got, next;
	float x, y, middle;

	for (h = 0; h < infinity; h++) {
		next = h + 1;
		dtype_to_f32(&x, &h, 1, d);
		dtype_to_f32(&y, &next, 1, d);
		assert_int_equal(dtype_from_f32(&got, &x, 1, d), 1);
		assert_int_equal(got, h);
		if (next == infinity)		/* as if it were a number */
			y = d == DT_F16 ? 0x1p16f : INFINITY;
		middle = isinf(y) ? 0x1.ffp127f : x + (y - x) / 2;
		dtype_from_f32(&got, &middle, 1, d);
		assert_int_equal(got, h % 2 == 0 ? h : next);
		x = -nextafterf(middle, 0);
		dtype_from_f32(&got, &x, 1, d);
		assert_int_equal(got, h | 0x8000);
		x = nextafterf(middle, INFINITY);
		assert_int_equal(dtype_from_f32(&got, &x, 1, d),
		    next != infinity);
		assert_int_equal(got, next);
	}
}

static void
halves_are_rounded(void **state)
{
	(void)state;
	values_are_rounded_to(DT_F16, 0x7c00);
	values_are_rounded_to(DT_BF16, 0x7f80);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_error_stays),
		cmocka_unit_test(a_long_message_is_cut_not_overrun),
		cmocka_unit_test(sizes_that_overflow_are_refused),
		cmocka_unit_test(the_kth_allocation_fails),
		cmocka_unit_test(utf8_is_told_from_what_it_is_not),
		cmocka_unit_test(tables_are_text_or_json),
		cmocka_unit_test(every_task_runs_once),
		cmocka_unit_test(numbers_are_read_whole),
		cmocka_unit_test(the_canonical_line_has_what_matters),
		cmocka_unit_test(layouts_refuse_what_they_cannot_hold),
		cmocka_unit_test(many_tensors_cost_a_few_looks_each),
		cmocka_unit_test(every_f16_is_read),
		cmocka_unit_test(halves_are_rounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
