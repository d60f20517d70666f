/*
 * formats: what .npy and .npz files may hold, rule by rule, each fault beside
 * a sound file that differs in that one thing; and that what is written reads
 * back.
 */
#include "formats.h"
#include "base/mem.h"
#include "tensor/npz.h"

/* --- npy */

static void
add_npy(struct built *f, const char *header, const void *data, size_t n)
{
	add(f, "\x93NUMPY\x01\x00", 8);
	add_number(f, strlen(header), 2);
	add(f, header, strlen(header));
	add(f, data, n);
}

/* Reads a whole array, `step' values at a time, into out. */
static int
read_npy(struct npy *a, const struct built *f, void *out, size_t step,
    struct err *e)
{
	struct byte_range r = { f->b, f->n };
	size_t at = 0, k;
	int bad = npy_open(a, byte_source_memory(&r), e);

	for (; bad == 0 && at < a->n; at += k) {
		k = a->n - at < step ? a->n - at : step;
		bad = npy_read(a, (char *)out + at * dtype_size(a->dtype), k,
		    e);
	}
	if (bad == 0)
		bad = npy_end(a, e);
	npy_close(a);
	return bad;
}

static void
npy_orders_agree(void **state)
{
	/* a[i][j][k] = 100 i + 10 j + k, of shape 2 x 3 x 2 */
	static const float row_major[12] = { 0, 1, 10, 11, 20, 21, 100, 101,
	    110, 111, 120, 121 };
	static const float fortran[12] = { 0, 100, 10, 110, 20, 120, 1, 101,
	    11, 111, 21, 121 };
	unsigned char big[48];
	float x[12];
	size_t step, i;

	(void)state;
	for (i = 0; i < sizeof big; i++)
		big[i] = ((const unsigned char *)row_major)[i / 4 * 4 + 3 -
		    i % 4];
	for (step = 1; step <= 13; step++) {
		const char *h[] = {
		    "{'descr':'<f4','fortran_order':False,'shape':(2,3,2)}",
		    "{'shape': (2, 3, 2), 'fortran_order': True, "
		    "\"descr\": \"<f4\", }   \n",
		    "{'descr':'>f4','fortran_order':False,'shape':(2,3,2,)}" };
		const void *data[] = { row_major, fortran, big };

		for (i = 0; i < 3; i++) {
			struct err e = { .rc = RC_OK };
			struct built f = { .n = 0 };
			struct npy a;

			add_npy(&f, h[i], data[i], sizeof row_major);
			assert_int_equal(read_npy(&a, &f, x, step, &e), 0);
			assert_int_equal(a.rank, 3);
			assert_int_equal(a.shape[1], 3);
			assert_memory_equal(x, row_major, sizeof x);
		}
	}
}

static void
npy_refuses(const struct built *f, const char *why)
{
	struct err e = { .rc = RC_OK };
	unsigned char out[256];
	struct npy a;

	assert_int_equal(read_npy(&a, f, out, 3, &e), -1);
	assert_int_equal(e.rc, RC_INPUT);
	if (strstr(e.msg, why) == NULL)
		fail_msg("wanted \"%s\", got \"%s\"", why, e.msg);
}

static void
npy_headers_are_refused(void **state)
{
	static const char *const bad[][2] = {
	    { "('descr')", "not a dictionary" },
	    { "{'descr':'<f4','fortran_order':False}", "is missing" },
	    { "{'descr':'<f4','descr':'<f4'}", "occurs twice" },
	    { "{'descr':'<f4','order':1}", "unknown" },
	    { "{'descr':'<f4','fortran_order':0,'shape':()}", "truth value" },
	    { "{'descr':'<f4','fortran_order':False,'shape':(3)}", "tuple" },
	    { "{'descr':'<f4','fortran_order':False,'shape':[3]}", "tuple" },
	    { "{'descr':'<f4','fortran_order':False,'shape':(-3,)}",
	      "tuple" },
	    { "{'descr':'<f4','fortran_order':False,'shape':(3,,)}",
	      "tuple" },
	    { "{'descr':'<f4','fortran_order':False,"
	      "'shape':(1,1,1,1,1,1,1,1,1)}", "dimensions" },
	    { "{'descr':'<f4','fortran_order':False,"
	      "'shape':(99999999999999999999,)}", "too large" },
	    { "{'descr':'<f4','fortran_order':False,"
	      "'shape':(4294967296,4294967296)}", "too many" },
	    { "{'descr':'<f4' 'fortran_order':False,'shape':()}", "comma" },
	    { "{'descr':'<f4','fortran_order':False,'shape':()} 1", "after" },
	    { "{'descr':'|O','fortran_order':False,'shape':()}",
	      "Python objects" },
	    { "{'descr':[('a','<f4')],'fortran_order':False,'shape':()}",
	      "structured" },
	    { "{'descr':'<c8','fortran_order':False,'shape':()}",
	      "not one that is read" },
	    { "{'descr':'|f4','fortran_order':False,'shape':()}",
	      "not one that is read" },
	    { "{'descr':'','fortran_order':False,'shape':()}",
	      "not one that is read" },
	};
	struct built f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		f.n = 0;
		add_npy(&f, bad[i][0], "\0\0\0\0", 4);
		npy_refuses(&f, bad[i][1]);
	}
}

static void
npy_files_are_refused(void **state)
{
	static const char *const orders[] = { "False", "True" };
	struct built f = { .n = 0 }, cut;
	char header[128];
	size_t i, n;

	(void)state;
	for (i = 0; i < 2; i++) {
		snprintf(header, sizeof header, "{'descr':'<f4',"
		    "'fortran_order':%s,'shape':(2,2)}", orders[i]);
		f.n = 0;
		add_npy(&f, header, "0123456789abcdef", 16);
		for (n = 0; n < f.n; n++) {	/* cut at every byte */
			cut = f;
			cut.n = n;
			npy_refuses(&cut, "");
		}
		add(&f, "", 1);
		npy_refuses(&f, "more bytes follow");
	}
	f.b[6] = 4;
	npy_refuses(&f, "version 4.0");
	f.b[6] = 2;	/* then the length has four bytes: a huge one */
	npy_refuses(&f, "bytes, at most");
	f.b[0] = 0;
	npy_refuses(&f, "magic");
}

static void
npy_header_reads_back(void **state)
{
	static const size_t shape[LAYOUT_MAX_RANK] = { 2, 1, 3, 1, 1, 1, 1,
	    1 }, large[] = { 0, 123456789012345 };
	char header[NPY_HEADER_MAX];
	size_t rank, n;
	int d;

	(void)state;
	for (d = 0; d < DT_COUNT; d++)
		for (rank = 0; rank <= LAYOUT_MAX_RANK; rank++) {
			struct built f = { .n = 0 };
			struct byte_range r = { f.b, 0 };
			struct err e = { .rc = RC_OK };
			struct npy a;

			n = npy_header(header, (enum dtype)d, rank, shape);
			assert_int_equal(n == 0, d == DT_BF16);
			assert_int_equal(n % 64, 0);
			if (n == 0)
				continue;
			add(&f, header, n);
			r.n = n;
			assert_int_equal(npy_open(&a, byte_source_memory(&r),
			    &e), 0);
			assert_int_equal(r.n, 0);
			assert_int_equal(a.dtype, d);
			assert_int_equal(a.rank, rank);
			assert_memory_equal(a.shape, shape,
			    rank * sizeof *shape);
			npy_close(&a);
		}
	assert_int_equal(npy_header(header, DT_F32, 2, large), 128);
}

/* --- npz */

static void
npz_reads_back(void **state)
{
	static const float x[6] = { 1, 2, 3, 4, 5, 6 };
	static const int64_t y[2] = { -1, INT64_MAX };
	struct byte_range rx = { (const void *)x, sizeof x };
	struct byte_range ry = { (const void *)y, sizeof y };
	struct npz_member m[] = {
	    { "x", DT_F32, 2, { 3, 2 }, byte_source_memory(&rx) },
	    { "a/y", DT_I64, 1, { 2 }, byte_source_memory(&ry) } };
	struct err e = { .rc = RC_OK };
	struct built none = { .n = 0 };
	const char *path = saved(&none);
	FILE *fp = fopen(path, "w+b");
	struct npz *z;
	struct npy a, b;
	float got[6];
	int64_t goty[2];

	(void)state;
	assert_int_equal(npz_write(fp, m, 2, &e), 0);
	fclose(fp);
	assert_non_null(z = npz_open(path, &e));
	assert_int_equal(npz_members(z), 2);
	assert_string_equal(npz_name(z, 1), "a/y");
	assert_int_equal(npz_array(z, 0, &a, &e), 0);
	assert_int_equal(npz_array(z, 1, &b, &e), 0);	/* both open */
	assert_int_equal(npy_read(&a, got, 3, &e), 0);
	assert_int_equal(npy_read(&b, goty, 2, &e), 0);
	assert_int_equal(npy_read(&a, got + 3, 3, &e), 0);
	assert_memory_equal(got, x, sizeof x);
	assert_memory_equal(goty, y, sizeof y);
	assert_int_equal(npy_end(&a, &e) | npy_end(&b, &e), 0);
	npy_close(&a);
	npy_close(&b);
	npz_close(z);
}

static ptrdiff_t
read_nothing(void *from, void *p, size_t n, struct err *e)
{
	(void)from, (void)p, (void)n;
	return err_set(e, RC_SYSTEM, "no more");
}

static void
npz_write_tells_what_failed(void **state)
{
	struct npz_member m = { "x", DT_F32, 1, { 2 }, { read_nothing,
	    NULL } };
	struct err e = { .rc = RC_OK };
	FILE *fp = tmpfile();

	(void)state;
	assert_int_equal(npz_write(fp, &m, 1, &e), -1);
	assert_int_equal(e.rc, RC_SYSTEM);
	assert_string_equal(e.msg, "no more");
	fclose(fp);
	e.rc = RC_OK;
	assert_non_null(fp = fopen("/dev/full", "w"));
	assert_int_equal(npz_write(fp, &m, 1, &e), -1);
	assert_int_equal(e.rc, RC_SYSTEM);
	fclose(fp);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(npy_orders_agree),
		cmocka_unit_test(npy_headers_are_refused),
		cmocka_unit_test(npy_files_are_refused),
		cmocka_unit_test(npy_header_reads_back),
		cmocka_unit_test(npz_reads_back),
		cmocka_unit_test(npz_write_tells_what_failed),
	};

	return cmocka_run_group_tests(tests, NULL, remove_saved);
}
