/*
 * Streams from a notation, for tests that need what no writer writes:
 *
 *	{key:value ...}	map		[value ...]	array
 *	word, 'text'	text		12, -3		integer
 *	0.5		f64		~		nil
 *	#8		8 zero bytes	@		digest of what is before
 *	%ff00		raw bytes	|		a new frame
 *
 * Maps and arrays are written with 32-bit counts, which msgpack allows.
 */
#ifndef UNIT_NOTATION_H
#define UNIT_NOTATION_H

#include <ctype.h>

#include "stream/digest.h"
#include "streams.h"

struct notation {
	const char	*at;		/* what is left of the text */
	unsigned char	 b[1 << 20];	/* the stream's content */
	size_t		 n;
	size_t		 object;	/* where the last one began */
	size_t		 cut[64];	/* frames end here */
	size_t		 cuts;
};

static inline void
put_byte(struct notation *t, unsigned c)
{
	assert_true(t->n < sizeof t->b);
	t->b[t->n++] = (unsigned char)c;
}

/* width bytes, most significant first */
static inline void
put_number(struct notation *t, uint64_t v, int width)
{
	while (width-- > 0)
		put_byte(t, (unsigned)(v >> 8 * width & 0xff));
}

static inline void
put_string(struct notation *t, const char *s, size_t n)
{
	put_byte(t, 0xdb);
	put_number(t, n, 4);
	while (n-- > 0)
		put_byte(t, (unsigned char)*s++);
}

static inline void
put_digest(struct notation *t)
{
	char hex[DIGEST_SIZE];

	digest_bytes(hex, t->b, t->object);
	put_string(t, hex, DIGEST_SIZE - 1);
}

static inline void
put_scalar(struct notation *t)
{
	size_t len = strcspn(t->at, " ]}:|");
	const char *s = t->at;
	uint64_t bits;
	double x;

	t->at += len;
	if (*s == '\'') {
		len = strcspn(s + 1, "'");
		put_string(t, s + 1, len);
		t->at = s + len + 2;
	} else if (*s == '~')
		put_byte(t, 0xc0);
	else if (*s == '@')
		put_digest(t);
	else if (!isdigit((unsigned char)*s) && *s != '-')
		put_string(t, s, len);
	else if (memchr(s, '.', len) != NULL) {
		x = strtod(s, NULL);
		memcpy(&bits, &x, sizeof bits);
		put_byte(t, 0xcb);
		put_number(t, bits, 8);
	} else {
		put_byte(t, *s == '-' ? 0xd3 : 0xcf);
		put_number(t, *s == '-' ? (uint64_t)strtoll(s, NULL, 10) :
		    strtoull(s, NULL, 10), 8);
	}
}

static inline void
put_bytes(struct notation *t)
{
	char two[3] = "", *end;
	size_t n;

	if (*t->at == '#') {
		n = strtoul(t->at + 1, &end, 10);
		t->at = end;
		put_byte(t, 0xc6);
		put_number(t, n, 4);
		while (n-- > 0)
			put_byte(t, 0);
	} else
		for (t->at++; isxdigit((unsigned char)*t->at); t->at += 2) {
			memcpy(two, t->at, 2);
			put_byte(t, (unsigned)strtoul(two, NULL, 16));
		}
}

static inline void
put_value(struct notation *t)
{
	size_t count = 0, head, end;
	int map = *t->at == '{';

	if (*t->at == '#' || *t->at == '%') {
		put_bytes(t);
		return;
	}
	if (!map && *t->at != '[') {
		put_scalar(t);
		return;
	}
	put_byte(t, map ? 0xdf : 0xdd);
	head = t->n;
	put_number(t, 0, 4);
	t->at++;
	for (; *t->at != '}' && *t->at != ']'; count++) {
		t->at += strspn(t->at, " ");
		put_value(t);
		if (map) {
			assert_int_equal(*t->at++, ':');
			put_value(t);
		}
		t->at += strspn(t->at, " ");
	}
	t->at++;
	end = t->n;
	t->n = head;
	put_number(t, count, 4);
	t->n = end;
}

static inline struct notation *
encode(const char *text)
{
	struct notation *t = calloc(1, sizeof *t);

	assert_non_null(t);
	for (t->at = text + strspn(text, " "); *t->at != '\0';
	    t->at += strspn(t->at, " "))
		if (*t->at == '|') {
			t->at++;
			t->cut[t->cuts++] = t->n;
		} else {
			t->object = t->n;
			put_value(t);
		}
	t->cut[t->cuts++] = t->n;
	return t;
}

/* The stream that the text describes, every frame with a checksum. */
static inline struct bytes
stream_of(const char *text)
{
	struct notation *t = encode(text);
	struct bytes all = { malloc(1), 0 }, f, was;
	size_t i, from = 0;

	for (i = 0; i < t->cuts; i++) {
		f = framed(t->b + from, t->cut[i] - from, 1);
		from = t->cut[i];
		was = all;
		all = joined(was.p, was.n, f.p, f.n);
		free(was.p);
		free(f.p);
	}
	free(t);
	return all;
}

static inline void
refuse_text(const char *text, const char *message)
{
	struct bytes s = stream_of(text);

	refuse(s.p, s.n, message);
	free(s.p);
}

/* Parts of streams. */
#define PROV "provenance:[{tool:t release:r argv:[] seed:~ inputs:[]}]"
#define HEAD_OF(content, shard, layouts) "{format:plumbline version:1 " \
	"content:" content " shard:[" shard "] layouts:[" layouts "] " PROV "} "
#define PAIR "[{name:a dtype:f32 shape:[2]}]"
#define HEAD HEAD_OF("vectors", "1 1", PAIR)
#define RECORD(i) "{record:" i " layout:0 labels:{}} "
#define END(records, bytes) "{end:" records " bytes:" bytes " digest:@ " PROV \
	"} "

#endif
