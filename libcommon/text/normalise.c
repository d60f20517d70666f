#include <string.h>
#include <utf8proc.h>

#include "base/mem.h"
#include "text/normalise.h"
#include "text/unicode.h"

/* The characters of a chunk: what can reorder or compose together. */
struct chunk {
	int32_t	*c;
	int32_t	*sorted;
	size_t	 n, max;
};

static int
push(struct chunk *k, int32_t c, struct err *e)
{
	size_t max = k->max == 0 ? 64 : 2 * k->max;
	int32_t *p;

	if (k->n == k->max) {
		if ((p = mem_grow(k->c, max, sizeof *p)) == NULL)
			return err_nomem(e);
		k->c = p;
		if ((p = mem_grow(k->sorted, max, sizeof *p)) == NULL)
			return err_nomem(e);
		k->sorted = p;
		k->max = max;
	}
	k->c[k->n++] = c;
	return 0;
}

static int
combining_class(int32_t c)
{
	return (int)utf8proc_get_property(c)->combining_class;
}

/* Canonical order: runs of marks, stably by their class.  A counting sort,
 * because a hostile run is as long as the text. */
static void
order(struct chunk *k)
{
	size_t count[257], i, j, end;

	for (i = 0; i < k->n; i = end + (end == i)) {
		for (end = i; end < k->n && combining_class(k->c[end]) != 0; )
			end++;
		if (end - i < 2)
			continue;
		memset(count, 0, sizeof count);
		for (j = i; j < end; j++)
			count[combining_class(k->c[j]) + 1]++;
		for (j = 1; j < 257; j++)
			count[j] += count[j - 1];
		for (j = i; j < end; j++)
			k->sorted[count[combining_class(k->c[j])]++] = k->c[j];
		memcpy(k->c + i, k->sorted, (end - i) * sizeof *k->c);
	}
}

/*
 * Nothing before c changes what c and what follows become: c is no mark, no
 * vowel or final of a Hangul syllable, and no mark begins its decomposition
 * (the few that do are marks themselves).
 */
static int
begins_chunk(int32_t c)
{
	utf8proc_category_t g;

	if (c < 0x300 || unicode_is_inert(c))
		return 1;
	if ((c >= 0x1160 && c <= 0x11ff) || (c >= 0xd7b0 && c <= 0xd7ff))
		return 0;
	g = utf8proc_category(c);
	return combining_class(c) == 0 && g != UTF8PROC_CATEGORY_MN &&
	    g != UTF8PROC_CATEGORY_MC && g != UTF8PROC_CATEGORY_ME;
}

/* Where the chunk at `at' ends. */
static size_t
chunk_end(const struct text_view *v, size_t at)
{
	size_t len;
	int32_t c = unicode_at(&len, v->s + at, v->n - at);
	int inert = unicode_is_inert(c);

	for (at += len; at < v->n && !inert; at += len) {
		c = unicode_at(&len, v->s + at, v->n - at);
		if (begins_chunk(c))
			break;
	}
	return at;
}

static int
compose(struct text_buf *b, struct chunk *k, const struct text_view *v,
    size_t start, size_t end, struct err *e)
{
	struct token_span from = text_from(v, start, end);
	utf8proc_ssize_t n, i;
	utf8proc_uint8_t s[4];
	int32_t c, part[8];
	size_t at, len;
	int boundary = 0;

	k->n = 0;
	for (at = start; at < end; at += len) {
		c = unicode_at(&len, v->s + at, end - at);
		n = utf8proc_decompose_char(c, part, 8, UTF8PROC_COMPOSE |
		    UTF8PROC_STABLE, &boundary);
		for (i = 0; i < n; i++)
			if (push(k, part[i], e) != 0)
				return -1;
	}
	order(k);
	n = utf8proc_normalize_utf32(k->c, (utf8proc_ssize_t)k->n,
	    UTF8PROC_COMPOSE | UTF8PROC_STABLE);
	for (i = 0; i < n; i++) {
		len = (size_t)utf8proc_encode_char(k->c[i], s);
		if (text_buf_add(b, (const char *)s, len, from, e) != 0)
			return -1;
	}
	return 0;
}

/* By itself c stays c. */
static int
is_stable(int32_t c)
{
	int32_t part[8];
	int boundary = 0;

	return c < 0x80 || unicode_is_inert(c) || (utf8proc_decompose_char(c,
	    part, 8, UTF8PROC_COMPOSE | UTF8PROC_STABLE, &boundary) == 1 &&
	    part[0] == c);
}

int
normalise_nfc(struct text_buf *b, const struct text_view *v, struct err *e)
{
	struct chunk k = { .c = NULL };
	size_t at, end, plain = 0, len;
	int32_t c;
	int bad = 0;

	for (at = 0; bad == 0 && at < v->n; at = end) {
		end = chunk_end(v, at);
		c = unicode_at(&len, v->s + at, v->n - at);
		if (end == at + len && is_stable(c))
			continue;
		/* all that was plain, then the composition */
		bad = text_buf_copy(b, v, plain, at, e);
		if (bad == 0)
			bad = compose(b, &k, v, at, end, e);
		plain = end;
	}
	if (bad == 0)
		bad = text_buf_copy(b, v, plain, v->n, e);
	mem_free(k.c);
	mem_free(k.sorted);
	return bad;
}

static int
replace(struct text_buf *b, const struct normal_step *step,
    const struct text_view *v, struct pattern_work *w, struct err *e)
{
	size_t at = 0, start, end, n = strlen(step->text);
	int found = 1;

	while (found == 1 && at < v->n) {
		found = pattern_find(&start, &end, step->pattern, w, v->s,
		    v->n, at, e);
		if (found != 1)
			break;
		if (text_buf_copy(b, v, at, start, e) != 0 ||
		    text_buf_add(b, step->text, n, text_from(v, start, end),
		    e) != 0)
			return -1;
		at = end;
	}
	return found == -1 ? -1 : text_buf_copy(b, v, at, v->n, e);
}

int
normalise_step(struct text_buf *b, const struct normal_step *step,
    const struct text_view *v, struct pattern_work *w, struct err *e)
{
	size_t first = text_from(v, 0, v->n > 0).start;

	b->n = 0;
	switch (step->kind) {
	case NORMAL_NFC: return normalise_nfc(b, v, e);
	case NORMAL_REPLACE: return replace(b, step, v, w, e);
	case NORMAL_PREPEND: break;
	}
	if (v->n > 0 && text_buf_add(b, step->text, strlen(step->text),
	    (struct token_span){ first, first }, e) != 0)
		return -1;
	return text_buf_copy(b, v, 0, v->n, e);
}
