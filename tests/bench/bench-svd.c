/*
 * bench-svd: svd-basis from a file against the bare libraries: zstd and
 * msgpack-c to read, OpenBLAS and LAPACK with their own threads to compute,
 * once with the tool's precision (f32 widened to f64) and once all in f32.
 */
#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <msgpack.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/par.h"
#include "bench.h"
#include "random/normal.h"
#include "stream/writer.h"

enum { N = 256, D = 459840, R = 50, RUNS = 5 };

static char path[] = "/tmp/bench-svd.XXXXXX";

static void *
must(void *p)
{
	if (p == NULL)
		die(RC_SYSTEM, "out of memory");
	return p;
}

/* Gaussian vectors with a few strong common directions, as gradients are. */
static void
make_file(void)
{
	float *x = must(mem_alloc(D, sizeof *x));
	float *c = must(mem_alloc(8, D * sizeof *c));
	struct random_key k = { 1, random_name("common"), 0 };
	struct prov *p = must(prov_new());
	struct ts_labels none = { .set = 0 };
	struct layout *l = must(layout_new());
	struct err e = { .rc = RC_OK };
	struct ts_writer *w;
	FILE *fp = fdopen(mkstemp(path), "wb");
	size_t i, j, d;

	diag_add_temporary(path);
	normal_fill_f32(c, &k, 0, 8 * D);
	layout_add(l, "x", DT_F32, 1, (size_t[]){ D }, &e);
	prov_add_node(p, "bench", "0", NULL, 0, NULL);
	w = must(ts_writer_new(must(fp), "gradients",
	    (const struct layout *[]){ l }, 1, 1, 1, p, &e));
	k.name = random_name("noise");
	for (i = 0; i < N && e.rc == RC_OK; i++) {
		k.draw = (uint32_t)i;
		normal_fill_f32(x, &k, 0, D);
		for (j = 0; j < 8; j++)
			for (d = 0; d < D; d++)
				x[d] += c[j * D + d] * (float)((i >> j & 1) +
				    1) / (float)(j + 1);
		ts_write_f32(w, l, &none, x, &e);
	}
	if (e.rc != RC_OK || ts_write_end(w, p, &e) != 0)
		die_err(&e);
	if (fclose(fp) != 0)
		die(RC_SYSTEM, "%s: cannot write", path);
	ts_writer_free(w);
	prov_free(p);
	layout_free(l);
	mem_free(x);
	mem_free(c);
}

static double
time_tool(void)
{
	char command[200];
	double t = bench_now();

	snprintf(command, sizeof command,
	    "svd-basis -q -r %d %s > /dev/null", R, path);
	if (system(command) != 0)
		die(RC_SYSTEM, "svd-basis failed");
	return bench_now() - t;
}

/* All binary objects of the stream, one after the other. */
static float *
read_bare(void)
{
	float *x = must(malloc(N * (size_t)D * sizeof *x));
	char *buf = must(malloc(ZSTD_DStreamInSize()));
	ZSTD_DCtx *z = must(ZSTD_createDCtx());
	FILE *fp = must(fopen(path, "rb"));
	ZSTD_inBuffer in = { buf, 0, 0 };
	msgpack_unpacker u;
	msgpack_unpacked o;
	size_t done = 0;

	msgpack_unpacker_init(&u, 1 << 20);
	msgpack_unpacked_init(&o);
	while ((in.size = fread(buf, 1, ZSTD_DStreamInSize(), fp)) > 0)
		for (in.pos = 0; in.pos < in.size; ) {
			ZSTD_outBuffer out = { NULL, 1 << 20, 0 };

			msgpack_unpacker_reserve_buffer(&u, 1 << 20);
			out.dst = msgpack_unpacker_buffer(&u);
			if (ZSTD_isError(ZSTD_decompressStream(z, &out, &in)))
				die(RC_INPUT, "%s: zstd", path);
			msgpack_unpacker_buffer_consumed(&u, out.pos);
			while (msgpack_unpacker_next(&u, &o) ==
			    MSGPACK_UNPACK_SUCCESS) {
				if (o.data.type != MSGPACK_OBJECT_BIN)
					continue;
				memcpy((char *)x + done, o.data.via.bin.ptr,
				    o.data.via.bin.size);
				done += o.data.via.bin.size;
			}
		}
	if (done != N * (size_t)D * sizeof *x)
		die(RC_INPUT, "%s: %zu bytes", path, done);
	msgpack_unpacked_destroy(&o);
	msgpack_unpacker_destroy(&u);
	ZSTD_freeDCtx(z);
	fclose(fp);
	free(buf);
	return x;
}

static double
time_bare_f64(void)
{
	double t = bench_now();
	float *x = read_bare(), *v = must(malloc(R * (size_t)D * sizeof *v));
	double *a = must(malloc(N * (size_t)D * sizeof *a));
	double *b = must(malloc(R * (size_t)D * sizeof *b));
	double *g = must(malloc(N * N * sizeof *g)), w[N];
	size_t i, j;

	for (i = 0; i < N * (size_t)D; i++)
		a[i] = (double)x[i];
	cblas_dsyrk(CblasRowMajor, CblasLower, CblasNoTrans, N, D, 1, a, D, 0,
	    g, N);
	LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'U', N, g, N, w);
	for (i = N - R; i < N; i++)
		for (j = 0; j < N; j++)
			g[i * N + j] /= sqrt(w[i]);
	cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, R, D, N, 1,
	    g + (N - R) * N, N, a, D, 0, b, D);
	for (i = 0; i < R * (size_t)D; i++)
		v[i] = (float)b[i];
	free(x);
	free(v);
	free(a);
	free(b);
	free(g);
	return bench_now() - t;
}

static double
time_bare_f32(void)
{
	double t = bench_now();
	float *x = read_bare(), *v = must(malloc(R * (size_t)D * sizeof *v));
	float *g = must(malloc(N * N * sizeof *g)), w[N];
	size_t i, j;

	cblas_ssyrk(CblasRowMajor, CblasLower, CblasNoTrans, N, D, 1, x, D, 0,
	    g, N);
	LAPACKE_ssyevd(LAPACK_COL_MAJOR, 'V', 'U', N, g, N, w);
	for (i = N - R; i < N; i++)
		for (j = 0; j < N; j++)
			g[i * N + j] /= sqrtf(w[i]);
	cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, R, D, N, 1,
	    g + (N - R) * N, N, x, D, 0, v, D);
	free(x);
	free(v);
	free(g);
	return bench_now() - t;
}

int
main(int argc, char *argv[])
{
	double tool[RUNS], f64[RUNS], f32[RUNS], t;
	int i;

	(void)argc;
	diag_init(argv[0]);
	make_file();
	openblas_set_num_threads((int)par_threads());
	time_tool();			/* warms the file's pages */
	for (i = 0; i < RUNS; i++) {
		tool[i] = time_tool();
		f64[i] = time_bare_f64();
		f32[i] = time_bare_f32();
	}
	unlink(path);
	t = bench_median(tool, RUNS);
	printf("bench: svd-basis, %d x %d, rank %d: %.2f of bare libraries "
	    "(bar 1.50), which sum in f64 as it does\n", N, D, R,
	    t / bench_median(f64, RUNS));
	printf("bench: svd-basis, %d x %d, rank %d: %.2f of bare libraries "
	    "all in f32 (no bar); %.2f s\n", N, D, R,
	    t / bench_median(f32, RUNS), t);
	return 0;
}
