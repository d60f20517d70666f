/*
 * bench-stream: writing and reading a stream of incompressible f32, in
 * records as large as the parameters of the synthetic model.  Written to
 * /dev/null; read from a file that the system holds in memory, all values of
 * a record into one array, as the tools do.  Processor time counts: nothing
 * here waits, and what else runs on the machine is not what is measured.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/mem.h"
#include "bench.h"
#include "random/philox.h"
#include "stream/reader.h"
#include "stream/writer.h"

enum { VALUES = 456768, RECORDS = 256, RUNS = 7 };

static struct layout *
layout(void)
{
	struct err e = { .rc = RC_OK };
	struct layout *l = layout_new();

	if (l == NULL || layout_add(l, "x", DT_F32, 1, (size_t[]){ VALUES },
	    &e) != 0)
		die_err(&e);
	return l;
}

/* Finite values whose fractions and low exponent bits are random. */
static void
fill(float *x)
{
	struct random_key k = { 1, random_name("bench"), 0 };
	uint32_t w[4];
	size_t i, j;

	for (i = 0; i < VALUES; i += 4) {
		random_block(w, &k, (uint32_t)(i / 4));
		for (j = 0; j < 4; j++)
			w[j] &= 0xbfffffff;
		memcpy(x + i, w, sizeof w);
	}
}

static double
write_all(FILE *fp, const struct layout *l, const float *x)
{
	struct err e = { .rc = RC_OK };
	struct prov *p = prov_new();
	struct ts_labels none = { .set = 0 };
	struct ts_writer *w;
	double t;
	int i;

	prov_add_node(p, "bench", "0", NULL, 0, NULL);
	t = bench_cpu();
	w = ts_writer_new(fp, "vectors", &l, 1, 1, 1, p, &e);
	for (i = 0; i < RECORDS && e.rc == RC_OK; i++)
		ts_write_f32(w, l, &none, x, &e);
	if (e.rc != RC_OK || ts_write_end(w, p, &e) != 0)
		die_err(&e);
	t = bench_cpu() - t;
	ts_writer_free(w);
	prov_free(p);
	return t;
}

static double
read_all(FILE *fp, float *x)
{
	struct ts_reader *r = ts_reader_new(fp, "bench");
	struct ts_record rec;
	double t = bench_cpu();
	int got;

	lseek(fileno(fp), 0, SEEK_SET);
	while ((got = ts_read_record(r, &rec)) == 1)
		if (ts_read_f32(r, x) != 0)
			break;
	if (got != 0)
		die_err(ts_reader_err(r));
	t = bench_cpu() - t;
	ts_reader_free(r);
	return t;
}

int
main(int argc, char *argv[])
{
	double w[RUNS], r[RUNS], gb = 4e-9 * VALUES * RECORDS;
	struct layout *l = layout();
	float *x = mem_alloc(VALUES, sizeof *x);
	FILE *null = fopen("/dev/null", "wb"), *fp;
	int i;

	(void)argc;
	diag_init(argv[0]);
	fp = tmpfile();
	if (x == NULL || null == NULL || fp == NULL)
		die(RC_SYSTEM, "cannot set up");
	fill(x);
	write_all(fp, l, x);
	for (i = 0; i < RUNS; i++) {
		w[i] = gb / write_all(null, l, x);
		r[i] = gb / read_all(fp, x);
	}
	printf("bench: stream, writing incompressible f32: %.2f of 2 GB/s "
	    "(bar 1.00), one core\n", bench_median(w, RUNS) / 2);
	printf("bench: stream, reading incompressible f32: %.2f of 4 GB/s "
	    "(bar 1.00), one core\n", bench_median(r, RUNS) / 4);
	return 0;
}
