/*
 * stream: what a reader must refuse, and that it does so with one message
 * and no more memory than the bytes that are there.
 */
#include "notation.h"

static void
the_notation_makes_good_streams(void **state)
{
	struct bytes s = stream_of(HEAD RECORD("0") "#8 " END("1", "8"));
	struct err e;
	char *text = tell(s.p, s.n, &e);

	(void)state;
	if (text == NULL)
		fail_msg("%s", e.msg);
	free(text);
	free(s.p);
}

static void
every_cut_is_refused(void **state)
{
	struct bytes s = small_stream(3, 1);
	struct err e;
	size_t n;

	(void)state;
	for (n = 0; n < s.n; n++) {
		assert_null(tell(s.p, n, &e));
		assert_int_equal(e.rc, RC_INPUT);
	}
	refuse(s.p, 0, "s: empty: no stream");
	refuse(s.p, s.n - 1, "truncated");
	free(s.p);
}

/* Cut between frames, where every checksum is right. */
static void
a_missing_end_map_is_refused(void **state)
{
	(void)state;
	refuse_text(HEAD, "truncated: no end mark");
	refuse_text(HEAD "|" RECORD("0") "#8 ", "truncated: no end mark");
	refuse_text(HEAD "|" RECORD("0"), "truncated: no end mark");
	refuse_text(HEAD RECORD("0") "#8 " END("1", "8") HEAD,
	    "truncated: no end mark");
}

static void
a_flipped_bit_is_refused_or_changes_nothing(void **state)
{
	struct bytes s = small_stream(2, 1);
	struct err e;
	char *good = tell(s.p, s.n, &e), *text;
	size_t bit, refused = 0;

	(void)state;
	assert_non_null(good);
	for (bit = 0; bit < 8 * s.n; bit++) {
		s.p[bit / 8] = (char)(s.p[bit / 8] ^ 1 << bit % 8);
		if ((text = tell(s.p, s.n, &e)) == NULL) {
			assert_int_equal(e.rc, RC_INPUT);
			refused++;
		} else
			assert_string_equal(text, good);
		free(text);
		s.p[bit / 8] = (char)(s.p[bit / 8] ^ 1 << bit % 8);
	}
	assert_true(refused > 8 * s.n - 64);
	free(good);
	free(s.p);
}

static void
foreign_files_are_refused(void **state)
{
	static const char npy[] = "\x93NUMPY\x01\x00";

	(void)state;
	refuse("hello, world\n", 13, "offset 0: not a zstd frame");
	refuse(npy, sizeof npy, "offset 0: not a zstd frame");
	refuse_text("hello", "not a map");
	refuse_text("{hello:world}", "a map that is no header");
	refuse_text("{format:other version:1 content:vectors shard:[1 1] "
	    "layouts:[] " PROV "}", "format: not plumbline");
	refuse_text("{format:plumbline version:2 content:vectors shard:[1 1] "
	    "layouts:[] " PROV "}", "format version 2, this release reads 1");
	refuse_text("{format:plumbline version:2 new:1}",
	    "format version 2, this release reads 1");
	refuse_text("{format:plumbline}", "header: no key 'version'");
	refuse_text(RECORD("0"), "begins with a header");
}

static void
junk_behind_the_end_is_refused(void **state)
{
	struct bytes s = small_stream(1, 0), t;

	(void)state;
	t = joined(s.p, s.n, "junk", 4);
	refuse(t.p, t.n, "not a zstd frame");
	free(t.p);
	t = joined(s.p, s.n, s.p, 10);
	refuse(t.p, t.n, "truncated");
	free(t.p);
	free(s.p);
	refuse_text(HEAD END("0", "0") RECORD("0"), "begins with a header");
	refuse_text(HEAD END("0", "0") "#4", "no place in a stream");
}

static void
a_frame_needs_its_checksum(void **state)
{
	struct notation *t = encode(HEAD END("0", "0"));
	struct bytes s = framed(t->b, t->n, 0);

	(void)state;
	refuse(s.p, s.n, "offset 0: the frame has no checksum");
	free(s.p);
	free(t);
}

/* A frame that says 2^40 bytes and holds none; one that holds 2^24 + 1. */
static void
frames_are_bounded(void **state)
{
	static const unsigned char claim[] = { 0x28, 0xb5, 0x2f, 0xfd, 0xe4,
	    0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0x99, 0xe9, 0xd8, 0x51 };
	const size_t large = ((size_t)1 << 24) + 1;
	char *zeros = calloc(large, 1);
	struct bytes s;
	ZSTD_CCtx *c = ZSTD_createCCtx();

	(void)state;
	refuse(claim, sizeof claim, "a frame of 1099511627776 bytes");
	s = framed(zeros, large, 1);
	refuse(s.p, s.n, "a frame of 16777217 bytes, at most 16777216");
	/* the same without the claim */
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, 0);
	s.n = ZSTD_compress2(c, s.p, ZSTD_compressBound(large), zeros, large);
	assert_false(ZSTD_isError(s.n));
	refuse(s.p, s.n, "a frame of 16777217 bytes, at most 16777216");
	ZSTD_freeCCtx(c);
	free(s.p);
	free(zeros);
}

static void
announced_sizes_are_not_believed(void **state)
{
	(void)state;
	refuse_text("%ddffffffff", "announces more than its frame holds");
	refuse_text("%dfffffffff", "announces more than its frame holds");
	refuse_text("%dbffffffff", "announces more than its frame holds");
	refuse_text("%dcffff", "announces more than its frame holds");
	refuse_text("%a5", "announces more than its frame holds");
	refuse_text("%cf00", "announces more than its frame holds");
	refuse_text("%dd", "announces more than its frame holds");
	refuse_text("%dfffff", "announces more than its frame holds");
	refuse_text("%81", "announces more than its frame holds");
	refuse_text("%81a161", "cut by the end of its frame");
	refuse_text("%82a161a162a163", "cut by the end of its frame");
	refuse_text(HEAD RECORD("0") "%c6ffffffff00", "a chunk of 4294967295 "
	    "bytes, 8 expected");
	refuse_text(HEAD RECORD("0") "%c4", "cut by the end of its frame");
	refuse_text(HEAD RECORD("0") "%c40800", "cut by the end of its frame");
	refuse_text(HEAD RECORD("0") "%c40800|%00000000000000",
	    "cut by the end of its frame");
	refuse_text(HEAD_OF("vectors", "1 1", "[{name:a dtype:f32 "
	    "shape:[4294967296 4294967296]}]"), "tensor a: too many values");
	refuse_text(HEAD_OF("vectors", "1 1", "[{name:a dtype:u8 "
	    "shape:[4611686018427387904]}]"), "tensor a: too many values");
	refuse_text(HEAD_OF("vectors", "1 1", "[{name:a dtype:f32 "
	    "shape:[1099511627776]}]") RECORD("0") END("1", "0"),
	    "tensor a: 0 of 1099511627776 values, then something else");
	refuse_text(HEAD_OF("vectors", "1 1099511627776", PAIR),
	    "1099511627776 shards, at most");
}

static void
objects_are_bounded(void **state)
{
	/* 2^18 + 1 nils, announced and there */
	const size_t n = ((size_t)1 << 18) + 1;
	unsigned char *many = malloc(n + 5);
	struct bytes s;

	(void)state;
	memset(many, 0xc0, n + 5);
	memcpy(many, "\xdd\x00\x04\x00\x01", 5);
	s = framed(many, n + 5, 1);
	refuse(s.p, s.n, "more than 262144 elements");
	free(s.p);
	free(many);
	refuse_text("[[[[[[[[[1]]]]]]]]]", "nested deeper than 8");
	refuse_text("{format:[[[[[[[[1]]]]]]]]}", "nested deeper than 8");
	refuse_text("%c1", "no place in a stream");
	refuse_text("%d40000", "no place in a stream");
	refuse_text("{a:#3}", "no place in a stream");
}

static void
headers_are_strict(void **state)
{
	(void)state;
	refuse_text("{format:plumbline version:1 content:vectors shard:[1 1] "
	    "layouts:[] " PROV " more:1}", "header: unknown key 'more'");
	refuse_text("{format:plumbline version:1 content:vectors shard:[1 1] "
	    PROV "}", "header: no key 'layouts'");
	refuse_text("{format:plumbline format:plumbline version:1 "
	    "content:vectors shard:[1 1] layouts:[] " PROV "}",
	    "header: key 'format' twice");
	refuse_text("{1:2 format:plumbline version:1}", "a key is not text");
	refuse_text(HEAD_OF("pictures", "1 1", ""),
	    "unknown content 'pictures'");
	refuse_text(HEAD_OF("3", "1 1", ""), "content: not text");
	refuse_text(HEAD_OF("vectors", "0 1", ""), "shard 0 of 1");
	refuse_text(HEAD_OF("vectors", "2 1", ""), "shard 2 of 1");
	refuse_text(HEAD_OF("vectors", "1", ""), "shard: not a pair");
	refuse_text(HEAD_OF("vectors", "1 -1", ""), "shard: not a whole");
	refuse_text(HEAD_OF("vectors", "1 1", "[{name:a dtype:f31 shape:[]}]"),
	    "tensor a: unknown dtype 'f31'");
	refuse_text(HEAD_OF("vectors", "1 1", "[{name:'' dtype:f32 "
	    "shape:[]}]"), "empty name");
	refuse_text(HEAD_OF("vectors", "1 1", "[{name:a dtype:f32 shape:[]} "
	    "{name:a dtype:f32 shape:[]}]"), "tensor a occurs twice");
	refuse_text(HEAD_OF("vectors", "1 1", "[{name:a dtype:f32 "
	    "shape:[1 1 1 1 1 1 1 1 1]}]"), "rank 9, at most 8");
	refuse_text(HEAD_OF("vectors", "1 1", "[{name:a dtype:f32 "
	    "shape:[-1]}]"), "shape: not a whole number");
	refuse_text(HEAD_OF("vectors", "1 1", "[{name:a dtype:f32}]"),
	    "tensor: no key 'shape'");
	refuse_text(HEAD_OF("vectors", "1 1", "7"), "layout: not an array");
}

static void
text_is_utf8(void **state)
{
	(void)state;
	refuse_text(HEAD_OF("vectors", "1 1", "[{name:'\xc3(' dtype:f32 "
	    "shape:[]}]"), "tensor name: not text");
	refuse_text(HEAD_OF("vectors", "1 1", "[{name:'\xed\xa0\x80' "
	    "dtype:f32 shape:[]}]"), "tensor name: not text");
	refuse_text(HEAD "{record:0 layout:0 labels:{task:'\xff'}}",
	    "task: not text");
	refuse_text(HEAD "{record:0 layout:0 labels:{task:%a3610062}}",
	    "task: not text");
}

static void
provenance_is_strict(void **state)
{
#define WITH(prov) "{format:plumbline version:1 content:vectors " \
	"shard:[1 1] layouts:[] provenance:[" prov "]}"
	(void)state;
	refuse_text(WITH(""), "provenance: empty");
	refuse_text(WITH("{tool:t}"), "provenance: no key 'release'");
	refuse_text(WITH("{tool:1 release:r argv:[] seed:~ inputs:[]}"),
	    "tool: not text");
	refuse_text(WITH("{tool:t release:r argv:[1] seed:~ inputs:[]}"),
	    "argv: not text");
	refuse_text(WITH("{tool:t release:r argv:[] seed:-1 inputs:[]}"),
	    "seed: not a whole number");
	refuse_text(WITH("{tool:t release:r argv:[] seed:~ inputs:[{name:a "
	    "digest:~ from:[0]}]}"), "node 0 reads from node 0");
	refuse_text(WITH("{tool:t release:r argv:[] seed:~ inputs:[{name:a "
	    "digest:abc from:[]}]}"), "digest: not 32 hexadecimal digits");
	refuse_text(WITH("{tool:t release:r argv:[] seed:~ inputs:[{name:a "
	    "digest:ABCDEFABCDEFABCDEFABCDEFABCDEFAB from:[]}]}"),
	    "digest: not 32 hexadecimal digits");
#undef WITH
}

static void
records_are_strict(void **state)
{
	(void)state;
	refuse_text(HEAD RECORD("1"), "out of order: it says record 1");
	refuse_text(HEAD RECORD("0") "#8 " RECORD("0"), "record 1: out of "
	    "order: it says record 0 of its segment, which has 1 before");
	refuse_text(HEAD "{record:0 layout:1 labels:{}}",
	    "layout 1, the header has 1");
	refuse_text(HEAD "{record:0 layout:0 labels:{colour:red}}",
	    "unknown label 'colour'");
	refuse_text(HEAD "{record:0 layout:0 labels:{step:1 step:1}}",
	    "label step twice");
	refuse_text(HEAD "{record:0 layout:0 labels:{step:one}}",
	    "step: not a whole number");
	refuse_text(HEAD "{record:0 layout:0 labels:{step:"
	    "9223372036854775808}}", "step: not a whole number");
	refuse_text(HEAD "{record:0 layout:0 labels:{loss:1}}",
	    "loss: not a finite f64");
	refuse_text(HEAD "{record:0 layout:0 labels:{loss:%ca3f800000}}",
	    "loss: not a finite f64");
	refuse_text(HEAD "{record:0 layout:0 labels:{loss:"
	    "%cb7ff0000000000000}}", "loss: not a finite f64");
	refuse_text(HEAD "{record:0 layout:0 labels:[]}", "labels: not a map");
	refuse_text(HEAD RECORD("0") "#4 ", "tensor a: a chunk of 4 bytes, 8 "
	    "expected");
	refuse_text(HEAD RECORD("0") "#16 ", "tensor a: a chunk of 16 bytes, "
	    "8 expected");
	refuse_text(HEAD RECORD("0") RECORD("1"), "record 0: tensor a: 0 of 2 "
	    "values, then something else");
	refuse_text(HEAD RECORD("0") "#8 #8 ", "no place in a stream");
	refuse_text(HEAD RECORD("0") "#8 " HEAD, "a header inside a segment");
}

static void
end_maps_are_strict(void **state)
{
	(void)state;
	refuse_text(HEAD RECORD("0") "#8 " END("2", "8"),
	    "1 records, the end map says 2");
	refuse_text(HEAD RECORD("0") "#8 " END("1", "9"),
	    "8 bytes of data, the end map says 9");
	refuse_text(HEAD RECORD("0") "#8 {end:1 bytes:8 "
	    "digest:'00000000000000000000000000000000' " PROV "}",
	    "the end map says 00000000000000000000000000000000");
	refuse_text(HEAD "{end:0 bytes:0 digest:@}", "no key 'provenance'");
}

#define SHARD(i) HEAD_OF("vectors", i, PAIR) "{end:0 bytes:0 digest:@ " PROV \
	"} "

/* The digest is of one segment, so each is encoded by itself. */
static struct bytes
chain(const char *const part[])
{
	struct bytes all = { malloc(1), 0 }, s, was;

	for (; *part != NULL; part++) {
		s = stream_of(*part);
		was = all;
		all = joined(was.p, was.n, s.p, s.n);
		free(was.p);
		free(s.p);
	}
	return all;
}

static void
shards_must_be_complete(void **state)
{
	static const struct {
		const char *part[5], *message;
	} set[] = {
		{ { SHARD("1 2") }, "shard 2 of 2 is missing" },
		{ { SHARD("3 3"), SHARD("1 3") }, "shard 2 of 3 is missing" },
		{ { SHARD("1 2"), SHARD("1 2") }, "shard 1 of 2 occurs twice" },
		{ { SHARD("1 2"), SHARD("2 3") }, "2 of 3 among shards of 2" },
		{ { SHARD("1 2"), SHARD("1 1") }, "1 of 1 among shards of 2" },
		{ { SHARD("1 2"), SHARD("2 2") }, NULL },
		{ { SHARD("1 1"), SHARD("2 2"), SHARD("1 2"), SHARD("1 1") },
		    NULL },
	};
	struct bytes s;
	struct err e;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof set / sizeof *set; i++) {
		s = chain(set[i].part);
		if (set[i].message != NULL)
			refuse(s.p, s.n, set[i].message);
		else {
			assert_non_null(text = tell(s.p, s.n, &e));
			free(text);
		}
		free(s.p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_notation_makes_good_streams),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(a_missing_end_map_is_refused),
		cmocka_unit_test(a_flipped_bit_is_refused_or_changes_nothing),
		cmocka_unit_test(foreign_files_are_refused),
		cmocka_unit_test(junk_behind_the_end_is_refused),
		cmocka_unit_test(a_frame_needs_its_checksum),
		cmocka_unit_test(frames_are_bounded),
		cmocka_unit_test(announced_sizes_are_not_believed),
		cmocka_unit_test(objects_are_bounded),
		cmocka_unit_test(headers_are_strict),
		cmocka_unit_test(text_is_utf8),
		cmocka_unit_test(provenance_is_strict),
		cmocka_unit_test(records_are_strict),
		cmocka_unit_test(end_maps_are_strict),
		cmocka_unit_test(shards_must_be_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
