/*
 * tokenizer: text to tokens and back: round trips, places, tokens in the text,
 * templates.  The library that defines the format is asked in tests/oracle.
 */
#include "tokens.h"
#include "base/par.h"

static uint32_t
draw(uint32_t *state)
{
	return *state = *state * 1664525 + 1013904223;
}

/* --- text and back */

static void
bytes_come_back(void **state)
{
	const struct parts p = { .pre = SPLIT("\\\\s+|\\\\p{L}+", "Isolated") };
	struct tokenizer *t = parse(&p);
	struct token_list l = { .n = 0 };
	struct err e = { .rc = RC_OK };
	char s[3000], *back;
	uint32_t seed = 7;
	size_t i, len = 0;
	int c;

	(void)state;
	for (i = 0; i < 900; ) {
		c = (int)((draw(&seed) >> 8) % 0x800);
		if (c >= 0x80)
			s[i++] = (char)(0xc0 | c >> 6);
		s[i++] = (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c);
	}
	assert_int_equal(tokenizer_encode(&l, t, s, i, 0, &e), 0);
	assert_int_equal(l.n, i);	/* NULs, too */
	back = tokenizer_decode(&len, t, l.id, l.n, 0, &e);
	assert_non_null(back);
	assert_int_equal(len, i);
	assert_memory_equal(back, s, i);
	mem_free(back);
	for (i = 0; i < l.n; i++) {
		assert_int_equal(l.id[i], (unsigned char)s[i]);
		assert_int_equal(l.span[i].start, i);
		assert_int_equal(l.span[i].end, i + 1);
	}
	token_list_free(&l);
	tokenizer_free(t);
}

/* Examples of the Unicode standard, section 3.9: a U+FFFD for every longest
 * beginning of a character. */
static void
broken_bytes_are_replaced(void **state)
{
	static const struct {
		int32_t		id[8];
		size_t		n;
		const char	*text;
	} cases[] = {
	    { { 'a', 0xf1, 0x80, 0x80, 'b' }, 5, "a\ufffd" "b" },
	    { { 0xe1, 0x80, 0xc2, 'b' }, 4, "\ufffd\ufffd" "b" },
	    { { 0xc0, 0xaf }, 2, "\ufffd\ufffd" },
	    { { 0xed, 0xa0, 0x80 }, 3, "\ufffd\ufffd\ufffd" },
	    { { 0xf4, 0x91, 0x92 }, 3, "\ufffd\ufffd\ufffd" },
	    { { 0xf0, 0x9f, 0x98 }, 3, "\ufffd" },
	};
	const struct parts p = { .vocab = NULL };
	struct tokenizer *t = parse(&p);
	struct err e = { .rc = RC_OK };
	size_t i, len;
	char *s;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		s = tokenizer_decode(&len, t, cases[i].id, cases[i].n, 0, &e);
		assert_non_null(s);
		assert_string_equal(s, cases[i].text);
		mem_free(s);
	}
	tokenizer_free(t);
}

/* White_Space, no more and no less: what is left of the text when blanks are
 * removed from it. */
static void
blanks_are_those_of_unicode(void **state)
{
	const struct parts p = { .pre = SPLIT("\\\\s", "Removed") };
	struct tokenizer *t = parse(&p);
	struct token_list l = { .n = 0 };

	(void)state;
	encode(&l, t, "\t\n\v\f\r \xc2\x85" "\u00a0\u1680\u2000\u2009\u200a"
	    "\u2028\u2029\u202f\u205f\u3000", 0);
	assert_int_equal(l.n, 0);
	encode(&l, t, "\u180e\u200b\ufeff\x1c\u2060", 0);
	assert_int_equal(l.n, 3 + 3 + 3 + 1 + 3);
	token_list_free(&l);
	tokenizer_free(t);
}

static void
composed_text_keeps_its_places(void **state)
{
	const struct parts p = { .normalizer = "{\"type\":\"NFC\"}" };
	struct tokenizer *t = parse(&p);
	struct token_list l = { .n = 0 };

	(void)state;
	/* e and an acute: 3 bytes of text, 2 of the composition */
	encode(&l, t, "xe\u0301y", 0);
	assert_int_equal(l.n, 4);
	assert_int_equal(l.id[1], 0xc3);
	assert_int_equal(l.id[2], 0xa9);
	assert_int_equal(l.span[1].start, 1);
	assert_int_equal(l.span[2].end, 4);
	assert_int_equal(l.span[3].start, 4);
	l.n = 0;
	/* below before above, and an order that nothing composes */
	encode(&l, t, "q\u0307\u0323", 0);
	assert_int_equal(l.n, 5);
	assert_int_equal(l.id[2], 0xa3);
	assert_int_equal(l.id[4], 0x87);
	l.n = 0;
	/* a mark of Unicode 10: it stays behind the one of class 240 */
	encode(&l, t, "q\u0345\u1df6", 0);
	assert_int_equal(l.n, 6);
	assert_int_equal(l.id[1], 0xcd);
	l.n = 0;
	encode(&l, t, "\u1100\u1161\u11a8\u00c5", 0);	/* Hangul: one */
	assert_int_equal(l.n, 3 + 2);
	assert_int_equal(l.id[0], 0xea);
	assert_int_equal(l.span[2].end, 9);
	token_list_free(&l);
	tokenizer_free(t);
}

/* --- tokens in the text */

#define ADDED(id, text, flags) "{\"id\":" #id ",\"content\":\"" text "\"" \
	flags "}"

static void
added_tokens(void **state)
{
	const struct parts p = { .vocab = ",\"ab\":256", .merges = "\"a b\"",
	    .added = ADDED(257, "<s>", ",\"special\":true") ","
	    ADDED(258, "<s>>", ",\"special\":true") ","
	    ADDED(259, "word", ",\"single_word\":true") ","
	    ADDED(260, "<l>", ",\"lstrip\":true") ","
	    ADDED(261, "<r>", ",\"rstrip\":true") ","
	    ADDED(262, " <q>", ",\"lstrip\":true") };
	struct token_list l = { .n = 0 };
	struct tokenizer *t = parse(&p);
	struct err e = { .rc = RC_OK };
	size_t len;
	char *s;

	(void)state;
	assert_int_equal(tokenizer_size(t), 263);
	assert_int_equal(tokenizer_id(t, "<s>"), 257);
	assert_int_equal(tokenizer_id(t, "<t>"), -1);
	assert_true(tokenizer_is_special(t, 257));
	assert_false(tokenizer_is_special(t, 259));
	assert_false(tokenizer_is_special(t, 263));
	/* the longest, and no merge across */
	ASSERT_TOKENS(t, "a<s>b<s>>ab", 'a', 257, 'b', 258, 256);
	ASSERT_TOKENS(t, "word words", 259, ' ', 'w', 'o', 'r', 'd', 's');
	ASSERT_TOKENS(t, "\u00e9word", 0xc3, 0xa9, 'w', 'o', 'r', 'd');
	ASSERT_TOKENS(t, "a \u3000<l> a", 'a', 260, ' ', 'a');
	ASSERT_TOKENS(t, "a <r>\t\u3000a", 'a', ' ', 261, 'a');
	ASSERT_TOKENS(t, "<r> <l> a", 261, 260, ' ', 'a');
	encode(&l, t, "<r>  <q>", 0);	/* its blank is taken */
	assert_int_equal(l.n, 2);
	assert_int_equal(l.span[0].end, 5);
	assert_int_equal(l.span[1].start, 5);
	token_list_free(&l);
	s = tokenizer_decode(&len, t, (int32_t[]){ 257, 256, 259 }, 3,
	    TOKENIZER_SKIP_SPECIAL, &e);
	assert_string_equal(s, "abword");
	mem_free(s);
	tokenizer_free(t);
}

static void
templates(void **state)
{
	const struct parts p = { .added = ADDED(256, "<s>",
	    ",\"special\":true") "," ADDED(257, "</s>", ",\"special\":true"),
	    .post = "{\"type\":\"TemplateProcessing\",\"single\":["
	    "{\"SpecialToken\":{\"id\":\"B\",\"type_id\":0}},"
	    "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},"
	    "{\"SpecialToken\":{\"id\":\"</s>\",\"type_id\":0}}],\"pair\":[],"
	    "\"special_tokens\":{\"B\":{\"id\":\"B\",\"ids\":[256,65],"
	    "\"tokens\":[\"<s>\",\"A\"]},\"</s>\":{\"id\":\"</s>\","
	    "\"ids\":[257],\"tokens\":[\"</s>\"]}}}" };
	static const int32_t want[] = { 256, 65, 'a', 257 };
	struct tokenizer *t = parse(&p);
	struct token_list l = { .n = 0 };

	(void)state;
	encode(&l, t, "a", TOKENIZER_ADD_SPECIAL);
	assert_int_equal(l.n, 4);
	assert_memory_equal(l.id, want, sizeof want);
	assert_int_equal(l.span[1].end, 0);
	assert_int_equal(l.span[3].start, 1);
	l.n = 0;
	encode(&l, t, "a", 0);
	assert_int_equal(l.n, 1);
	token_list_free(&l);
	tokenizer_free(t);
}

/* A prompt and its answer, apart and together: the first token whose span
 * ends behind the prompt is where the answer begins. */
static void
an_answer_is_found(void **state)
{
	const struct parts p = { .vocab = ",\"ab\":256", .merges = "\"a b\"" };
	struct tokenizer *t = parse(&p);
	struct token_list apart = { .n = 0 }, joint = { .n = 0 };
	size_t at = 0;

	(void)state;
	encode(&apart, t, "xa", 0);
	encode(&apart, t, "b", 0);
	assert_int_equal(apart.n, 3);
	assert_int_equal(apart.span[2].start, 0);
	encode(&joint, t, "xab", 0);
	assert_int_equal(joint.n, 2);
	while (joint.span[at].end <= 2)
		at++;
	assert_int_equal(at, 1);
	assert_int_equal(joint.id[at], 256);
	token_list_free(&apart);
	token_list_free(&joint);
	tokenizer_free(t);
}

/* --- characters, with bytes to fall back on */

static void
characters(void **state)
{
	struct parts p = { .vocab = ",\"\u2581\":256,\"<unk>\":257,"
	    "\"\u2581a\":258", .merges = "\"\u2581 a\"",
	    .model = ",\"unk_token\":\"<unk>\",\"fuse_unk\":true",
	    .normalizer = "{\"type\":\"Sequence\",\"normalizers\":["
	    "{\"type\":\"Prepend\",\"prepend\":\"\u2581\"},{\"type\":"
	    "\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":"
	    "\"\u2581\"}]}", .pre = "null",
	    .decoder = "{\"type\":\"Sequence\",\"decoders\":[{\"type\":"
	    "\"Replace\",\"pattern\":{\"String\":\"\u2581\"},\"content\":"
	    "\" \"},{\"type\":\"ByteFallback\"},{\"type\":\"Fuse\"},{\"type\":"
	    "\"Strip\",\"content\":\" \",\"start\":1,\"stop\":0}]}" };
	struct tokenizer *t = parse(&p);
	struct token_list l = { .n = 0 };
	struct err e = { .rc = RC_OK };
	size_t len;
	char *s;

	(void)state;
	encode(&l, t, "a b\u4e00\u4e01 a", 0);
	assert_int_equal(l.n, 5);
	assert_int_equal(l.id[0], 258);
	assert_int_equal(l.span[0].start, 0);
	assert_int_equal(l.span[0].end, 1);
	assert_int_equal(l.id[3], 257);		/* two characters, fused */
	assert_int_equal(l.span[3].end - l.span[3].start, 6);
	l.n = 0;
	encode(&l, t, "b", 0);
	assert_int_equal(l.n, 2);
	assert_int_equal(l.id[0], 256);
	assert_int_equal(l.span[0].end, 0);	/* not in the text */
	l.n = 0;
	encode(&l, t, "a b a", 0);
	s = tokenizer_decode(&len, t, l.id, l.n, 0, &e);
	assert_string_equal(s, "a b a");
	mem_free(s);
	token_list_free(&l);
	tokenizer_free(t);
}

/* --- one tokenizer, many threads */

struct shared {
	const struct tokenizer *t;
	size_t	n[64];
};

static void
encode_one(void *arg, size_t i)
{
	struct shared *s = arg;
	struct token_list l = { .n = 0 };
	struct err e = { .rc = RC_OK };
	char text[64];
	size_t n = i % 60;

	memset(text, 'a', n);
	if (tokenizer_encode(&l, s->t, text, n, 0, &e) == 0)
		s->n[i] = l.n;
	token_list_free(&l);
}

static void
threads_share(void **state)
{
	const struct parts p = { .vocab = ",\"aa\":256", .merges = "\"a a\"",
	    .normalizer = "{\"type\":\"NFC\"}",
	    .pre = SPLIT("\\\\p{L}{1,7}", "Isolated") };
	struct tokenizer *t = parse(&p);
	struct shared s = { .t = t };
	size_t i;

	(void)state;
	par_for(64, encode_one, &s);
	for (i = 0; i < 64; i++)	/* 7 letters: 4 tokens */
		assert_int_equal(s.n[i], i % 60 / 7 * 4 + (i % 60 % 7 + 1) / 2);
	tokenizer_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_come_back),
		cmocka_unit_test(broken_bytes_are_replaced),
		cmocka_unit_test(blanks_are_those_of_unicode),
		cmocka_unit_test(composed_text_keeps_its_places),
		cmocka_unit_test(added_tokens),
		cmocka_unit_test(templates),
		cmocka_unit_test(an_answer_is_found),
		cmocka_unit_test(characters),
		cmocka_unit_test(threads_share),
	};

	return cmocka_run_group_tests_name("tokenizer", tests, NULL, NULL);
}
