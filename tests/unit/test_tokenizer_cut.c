/*
 * tokenizer: how words are cut out of a text and merged again: against a
 * second algorithm, and cases small enough to be worked out by hand.
 */
#include "tokens.h"
#include "text/split.h"

/* --- merges */

enum { N_LETTERS = 4, MAX_MERGES = 60 };

/* Random merges over the letters a ... d: parts[k], strings of tokens 256 + k,
 * and which two make them. */
struct merged {
	int	left[MAX_MERGES], right[MAX_MERGES], made[MAX_MERGES];
	size_t	n;		/* merges */
	char	token[256 + MAX_MERGES][40];
	int	n_tokens;
};

static uint32_t
draw(uint32_t *state)
{
	return *state = *state * 1664525 + 1013904223;
}

static int
pick(const struct merged *m, uint32_t *state)
{
	int k = (int)(draw(state) >> 8) % (N_LETTERS + m->n_tokens - 256);

	return k < N_LETTERS ? 'a' + k : 256 + k - N_LETTERS;
}

static void
make_merges(struct merged *m, uint32_t *state)
{
	char s[80];
	int a, b, c;
	size_t i;

	memset(m, 0, sizeof *m);
	m->n_tokens = 256;
	for (c = 'a'; c < 'a' + N_LETTERS; c++)
		m->token[c][0] = (char)c;
	while (m->n < MAX_MERGES) {
		a = pick(m, state);
		b = pick(m, state);
		snprintf(s, sizeof s, "%s%s", m->token[a], m->token[b]);
		for (i = 0; i < m->n && (m->left[i] != a ||
		    m->right[i] != b); )
			i++;
		if (strlen(s) > 8 || i < m->n)
			continue;
		for (c = 256; c < m->n_tokens && strcmp(m->token[c], s) != 0; )
			c++;
		if (c == m->n_tokens)
			strcpy(m->token[m->n_tokens++], s);
		m->left[m->n] = a;
		m->right[m->n] = b;
		m->made[m->n++] = c;
	}
}

static struct tokenizer *
load_merges(const struct merged *m, int pairs)
{
	static char vocab[8192], merges[8192];
	struct parts p = { .vocab = vocab, .merges = merges };
	char *v = vocab, *g = merges;
	size_t i;
	int c;

	*v = *g = '\0';
	for (c = 256; c < m->n_tokens; c++)
		v += sprintf(v, ",\"%s\":%d", m->token[c], c);
	for (i = 0; i < m->n; i++)
		g += sprintf(g, pairs ? "%s[\"%s\",\"%s\"]" : "%s\"%s %s\"",
		    i == 0 ? "" : ",", m->token[m->left[i]],
		    m->token[m->right[i]]);
	return parse(&p);
}

/* The first pair of the lowest rank merges, until there is none: over and
 * over all of the word. */
static size_t
merge_slowly(int32_t *id, size_t n, const struct merged *m)
{
	size_t i, k, best, at;

	for (;;) {
		best = m->n;
		at = 0;
		for (i = 0; i + 1 < n; i++)
			for (k = 0; k < best; k++)
				if (id[i] == m->left[k] &&
				    id[i + 1] == m->right[k]) {
					best = k;
					at = i;
				}
		if (best == m->n)
			return n;
		id[at] = m->made[best];
		memmove(id + at + 1, id + at + 2,
		    (n - at - 2) * sizeof *id);
		n--;
	}
}

static void
merges_are_those_of_the_slow_way(void **state)
{
	struct token_list l = { .n = 0 };
	int32_t slow[200];
	struct merged m;
	struct tokenizer *t;
	char s[201];
	uint32_t seed = 1;
	size_t i, n, round, word;

	(void)state;
	for (round = 0; round < 30; round++) {
		make_merges(&m, &seed);
		t = load_merges(&m, round % 2 == 0);
		for (word = 0; word < 40; word++) {
			n = draw(&seed) % 200;
			for (i = 0; i < n; i++)
				slow[i] = s[i] = (char)('a' +
				    (draw(&seed) >> 16) % N_LETTERS);
			s[n] = '\0';
			l.n = 0;
			encode(&l, t, s, 0);
			n = merge_slowly(slow, n, &m);
			assert_int_equal(l.n, n);
			assert_memory_equal(l.id, slow, n * sizeof *slow);
		}
		tokenizer_free(t);
	}
	token_list_free(&l);
}

/* A megabyte without a blank: quadratic work would take hours. */
static void
a_long_word_is_no_trouble(void **state)
{
	const struct parts p = { .vocab = ",\"aa\":256,\"aaaa\":257",
	    .merges = "\"a a\",\"aa aa\"" };
	struct tokenizer *t = parse(&p);
	struct token_list l = { .n = 0 };
	size_t n = (1 << 20) + 3, i;
	char *s = mem_zalloc(n + 1, 1);

	(void)state;
	memset(s, 'a', n);
	encode(&l, t, s, 0);
	assert_int_equal(l.n, (1 << 18) + 2);
	for (i = 0; i < 1 << 18; i++)
		assert_int_equal(l.id[i], 257);
	assert_int_equal(l.id[i], 256);
	assert_int_equal(l.id[i + 1], 'a');
	mem_free(s);
	token_list_free(&l);
	tokenizer_free(t);
}

static void
ignored_merges(void **state)
{
	const struct parts off = { .vocab = ",\"ab\":256,\"abc\":257",
	    .merges = "\"a b\"" };
	struct parts on = off;
	struct tokenizer *t = parse(&off);

	(void)state;
	ASSERT_TOKENS(t, "abc", 256, 'c');
	tokenizer_free(t);
	on.model = ",\"ignore_merges\":true";
	t = parse(&on);
	ASSERT_TOKENS(t, "abc", 257);
	ASSERT_TOKENS(t, "abcc", 256, 'c', 'c');
	tokenizer_free(t);
}

/* Of a pair that comes twice the later rank counts. */
static void
repeated_merges(void **state)
{
	struct parts p = { .vocab = ",\"ab\":256,\"bc\":257",
	    .merges = "\"a b\",\"b c\"" };
	struct tokenizer *t = parse(&p);

	(void)state;
	ASSERT_TOKENS(t, "abc", 256, 'c');
	tokenizer_free(t);
	p.merges = "\"a b\",\"b c\",\"a b\"";
	t = parse(&p);
	ASSERT_TOKENS(t, "abc", 'a', 257);
	tokenizer_free(t);
}

/* --- cutting */

static int
join_part(void *arg, size_t start, size_t end)
{
	char *s = arg;

	sprintf(s + strlen(s), "%zu-%zu ", start, end);
	return 0;
}

static void
assert_parts(const char *regex, const char *how, int invert, const char *text,
    const char *want)
{
	struct err e = { .rc = RC_OK };
	struct split p = { .invert = invert };
	struct pattern_work *w = pattern_work_new(strlen(text), &e);
	char got[256] = "";

	p.pattern = pattern_new(regex, &e);
	assert_non_null(p.pattern);
	assert_int_equal(split_parse_how(&p.how, how, &e), 0);
	assert_int_equal(split_each(&p, w, text, strlen(text), join_part, got,
	    &e), 0);
	assert_string_equal(got, want);
	pattern_free(p.pattern);
	pattern_work_free(w);
}

static void
ways_to_cut(void **state)
{
	(void)state;
	assert_parts("a", "Isolated", 0, "xaay", "0-1 1-2 2-3 3-4 ");
	assert_parts("a", "Removed", 0, "xaay", "0-1 3-4 ");
	assert_parts("a", "Removed", 1, "xaay", "1-2 2-3 ");
	assert_parts("a", "Contiguous", 0, "xaay", "0-1 1-3 3-4 ");
	assert_parts("a", "MergedWithPrevious", 0, "xaay", "0-2 2-3 3-4 ");
	assert_parts("a", "MergedWithNext", 0, "xaay", "0-1 1-2 2-4 ");
	assert_parts("a", "MergedWithNext", 0, "a", "0-1 ");
	assert_parts("a", "Removed", 0, "aa", "");
}

/* What PCRE2 would read otherwise, if it were not translated. */
static void
patterns_as_in_ruby(void **state)
{
	(void)state;
	assert_parts("^x", "Removed", 0, "x\nx\n", "1-2 3-4 ");
	assert_parts("x$", "Removed", 0, "x\nx", "1-2 ");
	assert_parts("\\v", "Removed", 0, "a\n\vb", "0-2 3-4 ");
	assert_parts("\\w", "Removed", 0, "_\u00b2\u0301\u203f", "");
	assert_parts("x{y", "Removed", 0, "ax{y", "0-1 ");
	assert_parts("(?i:[sk])", "Removed", 0, "S\u017f\u212a", "");
	assert_parts(".", "Removed", 0, "a\r\n\u2028", "2-3 ");
	/* letters, digits and marks newer than most tables */
	assert_parts("\\p{L}", "Removed", 0, "\U00031350\U0002ebf0", "");
	assert_parts("\\p{Nd}+", "Isolated", 0, "\U00010d40\U00010d49",
	    "0-8 ");
	assert_parts("\\P{M}", "Removed", 0, "a\u0897", "1-4 ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merges_are_those_of_the_slow_way),
		cmocka_unit_test(a_long_word_is_no_trouble),
		cmocka_unit_test(ignored_merges),
		cmocka_unit_test(repeated_merges),
		cmocka_unit_test(ways_to_cut),
		cmocka_unit_test(patterns_as_in_ruby),
	};

	return cmocka_run_group_tests_name("tokenizer_cut", tests, NULL, NULL);
}
