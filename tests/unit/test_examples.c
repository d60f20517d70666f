/* Room task: packed batches and scores. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "task/examples.h"

enum { LENGTH = 8 };

static const struct draw train = { .split = SPLIT_TRAIN, .seed = 7,
    .length = LENGTH };

static void
batches_are_packed(void **state)
{
	struct task_batch t = { 0 }, u = { 0 };
	struct err e = { 0 };
	struct mix m;
	size_t i, j, n, len;

	(void)state;
	assert_int_equal(mix_parse(&m, "copy,add", NULL, &e), 0);
	assert_int_equal(task_batch_fill(&t, &m, &train, 40, 10, &e), 0);
	assert_int_equal(batch_check(&t.b, TASK_VOCAB,
	    task_max_tokens(LENGTH), &e), 0);
	assert_int_equal(batch_targets(&t.b, 0, 10), 10 * LENGTH);
	for (i = 0; i < 10; i++) {
		const int32_t *x = t.b.tokens + t.b.start[i];
		const int32_t *y = t.b.targets + t.b.start[i];

		n = i % 2 ? 16 : 8;
		len = t.b.start[i + 1] - t.b.start[i];
		assert_int_equal(len, n + 1 + LENGTH);
		assert_int_equal(x[0], i % 2 ? 14 : 11);
		assert_int_equal(x[n + 1], TASK_EQUALS);
		for (j = 0; j <= n; j++)
			assert_int_equal(y[j], -1);
		for (j = n + 2; j < len; j++)
			assert_int_equal(x[j], y[j - 1]);
		for (j = 0; j < LENGTH; j++)
			assert_int_equal(y[n + 1 + j], i % 2 ?
			    (x[1 + 2 * j] + x[2 + 2 * j]) % 10 : x[1 + j]);
		/* the same example by itself */
		assert_int_equal(task_batch_fill(&u, &m, &train, 40 + i, 1,
		    &e), 0);
		assert_int_equal(u.b.start[1], len);
		assert_memory_equal(u.b.tokens, x, len * sizeof *x);
		assert_memory_equal(u.b.targets, y, len * sizeof *y);
	}
	task_batch_free(&t);
	task_batch_free(&u);
	mix_free(&m);
}

enum { SHUFFLED = 16 };

/* u is t with each answer given to another example, and each once. */
static void
check_shuffled(const struct batch *u, const struct batch *t)
{
	size_t i, j, used = 0, size = LENGTH * sizeof(int32_t);

	for (i = 0; i < SHUFFLED; i++) {
		const int32_t *y = u->targets + u->start[i + 1] - LENGTH;
		const int32_t *x = u->tokens + u->start[i + 1] - LENGTH;

		/* the input stays */
		assert_memory_equal(x - LENGTH - 1, t->tokens + t->start[i],
		    LENGTH * sizeof *x);
		assert_memory_equal(x + 1, y, size - sizeof *y);
		for (j = 0; memcmp(y, t->targets + t->start[j + 1] - LENGTH,
		    size) != 0; j++)
			assert_true(j + 1 < SHUFFLED);
		assert_int_not_equal(i, j);
		assert_false(used >> j & 1);
		used |= (size_t)1 << j;
	}
}

static void
shuffled_labels_are_another_examples(void **state)
{
	struct task_batch t = { 0 }, u = { 0 };
	struct err e = { 0 };
	struct mix m;
	uint32_t draw;

	(void)state;
	assert_int_equal(mix_parse(&m, "reverse", NULL, &e), 0);
	assert_int_equal(task_batch_fill(&t, &m, &train, 0, SHUFFLED, &e), 0);
	for (draw = 0; draw < 20; draw++) {
		assert_int_equal(task_batch_fill(&u, &m, &train, 0, SHUFFLED,
		    &e), 0);
		assert_int_equal(task_batch_shuffle(&u, 5, draw, LENGTH, &e),
		    0);
		check_shuffled(&u.b, &t.b);
	}
	assert_int_equal(task_batch_fill(&t, &m, &train, 0, 1, &e), 0);
	assert_int_equal(task_batch_shuffle(&t, 5, 0, LENGTH, &e), -1);
	task_batch_free(&t);
	task_batch_free(&u);
	mix_free(&m);
}

static void
failed_allocations_are_reported(void **state)
{
	unsigned long k;
	int status;

	(void)state;
	for (k = 1, status = -1; status < 0; k++) {
		struct task_batch t = { 0 };
		struct err e = { 0 };
		struct mix m;

		mem_fail_at(k);
		status = mix_parse(&m, "copy,sort", NULL, &e);
		if (status == 0)
			status = task_batch_fill(&t, &m, &train, 0, 4, &e);
		mem_fail_at(0);
		assert_int_equal(e.rc, status < 0 ? RC_SYSTEM : RC_OK);
		task_batch_free(&t);
		mix_free(&m);
	}
	assert_in_range(k, 8, 16);
}

static void
scores_are_means(void **state)
{
	const struct batch_result r = { .loss_sum = 6, .n_targets = 12,
	    .n_correct = 9, .n_seq = 4, .n_exact = 1 }, none = { 0 };

	(void)state;
	assert_true(score_loss(&r) == 0.5);
	assert_true(score_token_accuracy(&r) == 0.75);
	assert_true(score_exact_match(&r) == 0.25);
	assert_true(score_loss(&none) != score_loss(&none));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(batches_are_packed),
		cmocka_unit_test(shuffled_labels_are_another_examples),
		cmocka_unit_test(failed_allocations_are_reported),
		cmocka_unit_test(scores_are_means),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
