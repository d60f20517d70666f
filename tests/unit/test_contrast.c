/*
 * contrast, position: what the two sides of a pair have in common and in what
 * they differ; which token a rule chooses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "task/contrast.h"
#include "task/position.h"
#include "tokens.h"

enum { L = 4 };

static const struct draw draw = { .split = SPLIT_TEST, .seed = 9,
    .length = L };

static void
block(struct contrast_batch *t, const char *contrast, const char *task,
    uint64_t number)
{
	struct err e = { .rc = RC_OK };
	struct contrast c;

	assert_int_equal(contrast_parse(&c, contrast, &e), 0);
	assert_int_equal(contrast_check(&c, task_find(task), &e), 0);
	if (contrast_batch_fill(t, &c, task_find(task), &draw, number,
	    &e) != 0)
		fail_msg("%s", e.msg);
	assert_int_equal(t->b.n_seq, CONTRAST_BLOCK * contrast_sides(&c));
}

static size_t
tokens_of(const struct contrast_batch *t, size_t seq, const int32_t **x)
{
	*x = t->tokens + t->start[seq];
	return t->start[seq + 1] - t->start[seq];
}

/* The digits of a prompt (in) and its right answer. */
static size_t
answer_to(int *y, const struct task *task, const int32_t *x)
{
	int in[2 * L];
	size_t i, n = task->operands * L;

	for (i = 0; i < n; i++)
		in[i] = x[1 + i];
	task->answer(y, in, L);
	assert_int_equal(x[0], task->token);
	assert_int_equal(x[1 + n], TASK_EQUALS);
	return n + 2;
}

static void
plain_examples_are_what_the_model_reads(void **state)
{
	struct contrast_batch t = { .start = NULL };
	struct task_batch want = { .start = NULL };
	struct err e = { .rc = RC_OK };
	size_t i, n;
	const int32_t *x;

	(void)state;
	block(&t, "none", "add", 2);
	assert_int_equal(task_batch_fill_one(&want, task_find("add"), &draw,
	    2 * CONTRAST_BLOCK, CONTRAST_BLOCK, &e), 0);
	for (i = 0; i < CONTRAST_BLOCK; i++) {
		n = tokens_of(&t, i, &x);
		assert_int_equal(n, want.start[i + 1] - want.start[i]);
		assert_memory_equal(x, want.tokens + want.start[i],
		    n * sizeof *x);
	}
	task_batch_free(&want);
	contrast_batch_free(&t);
}

static void
answers_differ_in_their_first_digit(void **state)
{
	struct contrast_batch t = { .start = NULL };
	const int32_t *a, *b;
	size_t i, n, m, hits[TASK_BASE] = { 0 };
	int y[L];

	(void)state;
	block(&t, "answer", "sort", 0);
	for (i = 0; i < CONTRAST_BLOCK; i++) {
		n = tokens_of(&t, 2 * i, &a);
		assert_int_equal(tokens_of(&t, 2 * i + 1, &b), n);
		m = answer_to(y, task_find("sort"), a);
		assert_int_equal(n, m + 1);
		assert_memory_equal(a, b, m * sizeof *a);
		assert_int_equal(a[m], y[0]);
		assert_int_not_equal(b[m], y[0]);
		assert_in_range(b[m], 0, 9);
		hits[(b[m] - y[0] + TASK_BASE) % TASK_BASE]++;
	}
	for (i = 1; i < TASK_BASE; i++)		/* every wrong digit occurs */
		assert_int_not_equal(hits[i], 0);
	contrast_batch_free(&t);
}

static void
statements_are_true_and_false(void **state)
{
	struct contrast_batch t = { .start = NULL };
	static const char *const tasks[] = { "cummax", "add" };
	const int32_t *a, *b;
	size_t i, j, k, n, m;
	int y[L], wrong, elsewhere;

	(void)state;
	for (k = 0; k < 2; k++) {
		block(&t, "statement", tasks[k], 1);
		for (i = elsewhere = 0; i < CONTRAST_BLOCK; i++) {
			n = tokens_of(&t, 2 * i, &a);
			assert_int_equal(tokens_of(&t, 2 * i + 1, &b), n);
			m = answer_to(y, task_find(tasks[k]), a);
			assert_int_equal(n, m + L);
			assert_memory_equal(a, b, m * sizeof *a);
			for (j = wrong = 0; j < L; j++) {
				assert_int_equal(a[m + j], y[j]);
				wrong += b[m + j] != y[j];
			}
			assert_int_not_equal(wrong, 0);
			/* it is another example's answer */
			for (j = 0; j < CONTRAST_BLOCK; j++) {
				tokens_of(&t, 2 * j, &a);
				if (memcmp(a + m, b + m, L * sizeof *a) == 0)
					break;
			}
			elsewhere += j < CONTRAST_BLOCK;
		}
		assert_int_equal(elsewhere, CONTRAST_BLOCK);
	}
	contrast_batch_free(&t);
}

static void
tasks_differ_in_their_token(void **state)
{
	struct contrast_batch t = { .start = NULL };
	const int32_t *a, *b;
	size_t i, n;

	(void)state;
	block(&t, "task=reverse", "copy", 0);
	for (i = 0; i < CONTRAST_BLOCK; i++) {
		n = tokens_of(&t, 2 * i, &a);
		assert_int_equal(tokens_of(&t, 2 * i + 1, &b), n);
		assert_int_equal(n, L + 2);
		assert_int_equal(a[0], task_find("copy")->token);
		assert_int_equal(b[0], task_find("reverse")->token);
		assert_memory_equal(a + 1, b + 1, (n - 1) * sizeof *a);
		assert_int_equal(a[n - 1], TASK_EQUALS);
	}
	contrast_batch_free(&t);
}

static void
odd_contrasts_are_refused(void **state)
{
	static const char *const bad[] = { "", "nil", "task=", "task=x",
	    "answer " };
	struct err e = { .rc = RC_OK };
	struct contrast c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		e = (struct err){ .rc = RC_OK };
		assert_int_equal(contrast_parse(&c, bad[i], &e), -1);
		assert_int_equal(e.rc, RC_USAGE);
	}
	e = (struct err){ .rc = RC_OK };
	assert_int_equal(contrast_parse(&c, "task=copy", &e), 0);
	assert_int_equal(contrast_check(&c, task_find("copy"), &e), -1);
	assert_string_equal(e.msg, "task copy is on both sides");
	e = (struct err){ .rc = RC_OK };
	assert_int_equal(contrast_check(&c, task_find("add"), &e), -1);
	assert_string_equal(e.msg,
	    "operands of task add: 2, of task copy: 1");
}

static void
rules_choose_tokens(void **state)
{
	static const int32_t x[] = { 11, 3, 10, 3, 3 };
	static const struct { const char *rule; size_t at; } good[] = {
		{ "0", 0 }, { "4", 4 }, { "-1", 4 }, { "-5", 0 },
		{ "marker:=", 2 }, { "marker:3", 1 }, { "marker:11", 0 }
	};
	static const char *const absent[] = { "5", "-6", "marker:4",
	    "18446744073709551615", "-18446744073709551615" };
	static const char *const bad[] = { "", "-0", "-", "x", "1.5",
	    "marker:", "marker:\"\"", "marker:18446744073709551616", "ALL",
	    "--1" };
	struct position_rule r;
	size_t i, at;

	(void)state;
	for (i = 0; i < sizeof good / sizeof *good; i++) {
		struct err e = { .rc = RC_OK };

		assert_int_equal(position_parse(&r, good[i].rule, &e), 0);
		assert_int_equal(position_encode(&r, NULL, &e), 0);
		assert_int_equal(position_find(&at, &r, x, 5, &e), 0);
		assert_int_equal(at, good[i].at);
	}
	for (i = 0; i < sizeof absent / sizeof *absent; i++) {
		struct err e = { .rc = RC_OK };

		assert_int_equal(position_parse(&r, absent[i], &e), 0);
		assert_int_equal(position_find(&at, &r, x, 5, &e), -1);
		assert_int_equal(e.rc, RC_INPUT);
	}
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err e = { .rc = RC_OK };

		assert_int_equal(position_parse(&r, bad[i], &e), -1);
		assert_int_equal(e.rc, RC_USAGE);
	}
}

/* Token of x where the rule's text ends; SIZE_MAX: it is not there. */
static size_t
text_at(const char *rule, const struct tokenizer *t, const int32_t *x,
    size_t n)
{
	struct err e = { .rc = RC_OK };
	struct position_rule r;
	size_t at;

	assert_int_equal(position_parse(&r, rule, &e), 0);
	assert_int_equal(position_encode(&r, t, &e), 0);
	if (position_find(&at, &r, x, n, &e) != 0) {
		assert_int_equal(e.rc, RC_INPUT);
		at = SIZE_MAX;
	}
	position_free(&r);
	return at;
}

static void
texts_are_found_as_their_tokens(void **state)
{
	/* "ab" is one token; a text by itself would begin with <s> */
	const struct parts p = { .vocab = ",\"ab\":256",
	    .merges = "\"a b\"",
	    .added = "{\"id\":257,\"content\":\"<s>\",\"special\":true}",
	    .post = "{\"type\":\"TemplateProcessing\",\"single\":["
	    "{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},"
	    "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],\"pair\":[],"
	    "\"special_tokens\":{\"<s>\":{\"id\":\"<s>\",\"ids\":[257],"
	    "\"tokens\":[\"<s>\"]}}}" };
	static const int32_t x[] = { 'a', 'x', 256, '1', '0', 'a', 256, '1',
	    'x', '"' };
	static const char *const bad[] = { "marker:ab", "marker:==",
	    "marker:\"10\"" };
	struct tokenizer *t = parse(&p);
	struct position_rule r;
	size_t i, n = sizeof x / sizeof *x;

	(void)state;
	assert_int_equal(text_at("marker:ab", t, x, n), 2);
	assert_int_equal(text_at("marker:ab1", t, x, n), 3);
	assert_int_equal(text_at("marker:\"10\"", t, x, n), 4);
	assert_int_equal(text_at("marker:aab1", t, x, n), 7);
	assert_int_equal(text_at("marker:\"", t, x, n), 9);
	assert_int_equal(text_at("marker:x\"", t, x, n), 9);
	assert_int_equal(text_at("marker:a", t, x, n), 0);
	assert_int_equal(text_at("marker:256", t, x, n), 2);
	assert_int_equal(text_at("marker:b", t, x, n), SIZE_MAX);
	assert_int_equal(text_at("marker:=", t, x, n), SIZE_MAX);
	assert_int_equal(text_at("marker:x\"x", t, x, n), SIZE_MAX);
	assert_int_equal(text_at("marker:aab1", t, x, 3), SIZE_MAX);
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err e = { .rc = RC_OK };

		assert_int_equal(position_parse(&r, bad[i], &e), 0);
		assert_int_equal(position_encode(&r, NULL, &e), -1);
		assert_int_equal(e.rc, RC_USAGE);
	}
	tokenizer_free(t);
}

static void
failed_allocations_are_reported(void **state)
{
	struct contrast c = { CONTRAST_STATEMENT, NULL };
	unsigned long k;
	int r;

	(void)state;
	for (k = 1;; k++) {
		struct contrast_batch t = { .start = NULL };
		struct err e = { .rc = RC_OK };

		mem_fail_at(k);
		r = contrast_batch_fill(&t, &c, task_find("copy"), &draw, 0,
		    &e);
		mem_fail_at(0);
		contrast_batch_free(&t);
		if (r == 0)
			break;
		assert_int_equal(e.rc, RC_SYSTEM);
	}
	assert_true(k > 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_examples_are_what_the_model_reads),
		cmocka_unit_test(answers_differ_in_their_first_digit),
		cmocka_unit_test(statements_are_true_and_false),
		cmocka_unit_test(tasks_differ_in_their_token),
		cmocka_unit_test(odd_contrasts_are_refused),
		cmocka_unit_test(rules_choose_tokens),
		cmocka_unit_test(texts_are_found_as_their_tokens),
		cmocka_unit_test(failed_allocations_are_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
