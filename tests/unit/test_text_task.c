/*
 * text tasks: templates are filled in, orders are permutations, rows have
 * their splits, a batch is what the rows say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <xxhash.h>

#include "base/mem.h"
#include "random/philox.h"
#include "task/examples.h"
#include "task/permute.h"
#include "task/template.h"
#include "task/text_task.h"
#include "tokens.h"

static void
filled(const char *pattern, const char *row, const char *want)
{
	struct err e = { .rc = RC_OK };
	json_t *v = json_loads(row, 0, NULL);
	char *s;

	assert_non_null(v);
	s = template_fill(pattern, v, &e);
	if (want == NULL) {
		assert_null(s);
		assert_int_equal(e.rc, RC_INPUT);
	} else {
		assert_non_null(s);
		assert_string_equal(s, want);
	}
	mem_free(s);
	json_decref(v);
}

static void
patterns_are_filled_in(void **state)
{
	(void)state;
	filled("", "{}", "");
	filled("{a}{b}", "{\"a\": \"x\", \"b\": \"y\"}", "xy");
	filled("{{{a}}}", "{\"a\": \"{b}\"}", "{{b}}");
	filled("{a|b}", "{\"b\": 1}", "1");
	filled("{a|b}", "{\"a\": 2, \"b\": 1}", "2");
	filled("{a}", "{\"a\": true}", "true");
	filled("{a}", "{\"a\": -7}", "-7");
	filled("{a}", "{\"a\": 0.1}", "0.1");
	filled("{a}", "{\"a\": 150000.0}", "150000.0");
	filled("{a}", "{\"a\": 0.30000000000000004}", "0.30000000000000004");
	filled("{a}", "{\"a\": null}", NULL);
	filled("{a}", "{\"a\": {}}", NULL);
	filled("{a}", "{}", NULL);
	filled("{a|b}", "{}", NULL);
	filled("{a b}", "{\"a b\": \"\\u00e9\"}", "\xc3\xa9");
}

/* i goes somewhere else each time, for every n; other keys, other orders. */
static void
orders_are_permutations(void **state)
{
	struct random_key k = { .seed = 3, .name = random_name("x") };
	unsigned char seen[300];
	size_t n, i, j, same;

	(void)state;
	for (n = 1; n <= 300; n++) {
		memset(seen, 0, sizeof seen);
		for (i = same = 0; i < n; i++) {
			k.draw = 0;
			j = permute(i, n, &k);
			assert_true(j < n);
			assert_int_equal(seen[j]++, 0);
			k.draw = 1;
			same += permute(i, n, &k) == j;
		}
		assert_true(n < 10 || same < n / 2);
	}
}

/* Writes a file of the test's own and gives its name. */
static const char *
file(char path[64], const char *text)
{
	int fd;

	strcpy(path, "/tmp/plumbline-text-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	return path;
}

static struct text_task *
open_text(const char *text, size_t max_tokens, struct err *e)
{
	const struct parts p = { .pre = SPLIT("\\\\s+|\\\\p{L}+", "Isolated") };
	struct tokenizer *tokenizer = parse(&p);
	const struct text_source s = { tokenizer, tokenizer_size(tokenizer),
	    max_tokens };
	struct text_task *t;
	char path[64], entry[80];

	snprintf(entry, sizeof entry, "x=text:%s", file(path, text));
	t = text_task_open(entry, &s, e);
	unlink(path);
	tokenizer_free(tokenizer);
	return t;
}

static void
texts_go_to_splits_by_their_hash(void **state)
{
	struct err e = { .rc = RC_OK };
	char text[1200] = "", line[16];
	enum split want;
	struct text_task *t;
	size_t i, n[SPLIT_COUNT] = { 0 };

	(void)state;
	for (i = 0; i < 100; i++) {
		snprintf(line, sizeof line, "line %zu", i);
		switch (XXH64(line, strlen(line), 0) % 8) {
		case 0: want = SPLIT_TEST; break;
		case 1: want = SPLIT_VALIDATION; break;
		default: want = SPLIT_TRAIN;
		}
		n[want]++;
		strcat(strcat(text, line), i % 2 ? "\r\n" : "\n");
	}
	t = open_text(text, 100, &e);
	assert_non_null(t);
	assert_int_equal(t->n_rows, 100);
	for (i = 0; i < SPLIT_COUNT; i++)
		assert_int_equal(t->n_of_split[i], n[i]);
	text_task_free(t);
}

static void
a_batch_is_what_its_last_fill_says(void **state)
{
	struct err e = { .rc = RC_OK };
	struct draw d = { .seed = 1, .length = 4 };
	struct text_task *t = open_text("abc\nabd\nabe\nabf\nabg\nabh\nabi\n"
	    "too long for it\n", 3, &e);
	struct task_batch b = { .n_items = 0 };
	size_t i;

	(void)state;
	assert_non_null(t);
	assert_int_equal(t->left_out, 1);
	assert_int_equal(t->longest, 3);
	d.split = t->n_of_split[SPLIT_TRAIN] > 0 ? SPLIT_TRAIN : SPLIT_TEST;
	assert_int_equal(task_batch_fill_one(&b, &t->task, &d, 0, 20, &e), 0);
	assert_int_equal(b.b.n_seq, 20);
	for (i = 0; i < 20; i++) {
		assert_int_equal(b.start[i], 2 * i);
		assert_int_equal(b.targets[2 * i], b.tokens[2 * i + 1]);
	}
	d.answer = ANSWER_WRONG;
	assert_int_equal(task_batch_fill_one(&b, &t->task, &d, 0, 1, &e), -1);
	d.answer = ANSWER_RIGHT;
	d.split = SPLIT_TRAIN;
	e.rc = RC_OK;
	assert_int_equal(task_batch_fill_one(&b, task_at(0), &d, 0, 3, &e), 0);
	assert_null(b.text);
	assert_int_equal(b.n_items, 0);
	assert_int_equal(task_batch_shuffle(&b, 1, 0, 4, &e), 0);
	task_batch_free(&b);
	text_task_free(t);
}

/* Whichever allocation fails, there is an error and no leak. */
static void
memory_may_end_anywhere(void **state)
{
	const struct parts p = { .pre = SPLIT("\\\\s+|\\\\p{L}+", "Isolated") };
	struct tokenizer *tokenizer = parse(&p);
	const struct text_source s = { tokenizer, tokenizer_size(tokenizer),
	    50 };
	struct text_task *t = NULL;
	struct err e = { .rc = RC_SYSTEM };
	char path[64], entry[80];
	unsigned long k;

	(void)state;
	snprintf(entry, sizeof entry, "caa:%s", file(path, "{\"question\":"
	    "\"q\",\"answer_matching_behavior\":\"a\","
	    "\"answer_not_matching_behavior\":\"b\"}\n"));
	for (k = 1; t == NULL; k++) {
		assert_int_equal(e.rc, RC_SYSTEM);
		e.rc = RC_OK;
		mem_fail_at(k);
		t = text_task_open(entry, &s, &e);
		mem_fail_at(0);
	}
	assert_true(k > 10);
	text_task_free(t);
	unlink(path);
	tokenizer_free(tokenizer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_are_filled_in),
		cmocka_unit_test(orders_are_permutations),
		cmocka_unit_test(texts_go_to_splits_by_their_hash),
		cmocka_unit_test(a_batch_is_what_its_last_fill_says),
		cmocka_unit_test(memory_may_end_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
