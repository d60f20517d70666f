/*
 * tokenizer: the files of a directory, in the older layout too.
 */
#define _XOPEN_SOURCE 700	/* realpath */
#include "tokens.h"

#include <unistd.h>

static char dir[] = "/tmp/test_tokenizer.XXXXXX";

static const char *
in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static void
write_file(const char *name, const char *text)
{
	FILE *fp = fopen(in_dir(name), "w");

	assert_non_null(fp);
	fputs(text, fp);
	assert_int_equal(fclose(fp), 0);
}

static void
not_loaded(const char *why)
{
	struct err e = { .rc = RC_OK };

	assert_null(tokenizer_load(dir, &e));
	assert_int_equal(e.rc, RC_INPUT);
	if (strncmp(e.msg, dir, strlen(dir)) != 0 ||
	    strstr(e.msg, why) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", e.msg, why);
}

static struct tokenizer *
loaded(void)
{
	struct err e = { .rc = RC_OK };
	struct tokenizer *t = tokenizer_load(dir, &e);

	if (t == NULL)
		fail_msg("%s", e.msg);
	return t;
}

static void
older_files(void **state)
{
	char bytes[8192], vocab[9000];
	struct tokenizer *t;

	(void)state;
	bytes_json(bytes);
	snprintf(vocab, sizeof vocab, "{%s,\"ab\":256,\"abc\":257}", bytes);
	not_loaded(": neither tokenizer.json nor vocab.json");
	write_file("vocab.json", vocab);
	not_loaded("/merges.txt: No such file");
	write_file("merges.txt", "#version: 0.2\na b\nab c\n");
	t = loaded();
	ASSERT_TOKENS(t, "abcab", 257, 256);
	tokenizer_free(t);
	write_file("merges.txt", "#version: 0.2\r\na b\r\nab c");
	t = loaded();
	ASSERT_TOKENS(t, "abcab", 257, 256);
	tokenizer_free(t);
	write_file("merges.txt", "a b\n\nab c\n");
	not_loaded("/merges.txt: line 2: not two tokens");
	write_file("merges.txt", "#version: 0.2\na b c\n");
	not_loaded("/merges.txt: line 2: not two tokens");
	write_file("merges.txt", "#version: 0.2\na b\nb a\n");
	not_loaded("/merges.txt: line 3: merge 1: \"b\" and \"a\" make no");
	write_file("merges.txt", "a b\n");
	write_file("vocab.json", "[]");
	not_loaded("vocab is an array");
	write_file("vocab.json", vocab);
}

static void
configured_files(void **state)
{
	struct tokenizer *t;

	(void)state;
	write_file("tokenizer_config.json", "{\"tokenizer_class\":"
	    "\"Qwen2Tokenizer\",\"added_tokens_decoder\":{\"258\":"
	    "{\"content\":\"<x>\",\"special\":true}}}");
	t = loaded();
	/* Qwen2's pattern parts digits, and leaves a stop with the word */
	ASSERT_TOKENS(t, "12.ab<x>", '1', '2', '.', 256, 258);
	ASSERT_TOKENS(t, "e\u0301", 0xc3, 0xa9);
	tokenizer_free(t);
	write_file("tokenizer_config.json", "{\"added_tokens_decoder\":"
	    "{\"259\":{\"content\":\"<x>\"}}}");
	not_loaded("tokenizer_config.json: added_tokens: 0: token \"<x>\": "
	    "id 259, the next is 258");
	write_file("tokenizer_config.json", "{\"added_tokens_decoder\":"
	    "{\"x\":{\"content\":\"<x>\"}}}");
	not_loaded("\"x\" is not an id with a token");
	write_file("tokenizer_config.json",
	    "{\"tokenizer_class\":\"BertTokenizer\"}");
	not_loaded("tokenizer_class \"BertTokenizer\" is not supported");
	write_file("tokenizer_config.json", "{\"add_bos_token\":true}");
	not_loaded("add_bos_token is not supported");
	write_file("tokenizer_config.json", "{\"add_prefix_space\":true}");
	t = loaded();
	ASSERT_TOKENS(t, "ab", ' ', 256);
	tokenizer_free(t);
	write_file("tokenizer.json", "{\"model\":{\"type\":\"WordLevel\"}}");
	not_loaded("tokenizer.json: model: type \"WordLevel\" is not");
}

/* GPT-2's own vocabulary, where it is at hand; the ids are known from its
 * publication and from everyone who counts tokens. */
static void
real_gpt2(void **state)
{
	static const char *const links[][2] = {
	    { "encoder.json", "vocab.json" }, { "vocab.bpe", "merges.txt" } };
	const char *data = getenv("PLUMBLINE_DATA");
	struct tokenizer *t;
	char path[4096], *real;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/gpt2-tokenizer/%s",
		    data == NULL ? "../shared/data" : data, links[i][0]);
		if (access(path, R_OK) != 0)
			skip();
		remove(in_dir(links[i][1]));
		real = realpath(path, NULL);
		assert_non_null(real);
		assert_int_equal(symlink(real, in_dir(links[i][1])), 0);
		free(real);
	}
	remove(in_dir("tokenizer.json"));
	remove(in_dir("tokenizer_config.json"));
	t = loaded();
	assert_int_equal(tokenizer_size(t), 50257);
	assert_int_equal(tokenizer_id(t, "<|endoftext|>"), 50256);
	ASSERT_TOKENS(t, "Hello world", 15496, 995);
	ASSERT_TOKENS(t, "Hello, my dog is cute<|endoftext|>", 15496, 11, 616,
	    3290, 318, 13779, 50256);
	tokenizer_free(t);
}

static int
make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
remove_dir(void **state)
{
	static const char *const names[] = { "tokenizer.json", "vocab.json",
	    "merges.txt", "tokenizer_config.json" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof names / sizeof *names; i++)
		remove(in_dir(names[i]));
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(older_files),
		cmocka_unit_test(configured_files),
		cmocka_unit_test(real_gpt2),
	};

	return cmocka_run_group_tests_name("tokenizer_files", tests, make_dir,
	    remove_dir);
}
