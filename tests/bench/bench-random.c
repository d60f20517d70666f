/* bench-random: normal draws added to a parameter vector, all threads. */
#include <stdio.h>

#include "base/cpu.h"
#include "base/diag.h"
#include "base/mem.h"
#include "base/par.h"
#include "bench.h"
#include "random/normal.h"

enum { BLOCK = 1 << 16, RUNS = 5 };
static const size_t VALUES = 100000000;

static float *theta;
static struct random_key key;

CPU_CLONES static void
add(float *x, const float *z, float sigma, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		x[i] += sigma * z[i];
}

static void
perturb(void *unused, size_t b)
{
	float z[4096];
	size_t at = b * BLOCK, end = at + BLOCK, n;

	(void)unused;
	for (end = end < VALUES ? end : VALUES; at < end; at += n) {
		n = end - at < 4096 ? end - at : 4096;
		normal_fill_f32(z, &key, at, n);
		add(theta + at, z, 1e-3f, n);
	}
}

int
main(int argc, char *argv[])
{
	double rate[RUNS], t;
	int i;

	(void)argc;
	diag_init(argv[0]);
	if ((theta = mem_zalloc(VALUES, sizeof *theta)) == NULL)
		die(RC_SYSTEM, "out of memory");
	for (i = 0; i < RUNS; i++) {
		key = (struct random_key){ 1, random_name("x"), (uint32_t)i };
		t = bench_now();
		par_for((VALUES + BLOCK - 1) / BLOCK, perturb, NULL);
		rate[i] = (double)VALUES / (bench_now() - t);
	}
	printf("bench: perturbation of 1e8 parameters, drawn and applied: "
	    "%.2f of 4e8 draws/s (bar 1.00), %zu threads\n",
	    bench_median(rate, RUNS) / 4e8, par_threads());
	return 0;
}
