/*
 * tokenizer: what is refused, by name, and failures of memory.
 */
#include "tokens.h"

static void
refused(const char *json, const char *why)
{
	struct err e = { .rc = RC_OK };
	struct tokenizer *t = tokenizer_parse(json, strlen(json), "t", &e);

	if (t != NULL)
		fail_msg("not refused: %s", why);
	assert_int_equal(e.rc, RC_INPUT);
	if (strncmp(e.msg, "t: ", 3) != 0 || strstr(e.msg, why) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", e.msg, why);
}

static void
bad_models(void **state)
{
	static const struct {
		struct parts	 p;
		const char	*why;
	} cases[] = {
	    { { .vocab = ",\"ab\":257" },
		"vocab: \"ab\": id 257, but there are 257 tokens" },
	    { { .vocab = ",\"ab\":97" }, "token \"ab\": id 97 is that of" },
	    { { .vocab = ",\"ab\":-1" }, "\"ab\": id -1" },
	    { { .vocab = ",\"ab\":4294967552" }, "\"ab\": id 4294967552" },
	    { { .vocab = ",\"ab\":\"1\"" }, "\"ab\": the id is no whole" },
	    { { .vocab = ",\"ab\":256,\"ab\":257" }, "duplicate object key" },
	    { { .merges = "\"a b\"" }, "make no token of the vocabulary" },
	    { { .vocab = ",\"ab\":256", .merges = "\"a b\",\"ab zz\"" },
		"merge 1: \"zz\" is not in the vocabulary" },
	    { { .merges = "\"ab\"" }, "merge 0: \"ab\" is not two tokens" },
	    { { .merges = "\"a b c\"" }, "is not two tokens" },
	    { { .merges = "[\"a\"]" }, "merge 0 is not two strings" },
	    { { .merges = "[\"a\",1]" }, "merge 0 is not two strings" },
	    { { .vocab = ",\"\":256", .merges = "[\"\",\"a\"]" },
		"merge 0: an empty token" },
	    { { .model = ",\"dropout\":0.1" }, "dropout is not supported" },
	    { { .model = ",\"end_of_word_suffix\":\"</w>\"" },
		"end_of_word_suffix is a string, only null is supported" },
	    { { .model = ",\"fuse_unk\":1" }, "fuse_unk is a whole number" },
	    { { .model = ",\"unk_token\":[]" }, "unk_token is an array" },
	    { { .model = ",\"max_input\":1" }, "unknown key \"max_input\"" },
	    { { .vocab = ",\"<0x00>\":256", .pre = "null", .model =
		",\"byte_fallback\":true" },
		"byte_fallback with tokens for 1 of 256 bytes" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		refused(json_of(&cases[i].p), cases[i].why);
	refused("{\"model\":{\"type\":\"Unigram\",\"vocab\":[]}}",
	    "model: type \"Unigram\" is not supported");
	refused("{\"model\":{\"type\":\"BPE\",\"vocab\":[],\"merges\":[]}}",
	    "model: vocab is an array, must be an object");
	refused("{\"model\":{\"type\":\"BPE\",\"vocab\":{}}}",
	    "model: merges is absent, must be an array");
	refused("[]", "is an array, must be an object");
	refused("{", "line 1:");
	refused("{\"model\":{},\"truncation\":{}}", "truncation is an object");
	refused("{\"model\":{},\"modle\":{}}", "unknown key \"modle\"");
}

static void
bad_added_tokens(void **state)
{
	static const struct {
		const char	*added, *why;
	} cases[] = {
	    { "{\"id\":258,\"content\":\"<s>\"}",
		"added_tokens: 0: token \"<s>\": id 258, the next is 256" },
	    { "{\"id\":3,\"content\":\"<s>\"}", "id 3, the next is 256" },
	    { "{\"id\":2,\"content\":\"a\"}", "id 2, the vocabulary has 97" },
	    { "{\"id\":256,\"content\":\"x1\"},{\"id\":256,\"content\":\"x1\"}",
		"token \"x1\" twice" },
	    { "{\"id\":256,\"content\":\"x1\"},{\"id\":256,\"content\":\"x2\"}",
		"added_tokens: 1: token \"x2\": id 256, the next is 257" },
	    { "{\"id\":256,\"content\":\"\"}", "an empty token" },
	    { "{\"id\":256}", "content is absent, must be a string" },
	    { "{\"id\":-1,\"content\":\"x1\"}", "id is -1, must be from 0" },
	    { "{\"id\":1e3,\"content\":\"x1\"}", "id is a number, must be" },
	    { "{\"id\":256,\"content\":\"x1\",\"lstrip\":0}",
		"lstrip is a whole number, must be true or false" },
	    { "{\"id\":256,\"content\":\"x1\",\"sticky\":true}",
		"unknown key \"sticky\"" },
	    { "{\"id\":256,\"content\":\"\u01ce\"},"
		"{\"id\":257,\"content\":\"a\u030c\"}",
		"ids 256 and 257 are both looked for as \"\u01ce\"" },
	    { "7", "is a whole number, must be an object" },
	};
	struct parts p = { .normalizer = "{\"type\":\"NFC\"}" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		p.added = cases[i].added;
		refused(json_of(&p), cases[i].why);
	}
}

static void
bad_steps(void **state)
{
	static const struct {
		struct parts	 p;
		const char	*why;
	} cases[] = {
	    { { .normalizer = "{\"type\":\"Lowercase\"}" },
		"normalizer: type \"Lowercase\" is not supported" },
	    { { .normalizer = "{\"type\":\"Sequence\",\"normalizers\":["
		"{\"type\":\"NFC\"},{\"type\":\"NFKC\"}]}" },
		"normalizer: type \"NFKC\" is not supported" },
	    { { .normalizer = "{\"type\":\"Replace\",\"pattern\":{\"Regex\":"
		"\"a\"},\"content\":\"\"}" }, "a Regex is not supported" },
	    { { .normalizer = "{\"type\":\"Replace\",\"pattern\":{\"String\":"
		"\"\"},\"content\":\"\"}" }, "an empty string" },
	    { { .normalizer = "{}" }, "type is absent" },
	    { { .pre = "{\"type\":\"Whitespace\"}" },
		"pre_tokenizer: type \"Whitespace\" is not supported" },
	    { { .pre = "{\"type\":\"Sequence\",\"pretokenizers\":["
		BYTE_LEVEL "," BYTE_LEVEL "]}" },
		"ByteLevel after ByteLevel is not supported" },
	    { { .pre = SPLIT("a", "Mangled") },
		"Split: behavior \"Mangled\" is not supported" },
	    { { .post = "{\"type\":\"BertProcessing\"}" },
		"post_processor: type \"BertProcessing\" is not supported" },
	    { { .post = "{\"type\":\"TemplateProcessing\",\"single\":[],"
		"\"special_tokens\":{}}" }, "must have the sequence A, once" },
	    { { .post = "{\"type\":\"TemplateProcessing\",\"single\":["
		"{\"SpecialToken\":{\"id\":\"B\"}}],\"special_tokens\":{}}" },
		"single: \"B\" is not among special_tokens" },
	    { { .post = "{\"type\":\"TemplateProcessing\",\"single\":["
		"{\"SpecialToken\":{\"id\":\"B\"}}],\"special_tokens\":"
		"{\"B\":{\"ids\":[256]}}}" }, "none of the 256 tokens" },
	    { { .decoder = "{\"type\":\"WordPiece\"}" },
		"decoder: type \"WordPiece\" is not supported" },
	    { { .decoder = "{\"type\":\"Strip\",\"content\":\"ab\","
		"\"start\":1,\"stop\":0}" }, "content is not one character" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		refused(json_of(&cases[i].p), cases[i].why);
}

/* What Oniguruma and PCRE2 read in different senses, and what is no pattern
 * for either. */
static void
bad_patterns(void **state)
{
	static const char *const cases[][2] = {
	    { "\\\\h", "\"\\h\" is not supported" },
	    { "\\\\bx", "\"\\bx\" is not supported" },
	    { "\\\\p{Greek}", "is not supported" },
	    { "(?i)x", "\"(?i)x\" is not supported" },
	    { "(?<n>x)", "is not supported" },
	    { "(*LIMIT_MATCH=1)x", "is not supported" },
	    { "x{1,2}+", "is not supported" },
	    { "x{,2}", "is not supported" },
	    { "[[:alpha:]]", "is not supported" },
	    { "[a-z&&[^b]]", "is not supported" },
	    { "[^\\\\P{L}]", "is not supported" },
	    { "[\\\\S]", "is not supported" },
	    { "(?i:\\\\p{Lu})", "is not supported" },
	    { "\\\\x{110000}", "is not supported" },
	    { "\\\\x{0x41}", "is not supported" },
	    { "\\\\", "is not supported" },
	    { "x)", "\")\" is not supported" },
	    { "(x", "missing closing parenthesis" },
	    { "[x", "is not supported" },
	    { "x*", "matches nothing at all" },
	    { "(?=x)", "matches nothing at all" },
	    { "", "matches nothing at all" },
	};
	char pre[256];
	struct parts p = { .pre = pre };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(pre, sizeof pre, SPLIT("%s", "Isolated"),
		    cases[i][0]);
		refused(json_of(&p), cases[i][1]);
		refused(json_of(&p), "pre_tokenizer: Split: regular "
		    "expression: ");
	}
}

/* The encoder's refusal of s[0..n) with t, which it frees. */
static void
not_encoded(struct tokenizer *t, const char *s, size_t n, const char *why)
{
	struct token_list l = { .n = 0 };
	struct err e = { .rc = RC_OK };

	encode(&l, t, "aa", 0);
	assert_int_equal(tokenizer_encode(&l, t, s, n, 0, &e), -1);
	assert_int_equal(e.rc, RC_INPUT);
	if (strstr(e.msg, why) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", e.msg, why);
	assert_int_equal(l.n, 2);	/* as it was */
	token_list_free(&l);
	tokenizer_free(t);
}

static void
bad_texts(void **state)
{
	const struct parts plain = { .vocab = NULL };
	const struct parts by_character = { .pre = "null",
	    .model = ",\"unk_token\":null" };
	const struct parts growing = { .normalizer = "{\"type\":\"Sequence\","
	    "\"normalizers\":[{\"type\":\"Replace\",\"pattern\":{\"String\":"
	    "\"b\"},\"content\":\"bbbbbbbbbb\"},{\"type\":\"Replace\","
	    "\"pattern\":{\"String\":\"b\"},\"content\":\"bbbbbbbbbb\"}]}" };
	const struct parts catastrophic = {
	    .pre = SPLIT("(?:b|bb|b+)+\\\\d|a", "Isolated") };
	char *s = mem_alloc(5000, 1);

	(void)state;
	memset(s, 'b', 5000);
	not_encoded(parse(&plain), "ab\xc3", 3, "byte 2: not UTF-8");
	not_encoded(parse(&plain), "a\xed\xa0\x80", 4, "byte 1: not UTF-8");
	not_encoded(parse(&plain), "\xf4\x90\x80\x80", 4, "byte 0: not UTF-8");
	not_encoded(parse(&by_character), "a\u4e00", 4,
	    "byte 1: \"\u4e00\" has no token");
	not_encoded(parse(&growing), s, 5000, "the normalizer makes more");
	s[0] = s[1] = 'a';	/* tokens before it fails */
	not_encoded(parse(&catastrophic), s, 5000, "takes too many steps");
	mem_free(s);
}

static void
bad_ids(void **state)
{
	const struct parts p = { .vocab = NULL };
	struct tokenizer *t = parse(&p);
	struct err e = { .rc = RC_OK };
	size_t n;

	(void)state;
	assert_null(tokenizer_decode(&n, t, (int32_t[]){ 1, 256 }, 2, 0, &e));
	assert_string_equal(e.msg,
	    "token 1: id 256, but there are 256 tokens");
	e.rc = RC_OK;
	assert_null(tokenizer_decode(&n, t, (int32_t[]){ -1 }, 1, 0, &e));
	assert_null(tokenizer_string(&n, t, -1));
	assert_null(tokenizer_string(&n, t, 256));
	tokenizer_free(t);
}

/* Whatever allocation fails, it is reported and nothing is leaked or torn. */
static void
memory_fails(void **state)
{
	const struct parts p = { .vocab = ",\"ab\":256", .merges = "\"a b\"",
	    .added = "{\"id\":257,\"content\":\"<a\u030c>\"}",
	    .normalizer = "{\"type\":\"NFC\"}",
	    .model = ",\"ignore_merges\":true",
	    .pre = SPLIT("\\\\p{L}+", "Isolated") };
	const char *json = json_of(&p);
	struct token_list l;
	struct tokenizer *t;
	struct err e;
	size_t n, failed = 0;
	unsigned long k;
	char *s;

	(void)state;
	for (k = 1; k <= 200; k++) {
		e.rc = RC_OK;
		s = NULL;
		l = (struct token_list){ .n = 0 };
		mem_fail_at(k);
		t = tokenizer_parse(json, strlen(json), "t", &e);
		if (t != NULL && tokenizer_encode(&l, t,
		    "ab <\u01ce> abab e\u0301", 16, 0, &e) == 0)
			s = tokenizer_decode(&n, t, l.id, l.n, 0, &e);
		mem_fail_at(0);
		/* without room to compile a search, it is interpreted */
		if (s == NULL)
			assert_int_equal(e.rc, RC_SYSTEM);
		else
			assert_string_equal(s, "ab <\u01ce> abab \u00e9");
		failed += s == NULL;
		mem_free(s);
		tokenizer_free(t);
		token_list_free(&l);
	}
	assert_true(failed > 30 && failed < 150);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_models),
		cmocka_unit_test(bad_added_tokens),
		cmocka_unit_test(bad_steps),
		cmocka_unit_test(bad_patterns),
		cmocka_unit_test(bad_texts),
		cmocka_unit_test(bad_ids),
		cmocka_unit_test(memory_fails),
	};

	return cmocka_run_group_tests_name("tokenizer_bad", tests, NULL, NULL);
}
