/*
 * reader: values of every dtype as f32, those that are not finite named, and
 * memory that is taken as values arrive.
 */
#include "notation.h"
#include "random/philox.h"
#include "stream/frame.h"

/* Values that f32 holds exactly in every dtype, and what it rounds. */
static void
all_dtypes_are_read_as_f32(void **state)
{
	struct bytes s = stream_of(HEAD_OF("vectors", "1 1",
	    "[{name:a dtype:f64 shape:[2]} {name:b dtype:f16 shape:[4]} "
	    "{name:c dtype:bf16 shape:[2]} {name:d dtype:i32 shape:[2]} "
	    "{name:e dtype:i64 shape:[2]} {name:f dtype:u8 shape:[2]}]")
	    RECORD("0")
	    "%c410182d4454fb210940000000000000f0bf"	/* pi, -1 */
	    "%c408003c0100ff7b0080"		/* 1, 2^-24, 65504, -0 */
	    "%c404803f49c0"			/* 1, -3.140625 */
	    "%c408fbffffff01000001"		/* -5, 2^24 + 1 */
	    "%c410ffffffffffffffff0000000000000080"	/* -1, -2^63 */
	    "%c40200ff"
	    END("1", "54"));
	const float want[14] = { (float)3.141592653589793, -1, 1, 0x1p-24f,
	    65504, -0.0f, 1, -3.140625f, -5, 0x1p24f, -1, -0x1p63f, 0, 255 };
	struct ts_reader *r = ts_reader_new(as_file(s.p, s.n), "s");
	struct ts_record rec;
	float x[14];

	(void)state;
	assert_int_equal(ts_read_record(r, &rec), 1);
	assert_int_equal(ts_read_f32(r, x), 0);
	assert_memory_equal(x, want, sizeof x);
	assert_int_equal(ts_read_record(r, &rec), 0);
	ts_reader_free(r);
	free(s.p);
}

static void
refuse_value(const char *text, const char *message)
{
	struct bytes s = stream_of(text);
	struct ts_reader *r = ts_reader_new(as_file(s.p, s.n), "s");
	struct ts_record rec;
	float x[2];

	assert_int_equal(ts_read_record(r, &rec), 1);
	assert_int_equal(ts_read_f32(r, x), -1);
	assert_int_equal(ts_reader_err(r)->rc, RC_INPUT);
	assert_string_equal(ts_reader_err(r)->msg, message);
	assert_int_equal(ts_read_record(r, &rec), -1);
	ts_reader_free(r);
	free(s.p);
}

static void
a_value_that_is_not_finite_is_named(void **state)
{
	(void)state;
	refuse_value(HEAD RECORD("0") "%c408000000000000c07f " END("1", "8"),
	    "s: record 0: tensor a: value 1 of 2 is not a number");
	refuse_value(HEAD RECORD("0") "%c408000080ff00000000 " END("1", "8"),
	    "s: record 0: tensor a: value 0 of 2 is infinite");
	/* 1e300 is no f32 */
	refuse_value(HEAD_OF("vectors", "1 1", "[{name:a dtype:f64 shape:[]}]")
	    RECORD("0") "%c4089c7500883ce4377e " END("1", "8"),
	    "s: record 0: tensor a: value 0 of 1 is infinite");
}

/* What a stream's first record holds, in memory of either kind. */
static int
first_record(float **x, const struct bytes *s, int fresh)
{
	struct ts_reader *r = ts_reader_new(as_file(s->p, s->n), "s");
	struct ts_record rec;
	int bad;

	assert_non_null(r);
	assert_int_equal(ts_read_record(r, &rec), 1);
	if (fresh)
		bad = ts_read_f32_new(r, x);
	else {
		*x = mem_alloc(rec.layout->n, sizeof **x);
		bad = ts_read_f32(r, *x);
	}
	assert_true(bad == 0 || ts_reader_err(r)->rc != RC_OK);
	if (bad != 0 && fresh)
		assert_null(*x);
	ts_reader_free(r);
	return bad;
}

#define THREE HEAD_OF("vectors", "1 1", "[{name:a dtype:f32 shape:[140000]} " \
	"{name:none dtype:f32 shape:[0]} {name:b dtype:u8 shape:[3]}]") \
	RECORD("0") "#262144 #262144 #35712 %c403010203 " END("1", "560003")

static void
memory_grows_as_values_arrive(void **state)
{
	struct bytes s = stream_of(THREE);
	float *x, *y;

	(void)state;
	assert_int_equal(first_record(&x, &s, 0), 0);
	assert_int_equal(first_record(&y, &s, 1), 0);
	assert_memory_equal(x, y, 140003 * sizeof *x);
	assert_true(y[140002] == 3);
	mem_free(x);
	mem_free(y);
	free(s.p);
	s = stream_of(HEAD_OF("vectors", "1 1", "[]") RECORD("0")
	    END("1", "0"));
	assert_int_equal(first_record(&y, &s, 1), 0);
	assert_non_null(y);
	mem_free(y);
	free(s.p);
}

/* 2^58 values, of which there are 2^16. */
static void
a_claim_takes_no_memory(void **state)
{
	struct bytes s = stream_of(HEAD_OF("vectors", "1 1", "[{name:a "
	    "dtype:f32 shape:[288230376151711744]}]") RECORD("0") "#262144 "
	    END("1", "262144"));
	float *y;

	(void)state;
	assert_int_equal(first_record(&y, &s, 1), -1);
	free(s.p);
	refuse_text(HEAD_OF("vectors", "1 1", "[{name:a dtype:f32 "
	    "shape:[288230376151711744]}]") RECORD("0") "#262144 "
	    END("1", "262144"), "tensor a: 65536 of 288230376151711744 values");
}

static void
growing_survives_a_failed_allocation(void **state)
{
	struct bytes s = stream_of(THREE);
	struct ts_reader *r;
	struct ts_record rec;
	unsigned long k = 0;
	float *x;
	int bad;

	(void)state;
	do {
		r = ts_reader_new(as_file(s.p, s.n), "s");
		assert_int_equal(ts_read_record(r, &rec), 1);
		mem_fail_at(++k);
		bad = ts_read_f32_new(r, &x);
		mem_fail_at(0);
		assert_int_equal(ts_reader_err(r)->rc,
		    bad ? RC_SYSTEM : RC_OK);
		ts_reader_free(r);
		mem_free(x);
	} while (bad);
	assert_true(k > 1);
	free(s.p);
}

/* Reading ahead by the size of the last frame is a guess. */
static void
frames_of_any_size_follow_each_other(void **state)
{
	static const size_t size[] = { 1, 3000000, 10, 1 << 20, 9000000, 5,
	    (1 << 20) + 1, 100000, FRAME_MAX, 1, 300000, 299999, 2000000 };
	const struct random_key k = { 4, random_name("frames"), 0 };
	uint32_t *content = mem_alloc(FRAME_MAX / 4, sizeof *content);
	struct err e = { .rc = RC_OK };
	FILE *fp = tmpfile();
	struct frame_writer *w = frame_writer_new(fp);
	struct frame_reader *r = frame_reader_new(fp);
	const unsigned char *p;
	size_t i, n;

	(void)state;
	for (i = 0; i < FRAME_MAX / 4; i += 4)
		random_block(content + i, &k, (uint32_t)i);
	for (i = 0; i < sizeof size / sizeof *size; i++)
		assert_int_equal(frame_write(w, content, size[i], &e), 0);
	assert_int_equal(lseek(fileno(fp), 0, SEEK_SET), 0);
	for (i = 0; i < sizeof size / sizeof *size; i++) {
		assert_int_equal(frame_read(r, &p, &n, &e), 1);
		assert_int_equal(n, size[i]);
		assert_memory_equal(p, content, n);
	}
	assert_int_equal(frame_read(r, &p, &n, &e), 0);
	assert_int_equal(frame_position(r), lseek(fileno(fp), 0, SEEK_CUR));
	frame_reader_free(r);
	frame_writer_free(w);
	fclose(fp);
	mem_free(content);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_dtypes_are_read_as_f32),
		cmocka_unit_test(a_value_that_is_not_finite_is_named),
		cmocka_unit_test(memory_grows_as_values_arrive),
		cmocka_unit_test(a_claim_takes_no_memory),
		cmocka_unit_test(growing_survives_a_failed_allocation),
		cmocka_unit_test(frames_of_any_size_follow_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
