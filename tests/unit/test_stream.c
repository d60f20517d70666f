/*
 * stream: what is written is read again, whatever its layouts, segments and
 * frames are; the writer's bytes depend on its data alone; a full disk.
 */
#include <math.h>

#include "stream/digest.h"
#include "notation.h"

static const float small[7] = { 1, -2, 3.5f, 0x1p-149f, 0x1p127f, -0.0f,
    0.1f };

static void
what_is_written_is_read(void **state)
{
	struct bytes s = small_stream(3, 0);
	struct ts_reader *r = ts_reader_new(as_file(s.p, s.n), "s");
	struct layout *l = small_layout();
	struct ts_record rec;
	float x[7];
	size_t i;

	(void)state;
	assert_null(ts_reader_content(r));
	assert_int_equal(ts_reader_start(r), 1);
	assert_string_equal(ts_reader_content(r), "gradients");
	assert_int_equal(ts_reader_layouts(r), 1);
	assert_true(layout_equal(ts_reader_layout(r, 0), l));
	for (i = 0; i < 3; i++) {
		assert_int_equal(ts_read_record(r, &rec), 1);
		assert_int_equal(rec.record, i);
		assert_true(layout_equal(rec.layout, l));
		assert_int_equal(rec.labels.v[L_STEP].i, (int64_t)i - 1);
		assert_true(rec.labels.v[L_LOSS].x == 0.25 * (double)i);
		assert_string_equal(rec.labels.v[L_TASK].s, "copy");
		assert_false(labels_has(&rec.labels, L_SEED));
		assert_int_equal(ts_read_f32(r, x), 0);
		assert_memory_equal(x, small, sizeof x);
	}
	assert_string_equal(ts_reader_digest(r), "");
	assert_int_equal(ts_read_record(r, &rec), 0);
	assert_int_equal(ts_read_record(r, &rec), 0);
	assert_int_equal(strlen(ts_reader_digest(r)), 32);
	ts_reader_free(r);
	layout_free(l);
	free(s.p);
}

static void
the_digest_is_of_the_uncompressed_bytes(void **state)
{
	struct bytes one = small_stream(2, 1), two, plain;
	char hex[DIGEST_SIZE];
	struct err e;
	char *text;

	(void)state;
	two = joined(one.p, one.n, one.p, one.n);
	plain = unframed(two.p, two.n);
	digest_bytes(hex, plain.p, plain.n);
	assert_non_null(text = tell(two.p, two.n, &e));
	assert_non_null(strstr(text, hex));
	free(text);
	free(plain.p);
	free(two.p);
	free(one.p);
}

static void
records_may_bring_their_layout(void **state)
{
	struct bytes s = stream_of(HEAD_OF("activations", "1 1", "")
	    "{record:0 layout:[{name:h dtype:f32 shape:[2 1]}] labels:{}} #8 "
	    "{record:1 layout:[] labels:{}}"
	    "{record:2 layout:[{name:h dtype:f32 shape:[0]}] labels:{}}"
	    "{record:3 layout:[{name:h dtype:f32 shape:[]}] labels:{site:x}} "
	    "#4 " END("4", "12"));
	struct err e;
	char *text = tell(s.p, s.n, &e);

	(void)state;
	assert_non_null(text);
	assert_ptr_equal(strstr(text,
	    "activations 0 h:f32[2,1] h@0:0000000000000000\n"
	    "activations 1\n"
	    "activations 2 h:f32[0]\n"
	    "activations 3 h:f32[] site=x h@0:00000000\n"), text);
	free(text);
	free(s.p);
}

/* cat a b: records are counted on, contents may differ. */
static void
segments_read_as_one_stream(void **state)
{
	struct bytes a = small_stream(2, 1), s;
	struct bytes b = stream_of(HEAD_OF("basis", "1 1", PAIR) RECORD("0")
	    "#8 " END("1", "8"));
	struct err e;
	char *text;

	(void)state;
	s = joined(a.p, a.n, b.p, b.n);
	text = tell(s.p, s.n, &e);
	assert_non_null(text);
	assert_non_null(strstr(text, "gradients 1 a:f32[2,3]"));
	assert_non_null(strstr(text, "basis 2 a:f32[2]"));
	free(text);
	free(s.p);
	free(b.p);
	free(a.p);
}

/* Skippable frames, one of them empty, before, between and behind ours. */
static void
skippable_frames_are_skipped(void **state)
{
	static const char skip[] = "\x53\x2a\x4d\x18\x05\x00\x00\x00hello"
	    "\x5f\x2a\x4d\x18\x00\x00\x00\x00";
	enum { SKIP = sizeof skip - 1 };
	struct bytes s = small_stream(2, 1), all = { malloc(1), 0 }, was;
	struct err e;
	char *want = tell(s.p, s.n, &e), *got;
	size_t at, n;

	(void)state;
	for (at = 0; at <= s.n; at += n) {
		n = at == s.n ? 1 : ZSTD_findFrameCompressedSize(s.p + at,
		    s.n - at);
		was = all;
		all = joined(was.p, was.n, skip, SKIP);
		free(was.p);
		was = all;
		all = joined(was.p, was.n, s.p + at, at == s.n ? 0 : n);
		free(was.p);
	}
	assert_non_null(got = tell(all.p, all.n, &e));
	assert_string_equal(got, want);
	/* an empty frame says nothing, but must be sound */
	refuse(all.p, all.n - 1, "truncated");
	free(got);
	free(want);
	free(all.p);
	free(s.p);
}

enum { LARGE = 700001 };	/* values; several chunks, several frames */

/* A record written in pieces of step bytes. */
static struct bytes
large_stream(size_t step)
{
	static float x[LARGE];
	const size_t shape[] = { LARGE };
	struct bytes s = { NULL, 0 };
	FILE *fp = open_memstream(&s.p, &s.n);
	struct layout *l = layout_new();
	const struct layout *ls[] = { l };
	struct err e = { .rc = RC_OK };
	struct prov *p = one_node();
	struct ts_labels labels;
	struct ts_writer *w;
	size_t i, n;

	for (i = 0; i < LARGE; i++)
		x[i] = (float)(i * 2654435761u % 1000003);
	layout_add(l, "x", DT_F32, 1, shape, &e);
	w = ts_writer_new(fp, "vectors", ls, 1, 1, 1, p, &e);
	labels_init(&labels);
	assert_int_equal(ts_write_record(w, l, &labels, &e), 0);
	for (i = 0; i < sizeof x; i += n) {
		n = step < sizeof x - i ? step : sizeof x - i;
		assert_int_equal(ts_write_values(w, (char *)x + i, n, &e), 0);
	}
	assert_int_equal(ts_write_end(w, p, &e), 0);
	ts_writer_free(w);
	prov_free(p);
	layout_free(l);
	fclose(fp);
	return s;
}

static void
bytes_depend_on_the_data_alone(void **state)
{
	static const size_t step[] = { 4, 999, 1 << 18, (1 << 20) + 3 };
	struct bytes all = large_stream(LARGE * sizeof(float)), s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof step / sizeof *step; i++) {
		s = large_stream(step[i]);
		assert_int_equal(s.n, all.n);
		assert_memory_equal(s.p, all.p, s.n);
		free(s.p);
	}
	free(all.p);
}

static void
chunks_are_full_but_the_last(void **state)
{
	struct bytes s = large_stream(1 << 20);
	struct ts_reader *r = ts_reader_new(as_file(s.p, s.n), "s");
	const size_t full = (1 << 18) / sizeof(float);
	struct ts_record rec;
	struct ts_chunk c;
	size_t at;

	(void)state;
	assert_int_equal(ts_read_record(r, &rec), 1);
	for (at = 0; at < LARGE; at += c.n) {
		assert_int_equal(ts_read_chunk(r, &c), 1);
		assert_int_equal(c.offset, at);
		assert_int_equal(c.n, LARGE - at < full ? LARGE - at : full);
	}
	assert_int_equal(ts_read_chunk(r, &c), 0);
	assert_int_equal(ts_read_record(r, &rec), 0);
	ts_reader_free(r);
	free(s.p);
}

/* A record that was flushed is read while the stream is still open. */
static void
a_flushed_record_can_be_read_at_once(void **state)
{
	struct layout *l = small_layout();
	const struct layout *ls[] = { l };
	struct err e = { .rc = RC_OK };
	struct prov *p = one_node();
	struct ts_labels labels;
	struct ts_record rec;
	struct ts_reader *r;
	struct ts_writer *w;
	FILE *in, *out;
	int fd[2], i;
	float x[7];

	(void)state;
	labels_init(&labels);
	assert_int_equal(pipe(fd), 0);
	in = fdopen(fd[0], "rb");
	out = fdopen(fd[1], "wb");
	w = ts_writer_new(out, "updates", ls, 1, 1, 1, p, &e);
	r = ts_reader_new(in, "s");
	assert_int_equal(ts_reader_start(r), 1);
	for (i = 0; i < 3; i++) {
		assert_int_equal(ts_write_f32(w, l, &labels, small, &e), 0);
		assert_int_equal(ts_write_flush(w, &e), 0);
		assert_int_equal(ts_read_record(r, &rec), 1);
		assert_int_equal(ts_read_f32(r, x), 0);
		assert_true(ts_reader_at_frame_end(r));
	}
	assert_int_equal(ts_write_end(w, p, &e), 0);
	fclose(out);
	assert_int_equal(ts_read_record(r, &rec), 0);
	ts_reader_free(r);
	ts_writer_free(w);
	fclose(in);
	prov_free(p);
	layout_free(l);
}

static void
the_writer_wants_whole_records(void **state)
{
	struct layout *l = small_layout();
	struct err e = { .rc = RC_OK }, f = e, g = e, h = e;
	FILE *fp = tmpfile();
	struct prov *p = one_node();
	struct ts_writer *w = ts_writer_new(fp, "vectors", NULL, 0, 1, 1, p,
	    &e);
	struct ts_labels labels;

	(void)state;
	labels_init(&labels);
	assert_int_equal(ts_write_record(w, l, &labels, &e), 0);
	assert_int_equal(ts_write_values(w, small, 24, &e), 0);
	assert_int_equal(ts_write_end(w, p, &e), -1);
	assert_string_equal(e.msg, "record 0 was not written whole");
	assert_int_equal(ts_write_values(w, small, 8, &f), -1);
	assert_string_equal(f.msg, "more values than record 0 has");
	labels_set_real(&labels, L_NORM, NAN);
	assert_int_equal(ts_write_record(w, l, &labels, &g), -1);
	assert_string_equal(g.msg, "label norm is not finite");
	labels_unset(&labels, L_NORM);
	labels_set_text(&labels, L_NAME, "\xff");
	assert_int_equal(ts_write_record(w, l, &labels, &h), -1);
	assert_string_equal(h.msg, "label name is not UTF-8");
	labels_clear(&labels);
	ts_writer_free(w);
	prov_free(p);
	layout_free(l);
	fclose(fp);
}

static void
a_full_disk_is_reported(void **state)
{
	FILE *fp = fopen("/dev/full", "wb");
	struct err e = { .rc = RC_OK };
	struct prov *p = one_node();

	(void)state;
	if (fp == NULL)
		skip();
	assert_null(ts_writer_new(fp, "vectors", NULL, 0, 1, 1, p, &e));
	assert_int_equal(e.rc, RC_SYSTEM);
	assert_string_equal(e.msg, "write: No space left on device");
	prov_free(p);
	fclose(fp);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(the_digest_is_of_the_uncompressed_bytes),
		cmocka_unit_test(records_may_bring_their_layout),
		cmocka_unit_test(segments_read_as_one_stream),
		cmocka_unit_test(skippable_frames_are_skipped),
		cmocka_unit_test(bytes_depend_on_the_data_alone),
		cmocka_unit_test(chunks_are_full_but_the_last),
		cmocka_unit_test(a_flushed_record_can_be_read_at_once),
		cmocka_unit_test(the_writer_wants_whole_records),
		cmocka_unit_test(a_full_disk_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
