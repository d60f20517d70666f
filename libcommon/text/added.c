#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/added.h"
#include "text/unicode.h"

static int
compare(const void *p, const void *q)
{
	const struct added_token *a = p, *b = q;
	int c = memcmp(a->text, b->text, a->n < b->n ? a->n : b->n);

	if (c == 0 && a->n != b->n)
		c = a->n < b->n ? -1 : 1;
	return c != 0 ? c : (a->id > b->id) - (a->id < b->id);
}

int
added_set_init(struct added_set *s, const struct added_token *token,
    size_t n, int normalized, struct err *e)
{
	size_t i, b = 0;

	*s = (struct added_set){ .n = 0 };
	if ((s->token = mem_alloc(n, sizeof *s->token)) == NULL)
		return err_nomem(e);
	for (i = 0; i < n; i++)
		if (token[i].normalized == normalized && token[i].n > 0)
			s->token[s->n++] = token[i];
	qsort(s->token, s->n, sizeof *s->token, compare);
	for (i = 1; i < s->n; i++)
		if (s->token[i].n == s->token[i - 1].n &&
		    memcmp(s->token[i].text, s->token[i - 1].text,
		    s->token[i].n) == 0)
			return err_set(e, RC_INPUT, "added_tokens: ids %d and "
			    "%d are both looked for as \"%.64s\"",
			    (int)s->token[i - 1].id, (int)s->token[i].id,
			    s->token[i].text);
	for (i = 0; i < s->n; i++)
		for (; b <= (unsigned char)*s->token[i].text; b++)
			s->first[b] = (uint32_t)i;
	for (; b < 257; b++)
		s->first[b] = (uint32_t)s->n;
	return 0;
}

void
added_set_free(struct added_set *s)
{
	mem_free(s->token);
	*s = (struct added_set){ .n = 0 };
}

/* The first of token[low..high) whose byte i is at least c; all have i
 * bytes in common. */
static size_t
lower(const struct added_set *s, size_t low, size_t high, size_t i, int c)
{
	size_t mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (s->token[mid].n <= i ||
		    (unsigned char)s->token[mid].text[i] < c)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The longest token that text begins with, or NULL. */
static const struct added_token *
longest(const struct added_set *s, const char *text, size_t n)
{
	unsigned char c = (unsigned char)*text;
	size_t low = s->first[c], high = s->first[c + 1], i;
	const struct added_token *found = NULL;

	for (i = 1; low < high; i++) {
		if (s->token[low].n == i)
			found = &s->token[low];
		if (i == n)
			break;
		c = (unsigned char)text[i];
		low = lower(s, low, high, i, c);
		high = lower(s, low, high, i, c + 1);
	}
	return found;
}

/* Where the blanks begin that end at `at'; not looked for before `least'. */
static size_t
blanks_before(const char *text, size_t at, size_t least)
{
	size_t i, len;

	while (at > least) {
		for (i = at - 1; i > least && (text[i] & 0xc0) == 0x80; )
			i--;
		if (!unicode_is_space(unicode_at(&len, text + i, at - i)))
			break;
		at = i;
	}
	return at;
}

static size_t
blanks_after(const char *text, size_t n, size_t at)
{
	size_t len;

	for (; at < n; at += len)
		if (!unicode_is_space(unicode_at(&len, text + at, n - at)))
			break;
	return at;
}

static int
beside_word(const char *text, size_t n, size_t start, size_t end)
{
	size_t i = start, len;

	if (start > 0) {
		for (i--; i > 0 && (text[i] & 0xc0) == 0x80; )
			i--;
		if (unicode_is_word(unicode_at(&len, text + i, n - i)))
			return 1;
	}
	return end < n && unicode_is_word(unicode_at(&len, text + end,
	    n - end));
}

int
added_each(const struct added_set *s, const char *text, size_t n,
    int (*fn)(void *arg, size_t start, size_t end, int32_t id), void *arg)
{
	const struct added_token *t;
	size_t at, done = 0, start, end, blank = 0, blank_end = 0;
	int r;

	for (at = 0; s->n > 0 && at < n; ) {
		if ((t = longest(s, text + at, n - at)) == NULL) {
			at++;
			continue;
		}
		start = at;
		at = end = start + t->n;
		if (t->single_word && beside_word(text, n, start, end))
			continue;
		if (t->lstrip)
			start = start < done ? done :
			    blanks_before(text, start, done);
		if (t->rstrip && !(end >= blank && end < blank_end)) {
			blank = end;
			blank_end = blanks_after(text, n, end);
		}
		if (t->rstrip)
			end = blank_end;
		if (start >= end)
			continue;
		if ((done < start && (r = fn(arg, done, start, -1)) != 0) ||
		    (r = fn(arg, start, end, t->id)) != 0)
			return r;
		done = end;
	}
	return done < n ? fn(arg, done, n, -1) : 0;
}
