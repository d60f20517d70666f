#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/parts.h"
#include "text/unicode.h"

static const char replacement[] = "\xef\xbf\xbd";	/* U+FFFD */

int
strings_put(struct strings *a, const char *s, size_t n, struct err *e)
{
	size_t max = a->max_bytes == 0 ? 256 : a->max_bytes;
	char *p;

	if (a->limit != 0 && n > a->limit - a->n_bytes)
		return err_set(e, RC_INPUT, "the decoder makes more than %zu "
		    "bytes of the tokens", a->limit);
	while (max - a->n_bytes < n)
		max *= 2;
	if (max != a->max_bytes) {
		if ((p = mem_grow(a->s, max, 1)) == NULL)
			return err_nomem(e);
		a->s = p;
		a->max_bytes = max;
	}
	if (n > 0)
		memcpy(a->s + a->n_bytes, s, n);
	a->n_bytes += n;
	return 0;
}

int
strings_end(struct strings *a, struct err *e)
{
	size_t max = a->max == 0 ? 64 : 2 * a->max;
	size_t *p;

	if (a->n == a->max) {
		if ((p = mem_grow(a->end, max, sizeof *p)) == NULL)
			return err_nomem(e);
		a->end = p;
		a->max = max;
	}
	a->end[a->n++] = a->n_bytes;
	return 0;
}

void
strings_free(struct strings *a)
{
	mem_free(a->s);
	mem_free(a->end);
	*a = (struct strings){ .n = 0 };
}

/* String i of a. */
static const char *
string_at(size_t *n, const struct strings *a, size_t i)
{
	size_t start = i == 0 ? 0 : a->end[i - 1];

	*n = a->end[i] - start;
	return a->n_bytes == 0 ? "" : a->s + start;
}

/* How many bytes at s, which begin no whole character, begin one: at least
 * 1.  Table 3-7 of the Unicode standard. */
static size_t
broken(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;
	unsigned char low = 0x80, high = 0xbf;
	size_t len, i;

	if (*u < 0xc2 || *u > 0xf4)
		return 1;
	len = *u < 0xe0 ? 2 : *u < 0xf0 ? 3 : 4;
	switch (*u) {
	case 0xe0: low = 0xa0; break;
	case 0xed: high = 0x9f; break;
	case 0xf0: low = 0x90; break;
	case 0xf4: high = 0x8f; break;
	}
	for (i = 1; i < len && i < n && u[i] >= low && u[i] <= high; i++) {
		low = 0x80;
		high = 0xbf;
	}
	return i;
}

static int
put_repaired(struct strings *b, const char *s, size_t n, struct err *e)
{
	size_t k;

	while (n > 0) {
		k = unicode_valid(s, n);
		if (strings_put(b, s, k, e) != 0)
			return -1;
		s += k;
		n -= k;
		if (n == 0)
			break;
		if (strings_put(b, replacement, sizeof replacement - 1,
		    e) != 0)
			return -1;
		k = broken(s, n);
		s += k;
		n -= k;
	}
	return 0;
}

/* The bytes that s stands for, or s itself if a character stands for none. */
static int
put_bytes(struct strings *raw, const char *s, size_t n, struct err *e)
{
	size_t before = raw->n_bytes, at, len;
	int b;
	char c;

	for (at = 0; at < n; at += len) {
		b = character_byte(unicode_at(&len, s + at, n - at));
		c = (char)b;
		if (b == -1) {
			raw->n_bytes = before;
			return strings_put(raw, s, n, e);
		}
		if (strings_put(raw, &c, 1, e) != 0)
			return -1;
	}
	return 0;
}

static int
byte_level(struct strings *b, const struct strings *a, struct err *e)
{
	struct strings raw = { .limit = a->limit };
	const char *s;
	size_t i, n;
	int bad = 0;

	for (i = 0; bad == 0 && i < a->n; i++) {
		s = string_at(&n, a, i);
		bad = put_bytes(&raw, s, n, e);
	}
	if (bad == 0)
		bad = put_repaired(b, raw.s, raw.n_bytes, e);
	if (bad == 0)
		bad = strings_end(b, e);
	strings_free(&raw);
	return bad;
}

/* <0x0A> and the like: the byte, or -1. */
static int
named_byte(const char *s, size_t n)
{
	char digits[3];

	if (n != 6 || memcmp(s, "<0x", 3) != 0 || s[5] != '>' ||
	    !isxdigit((unsigned char)s[3]) || !isxdigit((unsigned char)s[4]))
		return -1;
	digits[0] = s[3];
	digits[1] = s[4];
	digits[2] = '\0';
	return (int)strtol(digits, NULL, 16);
}

/* Ends a run of bytes that started at `start' in b: if they are no text, each
 * becomes U+FFFD. */
static int
end_bytes(struct strings *b, size_t start, struct err *e)
{
	size_t n = b->n_bytes - start, i;

	if (n == 0)
		return 0;
	if (unicode_valid(b->s + start, n) == n)
		return strings_end(b, e);
	b->n_bytes = start;
	for (i = 0; i < n; i++)
		if (strings_put(b, replacement, sizeof replacement - 1,
		    e) != 0 || strings_end(b, e) != 0)
			return -1;
	return 0;
}

static int
byte_fallback(struct strings *b, const struct strings *a, struct err *e)
{
	size_t i, n, start = 0;
	const char *s;
	int byte;
	char c;

	for (i = 0; i < a->n; i++) {
		s = string_at(&n, a, i);
		byte = named_byte(s, n);
		c = (char)byte;
		if (byte != -1) {
			if (strings_put(b, &c, 1, e) != 0)
				return -1;
			continue;
		}
		if (end_bytes(b, start, e) != 0 ||
		    strings_put(b, s, n, e) != 0 || strings_end(b, e) != 0)
			return -1;
		start = b->n_bytes;
	}
	return end_bytes(b, start, e);
}

static int
put_replaced(struct strings *b, const char *s, size_t n,
    const struct decode_step *step, struct err *e)
{
	size_t k = strlen(step->find), m = strlen(step->put), at = 0;
	size_t plain = 0;

	while (at + k <= n) {
		if (memcmp(s + at, step->find, k) != 0) {
			at++;
			continue;
		}
		if (strings_put(b, s + plain, at - plain, e) != 0 ||
		    strings_put(b, step->put, m, e) != 0)
			return -1;
		plain = at += k;
	}
	return strings_put(b, s + plain, n - plain, e);
}

static int
put_stripped(struct strings *b, const char *s, size_t n,
    const struct decode_step *step, struct err *e)
{
	size_t k = strlen(step->find), i;

	for (i = 0; i < step->start && n >= k &&
	    memcmp(s, step->find, k) == 0; i++) {
		s += k;
		n -= k;
	}
	for (i = 0; i < step->stop && n >= k &&
	    memcmp(s + n - k, step->find, k) == 0; i++)
		n -= k;
	return strings_put(b, s, n, e);
}

int
decode_strings(struct strings *b, const struct strings *a,
    const struct decode_step *step, struct err *e)
{
	const char *s;
	size_t i, n;
	int bad = 0;

	b->n = b->n_bytes = 0;
	if (step->kind == DECODE_BYTE_LEVEL)
		return byte_level(b, a, e);
	if (step->kind == DECODE_BYTE_FALLBACK)
		return byte_fallback(b, a, e);
	for (i = 0; bad == 0 && i < a->n; i++) {
		s = string_at(&n, a, i);
		switch (step->kind) {
		case DECODE_REPLACE:
			bad = put_replaced(b, s, n, step, e);
			break;
		case DECODE_STRIP:
			bad = put_stripped(b, s, n, step, e);
			break;
		default: bad = strings_put(b, s, n, e);
		}
		if (bad == 0 && step->kind != DECODE_FUSE)
			bad = strings_end(b, e);
	}
	return bad == 0 && step->kind == DECODE_FUSE ? strings_end(b, e) : bad;
}

/* The strings of tokens, or of those that are not special. */
static int
gather(struct strings *a, const struct tokenizer *t, const int32_t *id,
    size_t n, unsigned flags, struct err *e)
{
	const struct added_token *added;
	const char *s;
	size_t i, len;

	for (i = 0; i < n; i++) {
		if ((s = tokenizer_string(&len, t, id[i])) == NULL)
			return err_set(e, RC_INPUT, "token %zu: id %d, but "
			    "there are %zu tokens", i, (int)id[i],
			    t->vocab.n);
		if ((flags & TOKENIZER_SKIP_SPECIAL) != 0 &&
		    tokenizer_is_special(t, id[i]))
			continue;
		if (t->place[id[i]] != 0) {
			added = &t->added[t->place[id[i]] - 1];
			s = added->text;	/* normalised */
			len = added->n;
		}
		if (!t->has_decoder && a->n > 0 &&
		    strings_put(a, " ", 1, e) != 0)
			return -1;
		if (strings_put(a, s, len, e) != 0 || strings_end(a, e) != 0)
			return -1;
	}
	return 0;
}

char *
tokenizer_decode(size_t *len, const struct tokenizer *t, const int32_t *id,
    size_t n, unsigned flags, struct err *e)
{
	struct strings a[2] = { { .n = 0 }, { .n = 0 } };
	size_t i;
	char *text = NULL;
	int bad = gather(&a[0], t, id, n, flags, e);

	a[0].limit = a[1].limit = LEAST_ROOM + GROWTH * a[0].n_bytes;
	for (i = 0; bad == 0 && i < t->n_decode; i++)
		bad = decode_strings(&a[(i + 1) % 2], &a[i % 2],
		    &t->decode_step[i], e);
	if (bad == 0) {
		*len = a[i % 2].n_bytes;
		text = mem_strndup(a[i % 2].s, *len);
		if (text == NULL)
			err_nomem(e);
	}
	strings_free(&a[0]);
	strings_free(&a[1]);
	return text;
}
