#include <string.h>

#include "base/utf8.h"

/* The length of the character at s, n > 0 bytes left, or 0: table 3-7 of the
 * Unicode standard. */
static size_t
character(const unsigned char *s, size_t n)
{
	unsigned char c = *s, low = 0x80, high = 0xbf;
	size_t len, i;

	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	switch (c) {
	case 0xe0: low = 0xa0; break;		/* else a longer form */
	case 0xed: high = 0x9f; break;		/* else a surrogate */
	case 0xf0: low = 0x90; break;
	case 0xf4: high = 0x8f; break;		/* else above U+10FFFF */
	}
	if (n < len || s[1] < low || s[1] > high)
		return 0;
	for (i = 2; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

int
utf8_valid(const char *s, size_t n)
{
	size_t len;

	for (; n > 0; s += len, n -= len)
		if ((len = character((const unsigned char *)s, n)) == 0)
			return 0;
	return 1;
}

void
utf8_repair(char *s)
{
	size_t n = strlen(s), len;

	for (; n > 0; s += len, n -= len)
		if ((len = character((unsigned char *)s, n)) == 0) {
			*s = '?';
			len = 1;
		}
}
