/*
 * bench-sketch: random projections of a vector, as ratio to normal draws of
 * as many values in the same run, all threads.  A projection draws a block of
 * four words for each value, a normal draw one word.
 */
#include <stdio.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/par.h"
#include "bench.h"
#include "random/normal.h"
#include "random/sketch.h"

enum { BLOCK = 1 << 16, RUNS = 5, TENSORS = 32 };
static const size_t VALUES = 1 << 26;

static float *x;
static struct random_key key;

static void
draw(void *unused, size_t b)
{
	(void)unused;
	normal_fill_f32(x + b * BLOCK, &key, b * BLOCK, BLOCK);
}

static struct layout *
make_layout(struct err *e)
{
	struct layout *l = layout_new();
	size_t n = VALUES / TENSORS;
	char name[32];
	int i;

	for (i = 0; l != NULL && i < TENSORS; i++) {
		snprintf(name, sizeof name, "h.%d.weight", i);
		if (layout_add(l, name, DT_F32, 1, &n, e) != 0)
			die_err(e);
	}
	return l;
}

static void
compare(const struct layout *l, size_t k, struct err *e)
{
	struct sketch *s = sketch_new(l, k, 1, e);
	float *y = mem_alloc(k, sizeof *y);
	double ratio[RUNS], t, drawn;
	int i;

	if (s == NULL)
		die_err(e);
	if (y == NULL)
		die(RC_SYSTEM, "out of memory");
	for (i = 0; i < RUNS; i++) {
		key = (struct random_key){ 1, random_name("x"), (uint32_t)i };
		t = bench_now();
		par_for(VALUES / BLOCK, draw, NULL);
		drawn = bench_now() - t;
		t = bench_now();
		sketch_f32(y, s, x);
		ratio[i] = drawn / (bench_now() - t);
	}
	printf("bench: %zu projections of 2^26 values: %.2f of the rate of "
	    "normal draws (no bar), %zu threads\n", k,
	    bench_median(ratio, RUNS), par_threads());
	sketch_free(s);
	mem_free(y);
}

int
main(int argc, char *argv[])
{
	struct err e = { .rc = RC_OK };
	struct layout *l;

	(void)argc;
	diag_init(argv[0]);
	l = make_layout(&e);
	x = mem_zalloc(VALUES, sizeof *x);
	if (l == NULL || x == NULL)
		die(RC_SYSTEM, "out of memory");
	compare(l, 1 << 12, &e);
	compare(l, 1 << 16, &e);
	layout_free(l);
	mem_free(x);
	return 0;
}
