/*
 * weights: what .safetensors and GGUF files may hold, rule by rule, each fault
 * beside a sound file that differs in that one thing.
 */
#include "formats.h"
#include "base/mem.h"
#include "tensor/gguf.h"
#include "tensor/safetensors.h"

/* --- safetensors */

static void
safetensors_refuses(const char *header, size_t data, const char *why)
{
	static const char zeros[64];
	struct built f = { .n = 0 };
	struct err e = { .rc = RC_OK };
	struct safetensors *s;

	add_number(&f, strlen(header), 8);
	add(&f, header, strlen(header));
	add(&f, zeros, data);
	s = safetensors_open(saved(&f), &e);
	if (why == NULL && s == NULL)
		fail_msg("%s: %s", header, e.msg);
	if (why != NULL && (s != NULL || strstr(e.msg, why) == NULL))
		fail_msg("%s: wanted \"%s\", got \"%s\"", header, why, e.msg);
	safetensors_close(s);
}

#define T(dtype, shape, from, to) "{\"dtype\":\"" dtype "\",\"shape\":" \
	shape ",\"data_offsets\":[" from "," to "]}"

static void
safetensors_rules(void **state)
{
	static const struct {
		const char *header;
		size_t data;
		const char *why;
	} t[] = {
	    { "{\"a\":" T("F32", "[2]", "0", "8") "}", 8, NULL },
	    { "{\"a\":" T("F32", "[2]", "0", "8") "}  ", 8, NULL },
	    { "{\"a\":" T("U8", "[1]", "0", "1") ",\"b\":"	/* unaligned */
	      T("F32", "[]", "1", "5") "}", 5, NULL },
	    { "{\"__metadata__\":{\"a\":\"b\"}}", 0, NULL },
	    { "{\"a\":" T("F32", "[0,3]", "0", "0") "}", 0, NULL },
	    { "", 0, "header" },
	    { " {}", 0, "begin with '{'" },
	    { "{}\n", 0, "begin with '{'" },
	    { "[]", 0, "begin with '{'" },
	    { "{\"a\":1}", 0, "no object" },
	    { "{\"a\":" T("F32", "[2]", "0", "8") ",\"a\":"
	      T("F32", "[2]", "8", "16") "}", 16, "duplicate" },
	    { "{\"a\":" T("F32", "[2]", "0", "8") ",\"b\":"
	      T("F32", "[2]", "4", "12") "}", 12, "data begin at 4" },
	    { "{\"a\":" T("F32", "[2]", "0", "8") ",\"b\":"
	      T("F32", "[2]", "12", "20") "}", 20, "data begin at 12" },
	    { "{\"a\":" T("F32", "[2]", "4", "12") "}", 12,
	      "data begin at 4" },
	    { "{\"a\":" T("F32", "[2]", "0", "8") "}", 9, "cover 8" },
	    { "{\"a\":" T("F32", "[2]", "0", "8") "}", 7, "data end at 8" },
	    { "{\"a\":" T("F32", "[2]", "0", "7") "}", 7, "need 8" },
	    { "{\"a\":" T("F32", "[2]", "8", "0") "}", 8, "from 8 to 0" },
	    { "{\"a\":" T("F33", "[2]", "0", "8") "}", 8, "unknown dtype" },
	    { "{\"a\":" T("F32", "[-2]", "0", "8") "}", 8, "not a size" },
	    { "{\"a\":" T("F32", "[4294967296,4294967297]", "0", "0") "}", 0,
	      "too many" },
	    { "{\"a\":" T("F32", "[4611686018427387904]", "0", "0") "}", 0,
	      "too many" },
	    { "{\"a\":" T("F32", "[1,1,1,1,1,1,1,1,1]", "0", "4") "}", 4,
	      "rank 9" },
	    { "{\"a\":" T("F32", "[]", "0", "18446744073709551615") "}", 4,
	      "" },
	    { "{\"__metadata__\":{\"a\":1}}", 0, "not a string" },
	    { "{\"a\":" T("F32", "[1]", "0", "4") "} x", 4, "header" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof t / sizeof *t; i++)
		safetensors_refuses(t[i].header, t[i].data, t[i].why);
}

static void
safetensors_header_length(void **state)
{
	static const uint64_t lengths[] = { 3, 100000001, UINT64_MAX,
	    (uint64_t)1 << 63 };
	struct err e;
	struct built f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		e.rc = RC_OK;
		f.n = 0;
		add_number(&f, lengths[i], 8);
		add(&f, "{}", 2);
		assert_null(safetensors_open(saved(&f), &e));
		assert_int_equal(e.rc, RC_INPUT);
	}
	for (f.n = 0; f.n < 8; f.n++) {
		e.rc = RC_OK;
		assert_null(safetensors_open(saved(&f), &e));
	}
}

/* --- GGUF */

static void
add_text(struct built *f, const char *s)
{
	add_number(f, strlen(s), 8);
	add(f, s, strlen(s));
}

/* What can be wrong with the file of add_gguf(). */
struct faults {
	uint64_t version, keys, align, rank, size, type, offset, tail;
	const char *name;
};
static const struct faults sound = { 3, 3, 32, 1, 4, 0, 32, 0,
    "direction.2" };

/* Two tensors of four f32 at offsets 0 and 32. */
static void
add_gguf(struct built *f, const struct faults *x)
{
	static const char zeros[64];

	add(f, "GGUF", 4);
	add_number(f, x->version, 4);
	add_number(f, 2, 8);
	add_number(f, x->keys, 8);
	add_text(f, "general.architecture");
	add_number(f, 8, 4);
	add_text(f, "controlvector");
	add_text(f, "general.alignment");
	add_number(f, 4, 4);
	add_number(f, x->align, 4);
	add_text(f, "list");
	add_number(f, 9, 4);
	add_number(f, 8, 4);
	add_number(f, 2, 8);
	add_text(f, "a");
	add_text(f, "");
	add_text(f, "direction.1");
	add_number(f, 1, 4);
	add_number(f, 4, 8);
	add_number(f, 0, 4);
	add_number(f, 0, 8);
	add_text(f, x->name);
	add_number(f, x->rank, 4);
	add_number(f, x->size, 8);
	add_number(f, x->type, 4);
	add_number(f, x->offset, 8);
	add(f, zeros, (32 - f->n % 32) % 32);
	add(f, "0123456789abcdef", 16);
	add(f, zeros, 16);
	add(f, "0123456789abcdef", 16);
	add(f, zeros, x->tail);
}

/* No cut of a sound file is one. */
static void
cuts_are_refused(const struct built *f)
{
	struct built cut = *f;

	while (cut.n-- > 0) {
		struct err e = { .rc = RC_OK };

		assert_null(gguf_open(saved(&cut), &e));
		assert_int_equal(e.rc, RC_INPUT);
	}
}

static void
gguf_reads(void **state)
{
	struct built f = { .n = 0 }, empty = { .n = 0 };
	struct err e = { .rc = RC_OK };
	struct gguf *g;

	(void)state;
	add_gguf(&f, &sound);
	assert_non_null(g = gguf_open(saved(&f), &e));
	assert_string_equal(g->architecture, "controlvector");
	assert_int_equal(g->layout->n_tensors, 2);
	assert_int_equal(gguf_direction(g->layout->t[1].name), 2);
	assert_memory_equal(g->data[1], "0123456789abcdef", 16);
	gguf_close(g);
	cuts_are_refused(&f);
	add(&empty, "GGUF\3\0\0\0", 8);
	add_number(&empty, 0, 16);
	assert_non_null(g = gguf_open(saved(&empty), &e));
	assert_int_equal(g->layout->n_tensors, 0);
	gguf_close(g);
	cuts_are_refused(&empty);
}

static void
gguf_refuses(struct faults x, const char *why)
{
	struct built f = { .n = 0 };
	struct err e = { .rc = RC_OK };
	struct gguf *g;

	add_gguf(&f, &x);
	g = gguf_open(saved(&f), &e);
	if (g != NULL || strstr(e.msg, why) == NULL)
		fail_msg("wanted \"%s\", got \"%s\"", why, e.msg);
}

static void
gguf_rules(void **state)
{
	struct faults x;

	(void)state;
#define WITH(field, value, why) (x = sound, x.field = (value), \
	gguf_refuses(x, why))
	WITH(version, 1, "version 1");
	WITH(version, 0x03000000, "version");
	WITH(keys, UINT64_MAX, "key");
	WITH(align, 33, "power of two");
	WITH(align, 0, "power of two");
	WITH(rank, 5, "5 dimensions");
	WITH(size, UINT64_MAX / 2, "too many");
	WITH(size, 5000, "20000 bytes");
	WITH(size, 5, "data end");
	WITH(type, 2, "type 2");
	WITH(offset, 0, "data begin at 0");
	WITH(offset, 64, "data begin at 64");
	WITH(tail, 17, "data end");
	WITH(name, "direction.1", "occurs twice");
	WITH(name, "", "empty name");
#undef WITH
}

static void
gguf_directions(void **state)
{
	(void)state;
	assert_int_equal(gguf_direction("direction.1"), 1);
	assert_int_equal(gguf_direction("direction.120"), 120);
	assert_int_equal(gguf_direction("direction.0"), 0);
	assert_int_equal(gguf_direction("direction.01"), 0);
	assert_int_equal(gguf_direction("direction."), 0);
	assert_int_equal(gguf_direction("direction.1x"), 0);
	assert_int_equal(gguf_direction("direction.99999999999999999999"), 0);
	assert_int_equal(gguf_direction("directions.1"), 0);
}

/* Whatever allocation fails, the reader says so and leaks nothing. */
static void
allocations_fail(void **state)
{
	struct built f = { .n = 0 };
	const char *path;
	unsigned long k;
	struct gguf *g = NULL;

	(void)state;
	add_gguf(&f, &sound);
	path = saved(&f);
	for (k = 1; g == NULL && k < 100; k++) {
		struct err e = { .rc = RC_OK };

		mem_fail_at(k);
		g = gguf_open(path, &e);
		mem_fail_at(0);
		assert_int_equal(e.rc, g == NULL ? RC_SYSTEM : RC_OK);
	}
	assert_true(k > 4);
	gguf_close(g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(safetensors_rules),
		cmocka_unit_test(safetensors_header_length),
		cmocka_unit_test(gguf_reads),
		cmocka_unit_test(gguf_rules),
		cmocka_unit_test(gguf_directions),
		cmocka_unit_test(allocations_fail),
	};

	return cmocka_run_group_tests(tests, NULL, remove_saved);
}
