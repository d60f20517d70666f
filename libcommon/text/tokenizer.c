#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "text/json.h"
#include "text/parts.h"

/* --- bytes as characters, as GPT-2 has it: what is printable in Latin-1
 * stands for itself, the others are U+0100 and on, in order */

static int
stands_for_itself(int c)
{
	return (c >= '!' && c <= '~') || (c >= 0xa1 && c <= 0xff && c != 0xad);
}

int32_t
byte_character(unsigned char b)
{
	int32_t c = 0x100;
	int i;

	if (stands_for_itself(b))
		return b;
	for (i = 0; i < b; i++)
		c += !stands_for_itself(i);
	return c;
}

int
character_byte(int32_t c)
{
	int b;

	if (c < 0x100)
		return stands_for_itself(c) ? c : -1;
	for (b = 0; b < 256; b++)
		if (!stands_for_itself(b) && c-- == 0x100)
			return b;
	return -1;
}

/* --- loading */

int32_t
model_token(const struct tokenizer *t, const char *s, size_t n)
{
	int32_t id = vocab_find(&t->vocab, s, n);

	return id < (int32_t)t->n_model ? id : -1;
}

int
find_bytes(struct tokenizer *t, struct err *e)
{
	char s[8];
	int32_t c;
	int b, known = 0;

	for (b = 0; b < 256; b++) {
		c = byte_character((unsigned char)b);
		if (!t->byte_level)
			snprintf(s, sizeof s, "<0x%02X>", (unsigned)b);
		else if (c < 0x80)
			snprintf(s, sizeof s, "%c", (int)c);
		else
			snprintf(s, sizeof s, "%c%c", 0xc0 | (int)c >> 6,
			    0x80 | ((int)c & 0x3f));
		t->byte[b] = model_token(t, s, strlen(s));
		known += t->byte[b] != -1;
	}
	/* with no tokens for bytes it means nothing; some models say it */
	if (known == 0 || t->byte_level)
		t->byte_fallback = 0;
	if (t->byte_fallback && known != 256)
		return err_set(e, RC_INPUT, "model: byte_fallback with tokens "
		    "for %d of 256 bytes", known);
	return 0;
}

int
finish_added(struct tokenizer *t, struct err *e)
{
	struct pattern_work *w;
	struct text_buf b[2] = { { .n = 0 }, { .n = 0 } };
	struct text_view v, normal;
	struct added_token *a;
	char *text;
	size_t i;
	int bad = 0;

	for (i = 0; bad == 0 && i < t->n_added; i++) {
		a = &t->added[i];
		if (!a->normalized)
			continue;
		v = (struct text_view){ a->text, a->n, NULL, 0 };
		if ((w = pattern_work_new(a->n, e)) == NULL)
			return -1;
		bad = normalise_all(&normal, b, t, &v, w, e);
		pattern_work_free(w);
		if (bad == 0 && (text = mem_strndup(normal.s, normal.n)) ==
		    NULL)
			bad = err_nomem(e);
		if (bad != 0)
			break;
		a->n = normal.n;
		mem_free(a->text);
		a->text = text;
	}
	text_buf_free(&b[0]);
	text_buf_free(&b[1]);
	if (bad == 0)
		bad = added_set_init(&t->raw, t->added, t->n_added, 0, e);
	if (bad == 0)
		bad = added_set_init(&t->normal, t->added, t->n_added, 1, e);
	return bad;
}

static int
read_file(struct tokenizer *t, json_t *o, struct err *e)
{
	static const char *const keys[] = { "version", "truncation",
	    "padding", "added_tokens", "normalizer", "pre_tokenizer",
	    "post_processor", "decoder", "model", NULL };
	json_t *model, *added = json_object_get(o, "added_tokens");
	size_t n;

	if (json_only(o, keys, e) != 0 ||
	    json_must_be_null(o, "truncation", e) != 0 ||
	    json_must_be_null(o, "padding", e) != 0 ||
	    json_get_object(&model, o, "model", e) != 0)
		return -1;
	if (added != NULL && json_get_array(&added, o, "added_tokens", e) != 0)
		return -1;
	n = count_added(json_object_get(model, "vocab"), added);
	return read_model(t, model, n, e) != 0 ||
	    read_added(t, added, e) != 0 ||
	    read_normalizer(t, json_object_get(o, "normalizer"), e) != 0 ||
	    read_pre_tokenizer(t, json_object_get(o, "pre_tokenizer"),
	    e) != 0 || read_post_processor(t, json_object_get(o,
	    "post_processor"), e) != 0 ||
	    read_decoder(t, json_object_get(o, "decoder"), e) != 0 ||
	    find_bytes(t, e) != 0 || finish_added(t, e) != 0 ? -1 : 0;
}

/* Takes o over. */
static struct tokenizer *
from_json(json_t *o, const char *what, struct err *e)
{
	struct tokenizer *t;
	int bad;

	if (o == NULL)
		return NULL;
	if ((t = mem_zalloc(1, sizeof *t)) == NULL)
		bad = err_nomem(e);
	else if ((bad = read_file(t, o, e)) != 0)
		err_prefix(e, what);
	json_decref(o);
	if (bad == 0)
		return t;
	tokenizer_free(t);
	return NULL;
}

struct tokenizer *
tokenizer_parse(const char *json, size_t n, const char *what, struct err *e)
{
	return from_json(json_read_text(json, n, what, e), what, e);
}

struct tokenizer *
tokenizer_load(const char *dir, struct err *e)
{
	char *path = path_in(dir, "tokenizer.json", e);
	struct tokenizer *t = NULL;

	if (path == NULL)
		return NULL;
	if (access(path, F_OK) == 0 || errno != ENOENT) {
		t = from_json(json_read_file(path, e), path, e);
		mem_free(path);
		return t;
	}
	mem_free(path);
	if ((t = mem_zalloc(1, sizeof *t)) == NULL) {
		err_nomem(e);
	} else if (read_plain_files(t, dir, e) != 0) {
		tokenizer_free(t);
		t = NULL;
	}
	return t;
}

void
tokenizer_free(struct tokenizer *t)
{
	size_t i;

	if (t == NULL)
		return;
	vocab_free(&t->vocab);
	merges_free(&t->merges);
	added_set_free(&t->raw);
	added_set_free(&t->normal);
	for (i = 0; i < t->n_added; i++)
		mem_free(t->added[i].text);
	mem_free(t->added);
	mem_free(t->place);
	for (i = 0; i < t->n_normal; i++) {
		mem_free(t->normal_step[i].text);
		pattern_free(t->normal_step[i].pattern);
	}
	for (i = 0; i < t->n_splits; i++)
		pattern_free(t->split[i].pattern);
	mem_free(t->before);
	mem_free(t->after);
	for (i = 0; i < t->n_decode; i++) {
		mem_free(t->decode_step[i].find);
		mem_free(t->decode_step[i].put);
	}
	mem_free(t);
}

/* --- asking */

size_t
tokenizer_size(const struct tokenizer *t)
{
	return t->vocab.n;
}

int32_t
tokenizer_id(const struct tokenizer *t, const char *token)
{
	return vocab_find(&t->vocab, token, strlen(token));
}

const char *
tokenizer_string(size_t *n, const struct tokenizer *t, int32_t id)
{
	*n = 0;
	return id < 0 || (size_t)id >= t->vocab.n ? NULL :
	    vocab_string(n, &t->vocab, (size_t)id);
}

int
tokenizer_is_special(const struct tokenizer *t, int32_t id)
{
	return id >= 0 && (size_t)id < t->vocab.n &&
	    t->place[id] != 0 && t->added[t->place[id] - 1].special;
}
