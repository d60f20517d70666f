#include <utf8proc.h>

#include "text/unicode.h"

struct span32 {
	int32_t	first, last;
};

/* What has a combining class or a composition, and came after 9.0. */
static const struct span32 inert[] = {
	{ 0x7fd, 0x7fd }, { 0x898, 0x89f }, { 0x8ca, 0x8d3 }, { 0x9fe, 0x9fe },
	{ 0xc3c, 0xc3c }, { 0xd3b, 0xd3c }, { 0xeba, 0xeba },
	{ 0x1715, 0x1715 }, { 0x1abf, 0x1ace }, { 0x1df6, 0x1dfa },
	{ 0xa82c, 0xa82c }, { 0x10d24, 0x10d27 }, { 0x10eab, 0x10eac },
	{ 0x10efd, 0x10eff }, { 0x10f46, 0x10f50 }, { 0x10f82, 0x10f85 },
	{ 0x11070, 0x11070 }, { 0x1133b, 0x1133b }, { 0x1145e, 0x1145e },
	{ 0x11839, 0x1183a }, { 0x11930, 0x11930 }, { 0x11938, 0x11938 },
	{ 0x1193d, 0x1193e }, { 0x11943, 0x11943 }, { 0x119e0, 0x119e0 },
	{ 0x11a34, 0x11a34 }, { 0x11a47, 0x11a47 }, { 0x11a99, 0x11a99 },
	{ 0x11d42, 0x11d42 }, { 0x11d44, 0x11d45 }, { 0x11d97, 0x11d97 },
	{ 0x11f41, 0x11f42 }, { 0x16ff0, 0x16ff1 }, { 0x1e08f, 0x1e08f },
	{ 0x1e130, 0x1e136 }, { 0x1e2ae, 0x1e2ae }, { 0x1e2ec, 0x1e2ef },
	{ 0x1e4ec, 0x1e4ef },
};

/* Alphabetic, but neither letters, marks nor numbers: letters in circles and
 * squares. */
static const struct span32 ringed[] = {
	{ 0x24b6, 0x24e9 }, { 0x1f130, 0x1f149 }, { 0x1f150, 0x1f169 },
	{ 0x1f170, 0x1f189 },
};

static const struct span32 spaces[] = {
	{ 0x9, 0xd }, { 0x20, 0x20 }, { 0x85, 0x85 }, { 0xa0, 0xa0 },
	{ 0x1680, 0x1680 }, { 0x2000, 0x200a }, { 0x2028, 0x2029 },
	{ 0x202f, 0x202f }, { 0x205f, 0x205f }, { 0x3000, 0x3000 },
};

enum { N_INERT = sizeof inert / sizeof *inert,
	N_RINGED = sizeof ringed / sizeof *ringed,
	N_SPACES = sizeof spaces / sizeof *spaces };

static int
within(const struct span32 *a, size_t n, int32_t c)
{
	size_t low = 0, mid;

	while (n > low) {
		mid = low + (n - low) / 2;
		if (c < a[mid].first)
			n = mid;
		else if (c > a[mid].last)
			low = mid + 1;
		else
			return 1;
	}
	return 0;
}

size_t
unicode_valid(const char *s, size_t n)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t k;
	size_t i = 0;

	while (i < n)
		if ((signed char)s[i] >= 0)
			i++;
		else if ((k = utf8proc_iterate((const utf8proc_uint8_t *)s + i,
		    (utf8proc_ssize_t)(n - i), &c)) < 1)
			break;
		else
			i += (size_t)k;
	return i;
}

int32_t
unicode_at(size_t *len, const char *s, size_t n)
{
	utf8proc_int32_t c;

	*len = (size_t)utf8proc_iterate((const utf8proc_uint8_t *)s,
	    (utf8proc_ssize_t)n, &c);
	return c;
}

int
unicode_is_space(int32_t c)
{
	return within(spaces, N_SPACES, c);
}

int
unicode_is_word(int32_t c)
{
	size_t i;
	const char *g = utf8proc_category_string(c);

	for (i = 0; i < unicode_n_new; i++)
		if (c >= unicode_new[i].first && c <= unicode_new[i].last)
			g = unicode_new[i].category;
	return *g == 'L' || *g == 'M' || (*g == 'N' && g[1] != 'o') ||
	    (*g == 'P' && g[1] == 'c') || c == 0x200c || c == 0x200d ||
	    within(ringed, N_RINGED, c);
}

int
unicode_is_inert(int32_t c)
{
	return within(inert, N_INERT, c);
}
