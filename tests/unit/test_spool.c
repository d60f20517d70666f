/*
 * spool: whatever the bound, the rows are those of a plain array; and what
 * fails is reported.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "stream/spool.h"

static const size_t width[] = { 0, 1, 3, 1023, 1024, 1025, 2048, 5000 };
static const size_t height[] = { 0, 1, 2, 7, 40, 600 };
/* bounds, in rows: none, all of them, a few, one, not even one */
static const size_t bound[] = { 0, 600, 17, 5, 1, SIZE_MAX };
enum { WIDTHS = sizeof width / sizeof *width,
    HEIGHTS = sizeof height / sizeof *height,
    BOUNDS = sizeof bound / sizeof *bound };

static unsigned state = 1;

/* Some number below n, or 0. */
static size_t
some(size_t n)
{
	state = state * 1664525u + 1013904223u;
	return n == 0 ? 0 : (state >> 8) % n;
}

static struct spool *
spool_bounded(size_t d, size_t rows)
{
	return spool_new(d, rows == SIZE_MAX ? 1 : rows * d * sizeof(float));
}

static void
add(struct spool *s, const float *x, size_t n)
{
	size_t i, d = spool_columns(s);
	struct err e = { .rc = RC_OK };
	float *row;

	for (i = 0; i < n; i++) {
		assert_non_null(row = spool_room(s, &e));
		memcpy(row, x + i * d, d * sizeof *x);
		spool_add(s);
	}
	assert_int_equal(spool_rows(s), n);
}

/* Ranges of rows and columns, everything among them. */
static void
compare(const struct spool *s, const float *x)
{
	size_t t, i, r0, r1, c0, c1, n = spool_rows(s), d = spool_columns(s);
	struct err e = { .rc = RC_OK };
	float *y = mem_alloc(n + 1, (d + 7) * sizeof *y);

	for (t = 0; t < 12; t++) {
		r0 = t == 0 ? 0 : some(n + 1);
		c0 = t == 0 ? 0 : some(d + 1);
		r1 = t == 0 ? n : r0 + some(n - r0 + 1);
		c1 = t == 0 ? d : c0 + some(d - c0 + 1);
		assert_int_equal(spool_read(s, y, d + 7, r0, r1, c0, c1, &e),
		    0);
		for (i = r0; i < r1; i++)
			assert_memory_equal(y + (i - r0) * (d + 7),
			    x + i * d + c0, (c1 - c0) * sizeof *x);
	}
	mem_free(y);
}

static void
compare_rows(struct spool *s, const float *x)
{
	size_t i, n = spool_rows(s), d = spool_columns(s);
	struct err e = { .rc = RC_OK };
	const float *row;

	for (i = 0; i < 2 * n; i++) {
		size_t at = i < n ? i : some(n);

		assert_non_null(row = spool_row(s, at, &e));
		assert_memory_equal(row, x + at * d, d * sizeof *x);
	}
}

/* New values for ranges of s and of x. */
static void
overwrite(struct spool *s, float *x)
{
	size_t t, i, k, n = spool_rows(s), d = spool_columns(s);
	struct err e = { .rc = RC_OK };
	float *y = mem_alloc(n + 1, (d + 1) * sizeof *y);

	for (t = 0; t < 6; t++) {
		size_t r0 = some(n + 1), r1 = r0 + some(n - r0 + 1);
		size_t c0 = some(d + 1), c1 = c0 + some(d - c0 + 1);

		for (i = r0; i < r1; i++)
			for (k = c0; k < c1; k++)
				x[i * d + k] = y[(i - r0) * (d + 1) + k - c0] =
				    (float)some(1 << 20);
		assert_int_equal(spool_write(s, y, d + 1, r0, r1, c0, c1, &e),
		    0);
	}
	mem_free(y);
}

static void
check(size_t n, size_t d, size_t rows)
{
	struct spool *s = spool_bounded(d, rows);
	float *x = mem_alloc(n + 1, (d + 1) * sizeof *x);
	struct err e = { .rc = RC_OK };
	size_t i, bytes = d * sizeof *x;

	for (i = 0; i < n * d; i++)
		x[i] = (float)some(1 << 20);
	add(s, x, n);
	if (n > 0 && d > 0)
		assert_int_equal(spool_data(s) != NULL, rows == 0 ||
		    (rows != SIZE_MAX && n <= rows));
	if (rows != 0 && rows != SIZE_MAX)
		assert_true(spool_resident(s) <= rows * bytes);
	compare(s, x);
	overwrite(s, x);
	compare(s, x);
	compare_rows(s, x);
	compare(s, x);
	if (d > 0 && n > 2) {
		assert_int_equal(spool_limit(s, 2 * bytes, &e), 0);
		assert_true(spool_resident(s) <= 2 * bytes);
		compare(s, x);
	}
	spool_clear(s);
	assert_int_equal(spool_rows(s), 0);
	add(s, x, n < 9 ? n : 9);
	compare(s, x);
	spool_clear(s);
	assert_int_equal(spool_fill(s, n, &e), 0);
	assert_int_equal(spool_write(s, x, d, 0, n, 0, d, &e), 0);
	overwrite(s, x);
	compare(s, x);
	compare_rows(s, x);
	spool_free(s);
	mem_free(x);
}

static void
rows_are_those_of_an_array(void **none)
{
	size_t h, w, b;

	(void)none;
	for (h = 0; h < HEIGHTS; h++)
		for (w = 0; w < WIDTHS; w++)
			for (b = 0; b < BOUNDS; b++)
				check(height[h], width[w], bound[b]);
}

static void
the_first_row_and_all_rows_change_hands(void **none)
{
	static const float want[] = { 1, 2, 3, 4, 5, 6 };
	float *x = mem_grow(NULL, 3, sizeof *x);
	struct spool *s = spool_new(3, 0);
	struct err e = { .rc = RC_OK };

	(void)none;
	memcpy(x, want, 3 * sizeof *x);
	spool_give(s, x);
	spool_add(s);
	assert_non_null(x = spool_room(s, &e));
	memcpy(x, want + 3, 3 * sizeof *x);
	spool_add(s);
	assert_non_null(x = spool_take(s));
	assert_memory_equal(x, want, sizeof want);
	assert_int_equal(spool_rows(s), 0);
	mem_free(x);
	spool_free(s);
}

static void
a_directory_that_is_not_there_is_reported(void **none)
{
	struct spool *s = spool_new(4, 1);
	struct err e = { .rc = RC_OK };

	(void)none;
	setenv("TMPDIR", "/nonexistent/directory", 1);
	assert_null(spool_room(s, &e));
	assert_int_equal(e.rc, RC_SYSTEM);
	assert_string_equal(e.msg, "/nonexistent/directory: temporary file: "
	    "No such file or directory");
	unsetenv("TMPDIR");
	spool_free(s);
}

static void
every_failed_allocation_is_reported(void **none)
{
	enum { N = 40, D = 30 };
	unsigned long k;
	int whole = 0;

	(void)none;
	for (k = 1; !whole; k++) {
		struct err e = { .rc = RC_OK };
		struct spool *s;
		float *row = NULL;
		size_t i;

		mem_fail_at(k);
		s = spool_new(D, 9 * D * sizeof *row);
		for (i = 0; s != NULL && i < N; i++) {
			if ((row = spool_room(s, &e)) == NULL)
				break;
			memset(row, 0, D * sizeof *row);
			spool_add(s);
		}
		whole = s != NULL && i == N && spool_limit(s, 1, &e) == 0 &&
		    spool_row(s, 0, &e) != NULL;
		assert_int_equal(e.rc, whole || s == NULL ? RC_OK : RC_SYSTEM);
		spool_free(s);
		assert_true(k < 100);
	}
	mem_fail_at(0);
	assert_true(k > 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_those_of_an_array),
		cmocka_unit_test(the_first_row_and_all_rows_change_hands),
		cmocka_unit_test(a_directory_that_is_not_there_is_reported),
		cmocka_unit_test(every_failed_allocation_is_reported)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
