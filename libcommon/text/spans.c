#include <string.h>

#include "base/mem.h"
#include "text/spans.h"

void
text_buf_free(struct text_buf *b)
{
	mem_free(b->s);
	mem_free(b->from);
	*b = (struct text_buf){ .n = 0 };
}

static int
reserve(struct text_buf *b, size_t n, struct err *e)
{
	size_t max = b->max == 0 ? 256 : b->max;
	struct token_span *from;
	char *s;

	if (b->limit != 0 && n > b->limit - b->n)
		return err_set(e, RC_INPUT, "the normalizer makes more than "
		    "%zu bytes of the text", b->limit);
	while (max - b->n < n)
		max *= 2;
	if (max == b->max)
		return 0;
	if ((s = mem_grow(b->s, max, 1)) == NULL)
		return err_nomem(e);
	b->s = s;
	if ((from = mem_grow(b->from, max, sizeof *from)) == NULL)
		return err_nomem(e);
	b->from = from;
	b->max = max;
	return 0;
}

int
text_buf_add(struct text_buf *b, const char *s, size_t n,
    struct token_span from, struct err *e)
{
	size_t i;

	if (n == 0)
		return 0;
	if (reserve(b, n, e) != 0)
		return -1;
	memcpy(b->s + b->n, s, n);
	for (i = 0; i < n; i++)
		b->from[b->n + i] = from;
	b->n += n;
	return 0;
}

int
text_buf_copy(struct text_buf *b, const struct text_view *v, size_t start,
    size_t end, struct err *e)
{
	size_t i;

	if (start == end)
		return 0;
	if (reserve(b, end - start, e) != 0)
		return -1;
	memcpy(b->s + b->n, v->s + start, end - start);
	for (i = start; i < end; i++)
		b->from[b->n + i - start] = v->from != NULL ? v->from[i] :
		    (struct token_span){ v->base + i, v->base + i + 1 };
	b->n += end - start;
	return 0;
}

struct text_view
text_buf_view(const struct text_buf *b)
{
	return (struct text_view){ b->s, b->n, b->from, 0 };
}

struct text_view
text_part(const struct text_view *v, size_t start, size_t end)
{
	return (struct text_view){ v->s + start, end - start,
	    v->from == NULL ? NULL : v->from + start, v->base + start };
}

struct token_span
text_from(const struct text_view *v, size_t start, size_t end)
{
	if (v->from == NULL)
		return (struct token_span){ v->base + start, v->base + end };
	if (start == end)
		return (struct token_span){ 0, 0 };
	return (struct token_span){ v->from[start].start,
	    v->from[end - 1].end };
}
