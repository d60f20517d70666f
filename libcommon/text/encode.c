/* Text to tokens. */
#include <string.h>

#include "base/mem.h"
#include "text/parts.h"
#include "text/unicode.h"

struct encoder {
	const struct tokenizer *t;
	struct token_list *out;
	struct pattern_work *w;
	struct word	 word;
	struct text_buf	 normal[2], spaced, quoted;
	struct text_view text, view;	/* all of it; the part in work */
	struct err	*e;
};

void
token_list_free(struct token_list *l)
{
	mem_free(l->id);
	mem_free(l->span);
	*l = (struct token_list){ .n = 0 };
}

static int
push(struct encoder *k, int32_t id, struct token_span span)
{
	struct token_list *l = k->out;
	size_t max = l->max == 0 ? 64 : 2 * l->max;
	struct token_span *s;
	int32_t *p;

	if (l->n == l->max) {
		if ((p = mem_grow(l->id, max, sizeof *p)) == NULL)
			return err_nomem(k->e);
		l->id = p;
		if ((s = mem_grow(l->span, max, sizeof *s)) == NULL)
			return err_nomem(k->e);
		l->span = s;
		l->max = max;
	}
	l->id[l->n] = id;
	l->span[l->n++] = span;
	return 0;
}

/* --- a word */

/* The whole word as one token, if it is one, or -1. */
static int32_t
whole_word(struct encoder *k, const struct text_view *v)
{
	struct token_span none = { 0, 0 };
	char s[4];
	size_t i, len;
	int32_t c;

	if (!k->t->byte_level)
		return model_token(k->t, v->s, v->n);
	if (v->n > k->t->vocab.longest)
		return -1;
	k->quoted.n = 0;
	for (i = 0; i < v->n; i++) {
		c = byte_character((unsigned char)v->s[i]);
		len = c < 0x80 ? 1 : 2;
		s[0] = (char)(len == 1 ? c : 0xc0 | c >> 6);
		s[1] = (char)(0x80 | (c & 0x3f));
		if (text_buf_add(&k->quoted, s, len, none, k->e) != 0)
			return -1;
	}
	return model_token(k->t, k->quoted.s, k->quoted.n);
}

/* The bytes of a character that has no token of its own. */
static int
add_bytes(struct encoder *k, const struct text_view *v, size_t at, size_t len)
{
	size_t i;

	for (i = at; i < at + len; i++)
		if (word_add(&k->word, k->t->byte[(unsigned char)v->s[i]], i,
		    k->e) != 0)
			return -1;
	return 0;
}

static int
no_token(struct encoder *k, const struct text_view *v, size_t at, size_t len)
{
	size_t from = text_from(v, at, at + 1).start;

	if (k->t->byte_level)
		return err_set(k->e, RC_INPUT, "text: byte %zu: 0x%02x has no "
		    "token", from, (unsigned char)v->s[at]);
	return err_set(k->e, RC_INPUT, "text: byte %zu: \"%.*s\" has no "
	    "token", from, (int)len, v->s + at);
}

/* The symbols of a word: its bytes or its characters. */
static int
add_symbols(struct encoder *k, const struct text_view *v)
{
	const struct tokenizer *t = k->t;
	size_t at, len = 1;
	int unknown = 0, was_unknown;
	int32_t id;

	k->word.n = 0;
	for (at = 0; at < v->n; at += len) {
		if (t->byte_level) {
			id = t->byte[(unsigned char)v->s[at]];
		} else {
			unicode_at(&len, v->s + at, v->n - at);
			id = model_token(t, v->s + at, len);
		}
		was_unknown = unknown;
		unknown = 0;
		if (id == -1 && t->byte_fallback) {
			if (add_bytes(k, v, at, len) != 0)
				return -1;
			continue;
		}
		if (id == -1) {
			unknown = 1;
			if ((id = t->unk) == -1)
				return no_token(k, v, at, len);
			if (was_unknown && t->fuse_unk)
				continue;
		}
		if (word_add(&k->word, id, at, k->e) != 0)
			return -1;
	}
	return 0;
}

static int
encode_word(struct encoder *k, const struct text_view *v)
{
	const struct symbol *s;
	size_t i, end;
	int32_t id;

	if (k->t->ignore_merges && (id = whole_word(k, v)) != -1)
		return push(k, id, text_from(v, 0, v->n));
	if (k->e->rc != RC_OK || add_symbols(k, v) != 0 ||
	    word_merge(&k->word, &k->t->merges, k->e) != 0)
		return -1;
	s = k->word.symbol;
	for (i = 0; i < k->word.n; i++) {
		end = i + 1 < k->word.n ? s[i + 1].at : v->n;
		if (push(k, s[i].id, text_from(v, s[i].at, end)) != 0)
			return -1;
	}
	return 0;
}

/* --- the pre-tokenizer: step by step, each part of a piece in turn */

struct piece {
	struct encoder	*k;
	struct text_view view;
	size_t		 step;
};

static int	encode_piece(struct encoder *k, const struct text_view *v,
		    size_t step);

static int
encode_part(void *arg, size_t start, size_t end)
{
	struct piece *p = arg;
	struct text_view v = text_part(&p->view, start, end);

	return encode_piece(p->k, &v, p->step + 1);
}

static int
encode_piece(struct encoder *k, const struct text_view *v, size_t step)
{
	struct piece p = { k, *v, step };
	const struct split *split = &k->t->split[step];
	struct token_span first = text_from(v, 0, 1);

	if (step == k->t->n_splits)
		return encode_word(k, v);
	if (split->prefix_space && *v->s != ' ') {
		k->spaced.n = 0;
		first.end = first.start;
		if (text_buf_add(&k->spaced, " ", 1, first, k->e) != 0 ||
		    text_buf_copy(&k->spaced, v, 0, v->n, k->e) != 0)
			return -1;
		p.view = text_buf_view(&k->spaced);
	}
	return split_each(split, k->w, p.view.s, p.view.n, encode_part, &p,
	    k->e);
}

/* --- tokens in the text, then in the normalised text between them */

int
normalise_all(struct text_view *out, struct text_buf b[2],
    const struct tokenizer *t, const struct text_view *v,
    struct pattern_work *w, struct err *e)
{
	size_t i, limit = LEAST_ROOM + GROWTH * v->n;

	*out = *v;
	for (i = 0; i < t->n_normal; i++) {
		b[i % 2].limit = limit;
		if (normalise_step(&b[i % 2], &t->normal_step[i], out, w,
		    e) != 0)
			return -1;
		*out = text_buf_view(&b[i % 2]);
	}
	return 0;
}

static int
encode_normal(void *arg, size_t start, size_t end, int32_t id)
{
	struct encoder *k = arg;
	struct text_view v = text_part(&k->view, start, end);

	return id == -1 ? encode_piece(k, &v, 0) :
	    push(k, id, text_from(&k->view, start, end));
}

static int
encode_raw(void *arg, size_t start, size_t end, int32_t id)
{
	struct encoder *k = arg;
	struct text_view v = text_part(&k->text, start, end);

	if (id != -1)
		return push(k, id, text_from(&k->text, start, end));
	if (normalise_all(&k->view, k->normal, k->t, &v, k->w, k->e) != 0)
		return -1;
	return added_each(&k->t->normal, k->view.s, k->view.n, encode_normal,
	    k);
}

static int
push_all(struct encoder *k, const int32_t *id, size_t n, size_t at)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (push(k, id[i], (struct token_span){ at, at }) != 0)
			return -1;
	return 0;
}

int
tokenizer_encode(struct token_list *out, const struct tokenizer *t,
    const char *text, size_t n, unsigned flags, struct err *e)
{
	size_t i, had = out->n, valid = unicode_valid(text, n);
	struct encoder k = { .t = t, .out = out, .text = { text, n, NULL, 0 },
	    .e = e };
	int special = (flags & TOKENIZER_ADD_SPECIAL) != 0, bad;

	if (valid != n)
		return err_set(e, RC_INPUT, "text: byte %zu: not UTF-8",
		    valid);
	if ((k.w = pattern_work_new(n, e)) == NULL)
		return -1;
	bad = special && push_all(&k, t->before, t->n_before, 0) != 0;
	if (!bad)
		bad = added_each(&t->raw, text, n, encode_raw, &k) != 0;
	if (!bad && special)
		bad = push_all(&k, t->after, t->n_after, n) != 0;
	if (bad)
		out->n = had;
	for (i = 0; i < 2; i++)
		text_buf_free(&k.normal[i]);
	text_buf_free(&k.spaced);
	text_buf_free(&k.quoted);
	word_free(&k.word);
	pattern_work_free(k.w);
	return bad ? -1 : 0;
}
