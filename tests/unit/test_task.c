/* Room task: answers, splits, draws and mixtures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random/philox.h"
#include "task/draw.h"
#include "task/mix.h"

enum { LENGTH = 8 };

static const struct draw train = { .split = SPLIT_TRAIN, .seed = 7,
    .length = LENGTH };

static int
compare_int(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int
compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* What each task asks for, said another way than in task.c. */
static void
expected(int *y, const char *name, const int *x)
{
	int i, j;

	for (i = 0; i < LENGTH; i++)
		if (strcmp(name, "reverse") == 0)
			y[LENGTH - 1 - i] = x[i];
		else if (strcmp(name, "add") == 0) {
			y[i] = x[2 * i] + x[2 * i + 1];
			if (y[i] > 9)
				y[i] -= 10;
		} else if (strcmp(name, "rotate") == 0)
			y[i] = i == LENGTH - 1 ? x[0] : x[i + 1];
		else if (strcmp(name, "cummax") == 0)
			for (y[i] = x[0], j = 1; j <= i; j++) {
				if (x[j] > y[i])
					y[i] = x[j];
			}
		else
			y[i] = x[i];
	if (strcmp(name, "sort") == 0)
		qsort(y, LENGTH, sizeof *y, compare_int);
}

static void
answers_are_right(void **state)
{
	int x[TASK_MAX_DIGITS], y[LENGTH], want[LENGTH];
	struct err e = { 0 };
	uint64_t i;
	size_t k;

	(void)state;
	assert_int_equal(task_count(), 6);
	for (k = 0; k < task_count(); k++)
		for (i = 0; i < 500; i++) {
			assert_int_equal(task_draw(x, task_at(k), &train, i,
			    &e), 0);
			task_at(k)->answer(y, x, LENGTH);
			expected(want, task_at(k)->name, x);
			assert_memory_equal(y, want, sizeof y);
		}
	assert_null(task_at(task_count()));
	assert_null(task_find("multiply"));
	assert_ptr_equal(task_find("sort"), task_at(2));
}

/* The draw as the header describes it. */
static void
draws_are_as_documented(void **state)
{
	const struct task *sort = task_find("sort");
	struct random_key key = { 7, random_name("task.train.sort"), 12 };
	int x[TASK_MAX_DIGITS], want[LENGTH];
	struct err e = { 0 };
	uint64_t w = 0;
	int i;

	(void)state;
	do {
		for (i = 0; i < LENGTH; i++)
			want[i] = (int)(random_word(&key, w++) / 4294967296.0
			    * 10);
	} while (split_of(want, LENGTH) != SPLIT_TRAIN);
	assert_int_equal(task_draw(x, sort, &train, 12, &e), 0);
	assert_memory_equal(x, want, sizeof want);
	assert_int_equal(task_draw(x, sort, &train, (uint64_t)1 << 32, &e),
	    -1);
	assert_non_null(strstr(e.msg, "example 4294967296"));
}

static uint64_t
code(const int *x, size_t n)
{
	uint64_t c = 0;
	size_t i;

	for (i = 0; i < n; i++)
		c = 10 * c + (uint64_t)x[i];
	return c;
}

/* Inputs so short that every one is drawn many times. */
static void
held_out_inputs_are_never_trained_on(void **state)
{
	enum { N = 20000, HELD = 3000 };
	static uint64_t seen[N];
	struct draw d = { .split = SPLIT_TRAIN, .seed = 1, .length = 4 };
	int x[TASK_MAX_DIGITS], splits[2] = { SPLIT_TEST, SPLIT_VALIDATION };
	struct err e = { 0 };
	uint64_t i, c;
	size_t k, s, n;

	(void)state;
	for (k = 0; k < task_count(); k++) {
		n = task_at(k)->operands * d.length;
		d.split = SPLIT_TRAIN;
		for (i = 0; i < N; i++) {
			d.easy = i % 2;
			assert_int_equal(task_draw(x, task_at(k), &d, i, &e),
			    0);
			seen[i] = code(x, n);
		}
		qsort(seen, N, sizeof *seen, compare_u64);
		d.easy = 0;
		for (s = 0; s < 2; s++)
			for (i = 0; i < HELD; i++) {
				d.split = (enum split)splits[s];
				assert_int_equal(task_draw(x, task_at(k), &d,
				    i, &e), 0);
				c = code(x, n);
				assert_null(bsearch(&c, seen, N, sizeof *seen,
				    compare_u64));
			}
	}
}

/* 9 degrees of freedom: 33.7 has probability 1e-4; 8 positions. */
static void
digits_are_uniform(void **state)
{
	enum { N = 40000 };
	size_t count[LENGTH][10] = { 0 }, i;
	const struct task *copy = task_find("copy");
	int x[TASK_MAX_DIGITS], p, d;
	struct err e = { 0 };
	double chi, diff;

	(void)state;
	for (i = 0; i < N; i++) {
		assert_int_equal(task_draw(x, copy, &train, i, &e), 0);
		for (p = 0; p < LENGTH; p++)
			count[p][x[p]]++;
	}
	for (p = 0; p < LENGTH; p++) {
		for (chi = 0, d = 0; d < 10; d++) {
			diff = (double)count[p][d] - N / 10.0;
			chi += diff * diff / (N / 10.0);
		}
		assert_true(chi > 0.5 && chi < 40);
	}
}

static void
splits_have_their_shares(void **state)
{
	size_t count[SPLIT_COUNT] = { 0 };
	int x[4], i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		x[0] = i / 1000;
		x[1] = i / 100 % 10;
		x[2] = i / 10 % 10;
		x[3] = i % 10;
		count[split_of(x, 4)]++;
	}
	assert_in_range(count[SPLIT_TEST], 1150, 1350);
	assert_in_range(count[SPLIT_VALIDATION], 1150, 1350);
}

/* One operand of a pair is 0 at all rates from never to always. */
static void
easy_additions_have_zeros(void **state)
{
	struct draw d = { .split = SPLIT_TRAIN, .seed = 3,
	    .length = LENGTH, .easy = 1 };
	size_t pairs[LENGTH + 1] = { 0 }, i, zeros;
	const struct task *add = task_find("add");
	int x[TASK_MAX_DIGITS], k;
	struct err e = { 0 };

	(void)state;
	for (i = 0; i < 4000; i++) {
		assert_int_equal(task_draw(x, add, &d, i, &e), 0);
		for (zeros = 0, k = 0; k < LENGTH; k++)
			zeros += x[2 * k] * x[2 * k + 1] == 0;
		pairs[zeros]++;
	}
	for (k = 0; k <= LENGTH; k++)
		assert_in_range(pairs[k], 50, 800);
}

static void
mixtures_take_turns(void **state)
{
	size_t had[3] = { 0 }, i, k;
	const struct task *t;
	struct err e = { 0 };
	uint64_t index;
	struct mix m;

	(void)state;
	assert_int_equal(mix_parse(&m, "add:3,copy,sort:2", NULL, &e), 0);
	assert_string_equal(m.names, "add,copy,sort");
	for (i = 0; i < 600; i++) {
		t = mix_example(&m, i, &index);
		for (k = 0; m.task[k] != t; k++)
			;
		assert_int_equal(index, had[k]++);
		assert_true(6 * had[k] <= m.weight[k] * (i + 1) + 6);
	}
	assert_int_equal(had[0], 300);
	assert_int_equal(had[1], 100);
	mix_free(&m);
	assert_int_equal(mix_parse(&m, "all,add:2", NULL, &e), 0);
	assert_int_equal(m.n, 6);
	assert_int_equal(m.round, 7);
	mix_free(&m);
}

static void
bad_mixtures_are_refused(void **state)
{
	static const char *const bad[] = { "", "copy,", "multiply", "add:0",
	    "add:x", "add:1x", "add:-1", "add:65", "all:" };
	struct mix m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err e = { 0 };

		assert_int_equal(mix_parse(&m, bad[i], NULL, &e), -1);
		assert_int_equal(e.rc, RC_USAGE);
		mix_free(&m);
	}
}

static void
shapes_that_do_not_fit_are_refused(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(task_max_tokens(8), 25);
	assert_int_equal(task_check(8, 32, 25, &e), 0);
	assert_int_equal(task_check(8, 32, 24, &e), -1);
	assert_string_equal(e.msg,
	    "length 8 needs 25 positions, the model has 24");
	e = (struct err){ 0 };
	assert_int_equal(task_check(8, 16, 64, &e), -1);
	assert_int_equal(e.rc, RC_INPUT);
	e = (struct err){ 0 };
	assert_int_equal(task_check(1, 32, 64, &e), -1);
	assert_int_equal(e.rc, RC_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_right),
		cmocka_unit_test(draws_are_as_documented),
		cmocka_unit_test(held_out_inputs_are_never_trained_on),
		cmocka_unit_test(digits_are_uniform),
		cmocka_unit_test(splits_have_their_shares),
		cmocka_unit_test(easy_additions_have_zeros),
		cmocka_unit_test(mixtures_take_turns),
		cmocka_unit_test(bad_mixtures_are_refused),
		cmocka_unit_test(shapes_that_do_not_fit_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
