/* What the tests of tokenizers share: a tokenizer.json, built from parts. */
#ifndef UNIT_TOKENS_H
#define UNIT_TOKENS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "text/tokenizer.h"

/* Members of the file and of its model, as JSON; NULL: what stands below. */
struct parts {
	const char	*vocab;		/* after the 256 bytes: ,"ab":256 */
	const char	*merges;
	const char	*model;		/* more of the model's members */
	const char	*added;
	const char	*normalizer;
	const char	*pre;
	const char	*post;
	const char	*decoder;
};

#define BYTE_LEVEL "{\"type\":\"ByteLevel\",\"add_prefix_space\":false," \
	"\"trim_offsets\":true,\"use_regex\":false}"
#define SPLIT(regex, behavior) "{\"type\":\"Sequence\",\"pretokenizers\":[" \
	"{\"type\":\"Split\",\"pattern\":{\"Regex\":\"" regex "\"}," \
	"\"behavior\":\"" behavior "\",\"invert\":false}," BYTE_LEVEL "]}"

static inline const char *
or(const char *s, const char *otherwise)
{
	return s == NULL ? otherwise : s;
}

/* The 256 characters that stand for bytes, byte b being token b. */
static inline void
bytes_json(char *s)
{
	int b, c, other = 0x100;

	for (b = 0; b < 256; b++) {
		c = (b >= 33 && b <= 126) || (b >= 161 && b != 173) ? b :
		    other++;
		s += sprintf(s, "%s\"%s", b == 0 ? "" : ",",
		    c == '"' || c == '\\' ? "\\" : "");
		if (c >= 0x80)
			*s++ = (char)(0xc0 | c >> 6);
		*s++ = (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c);
		s += sprintf(s, "\":%d", b);
	}
}

/* The file; lent until the next call. */
static inline const char *
json_of(const struct parts *p)
{
	static char s[1 << 16], bytes[8192];

	bytes_json(bytes);
	snprintf(s, sizeof s, "{\"version\":\"1.0\",\"added_tokens\":[%s],"
	    "\"normalizer\":%s,\"pre_tokenizer\":%s,\"post_processor\":%s,"
	    "\"decoder\":%s,\"model\":{\"type\":\"BPE\"%s,\"vocab\":{%s%s},"
	    "\"merges\":[%s]}}", or(p->added, ""), or(p->normalizer, "null"),
	    or(p->pre, BYTE_LEVEL), or(p->post, "null"),
	    or(p->decoder, BYTE_LEVEL), or(p->model, ""), bytes,
	    or(p->vocab, ""), or(p->merges, ""));
	return s;
}

static inline struct tokenizer *
parse(const struct parts *p)
{
	struct err e = { .rc = RC_OK };
	const char *s = json_of(p);
	struct tokenizer *t = tokenizer_parse(s, strlen(s), "t", &e);

	if (t == NULL)
		fail_msg("%s", e.msg);
	return t;
}

static inline void
encode(struct token_list *l, const struct tokenizer *t, const char *s,
    unsigned flags)
{
	struct err e = { .rc = RC_OK };

	if (tokenizer_encode(l, t, s, strlen(s), flags, &e) != 0)
		fail_msg("%s", e.msg);
}

/* The tokens of s are those of want, n of them. */
static inline void
assert_tokens(const struct tokenizer *t, const char *s, const int32_t *want,
    size_t n)
{
	struct token_list l = { .n = 0 };

	encode(&l, t, s, 0);
	assert_int_equal(l.n, n);
	assert_memory_equal(l.id, want, n * sizeof *want);
	token_list_free(&l);
}
#define ASSERT_TOKENS(t, s, ...) assert_tokens(t, s, \
	(const int32_t[]){ __VA_ARGS__ }, \
	sizeof (int32_t[]){ __VA_ARGS__ } / sizeof (int32_t))

#endif
