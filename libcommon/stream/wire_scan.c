#include "stream/wire.h"

/* Big-endian number of n bytes. */
static size_t
big_endian(const unsigned char *p, size_t n)
{
	size_t v = 0;

	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

int
wire_get_bin(const unsigned char *p, size_t n, size_t *head, size_t *size)
{
	size_t bytes;

	if (n == 0 || *p < 0xc4 || *p > 0xc6)
		return 0;
	bytes = (size_t)1 << (*p - 0xc4);
	if (n < 1 + bytes)
		return -1;
	*head = 1 + bytes;
	*size = big_endian(p + 1, bytes);
	return 1;
}

/* What one msgpack type byte announces. */
struct shape {
	size_t	head;		/* type byte and the number after it */
	size_t	body;		/* bytes of payload */
	size_t	children;	/* objects that follow */
	int	nests;
};

/* -1: not a type that a stream may hold, -2: cut. */
static int
shape_of(struct shape *s, const unsigned char *p, size_t n)
{
	unsigned char c = *p;
	size_t w = 0, count;

	*s = (struct shape){ .head = 1 };
	if (c <= 0x7f || c >= 0xe0 || c == 0xc0 || c == 0xc2 || c == 0xc3)
		return 0;			/* small integers, nil, bool */
	if (c >= 0xa0 && c <= 0xbf) {
		s->body = c & 0x1f;
		return 0;
	}
	if (c <= 0x9f) {
		s->children = c <= 0x8f ? 2 * (size_t)(c & 0x0f) : c & 0x0f;
		s->nests = 1;
		return 0;
	}
	switch (c) {
	case 0xca: s->body = 4; return 0;
	case 0xcb: s->body = 8; return 0;
	case 0xcc: case 0xcd: case 0xce: case 0xcf:
		s->body = (size_t)1 << (c - 0xcc);
		return 0;
	case 0xd0: case 0xd1: case 0xd2: case 0xd3:
		s->body = (size_t)1 << (c - 0xd0);
		return 0;
	case 0xd9: case 0xda: case 0xdb: w = (size_t)1 << (c - 0xd9); break;
	case 0xdc: case 0xdd: w = (size_t)2 << (c - 0xdc); break;
	case 0xde: case 0xdf: w = (size_t)2 << (c - 0xde); break;
	default: return -1;
	}
	if (n < 1 + w)
		return -2;
	count = big_endian(p + 1, w);
	s->head = 1 + w;
	if (c <= 0xdb)
		s->body = count;
	else {
		s->children = c >= 0xde ? 2 * count : count;
		s->nests = 1;
	}
	return 0;
}

int
wire_scan(const unsigned char *p, size_t n, size_t *used, struct err *e)
{
	size_t left[OBJECT_DEPTH + 1], at = 0, elements = 0;
	struct shape s;
	int depth = 0, bad;

	left[0] = 1;
	for (;;) {
		while (depth >= 0 && left[depth] == 0)
			depth--;
		if (depth < 0)
			break;
		left[depth]--;
		if (at >= n)
			return err_set(e, RC_INPUT,
			    "an object is cut by the end of its frame");
		if ((bad = shape_of(&s, p + at, n - at)) == -1)
			return err_set(e, RC_INPUT,
			    "msgpack type 0x%02x has no place in a stream",
			    p[at]);
		if (bad || s.body > n - at - s.head ||
		    s.children > n - at - s.head)
			return err_set(e, RC_INPUT,
			    "an object announces more than its frame holds");
		if ((elements += s.children) > OBJECT_ELEMENTS)
			return err_set(e, RC_INPUT,
			    "an object has more than %d elements",
			    OBJECT_ELEMENTS);
		at += s.head + s.body;
		if (s.nests) {
			if (depth == OBJECT_DEPTH)
				return err_set(e, RC_INPUT,
				    "an object is nested deeper than %d",
				    OBJECT_DEPTH);
			left[++depth] = s.children;
		}
	}
	*used = at;
	return 0;
}
