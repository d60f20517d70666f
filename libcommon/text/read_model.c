/* The model of a tokenizer.json: vocabulary, merges; and tokens added. */
#include <string.h>

#include "base/mem.h"
#include "text/json.h"
#include "text/parts.h"

size_t
count_added(json_t *vocab, json_t *added)
{
	const char *s;
	json_t *token;
	size_t i, n = 0;

	json_array_foreach(added, i, token) {
		s = json_string_value(json_object_get(token, "content"));
		n += s != NULL && json_object_get(vocab, s) == NULL;
	}
	return n;
}

/* As much of n bytes as a message has room for. */
static int
shown(size_t n)
{
	return n < 64 ? (int)n : 64;
}

int
add_merge(struct tokenizer *t, const char *a, size_t na, const char *b,
    size_t nb, struct err *e)
{
	int32_t ia = vocab_find(&t->vocab, a, na);
	int32_t ib = vocab_find(&t->vocab, b, nb), made = -1;
	char small[256], *ab = small;

	if (na == 0 || nb == 0)
		return err_set(e, RC_INPUT, "merge %zu: an empty token",
		    t->merges.n);
	if (ia == -1 || ib == -1)
		return err_set(e, RC_INPUT, "merge %zu: \"%.*s\" is not in "
		    "the vocabulary", t->merges.n,
		    shown(ia == -1 ? na : nb), ia == -1 ? a : b);
	if (na + nb > sizeof small && (ab = mem_alloc(na + nb, 1)) == NULL)
		return err_nomem(e);
	memcpy(ab, a, na);
	memcpy(ab + na, b, nb);
	made = vocab_find(&t->vocab, ab, na + nb);
	if (ab != small)
		mem_free(ab);
	if (made == -1)
		return err_set(e, RC_INPUT, "merge %zu: \"%.*s\" and \"%.*s\" "
		    "make no token of the vocabulary", t->merges.n,
		    shown(na), a, shown(nb), b);
	merges_add(&t->merges, ia, ib, made);
	return 0;
}

static int
read_vocab(struct tokenizer *t, json_t *vocab, size_t n_added, struct err *e)
{
	const char *s;
	json_t *id;
	int64_t i;

	t->n_model = json_object_size(vocab);
	if (vocab_init(&t->vocab, t->n_model + n_added, e) != 0)
		return -1;
	json_object_foreach(vocab, s, id) {
		if (!json_is_integer(id))
			return err_set(e, RC_INPUT, "vocab: \"%.64s\": the id "
			    "is no whole number", s);
		i = json_integer_value(id);
		if (i < 0 || (uint64_t)i >= t->n_model)
			return err_set(e, RC_INPUT, "vocab: \"%.64s\": id %"
			    JSON_INTEGER_FORMAT ", but there are %zu tokens",
			    s, json_integer_value(id), t->n_model);
		if (vocab_set(&t->vocab, (size_t)i, s, strlen(s), e) != 0)
			return err_prefix(e, "vocab");
	}
	return 0;
}

static int
read_merge(struct tokenizer *t, json_t *merge, struct err *e)
{
	const char *a = json_string_value(merge), *b;
	json_t *pair[2];

	if (a != NULL) {
		b = strchr(a, ' ');
		if (b == NULL || strchr(b + 1, ' ') != NULL)
			return err_set(e, RC_INPUT, "merge %zu: \"%.64s\" is "
			    "not two tokens", t->merges.n, a);
		return add_merge(t, a, (size_t)(b - a), b + 1, strlen(b + 1),
		    e);
	}
	pair[0] = json_array_get(merge, 0);
	pair[1] = json_array_get(merge, 1);
	if (json_array_size(merge) != 2 || !json_is_string(pair[0]) ||
	    !json_is_string(pair[1]))
		return err_set(e, RC_INPUT, "merge %zu is not two strings",
		    t->merges.n);
	return add_merge(t, json_string_value(pair[0]),
	    json_string_length(pair[0]), json_string_value(pair[1]),
	    json_string_length(pair[1]), e);
}

static int
read_merges(struct tokenizer *t, json_t *model, struct err *e)
{
	json_t *merges, *merge;
	size_t i;

	if (json_get_array(&merges, model, "merges", e) != 0 ||
	    merges_init(&t->merges, json_array_size(merges), e) != 0)
		return -1;
	json_array_foreach(merges, i, merge)
		if (read_merge(t, merge, e) != 0)
			return -1;
	return 0;
}

/* Affixes of tokens inside and at the end of words: only none. */
static int
refuse_affix(json_t *model, const char *key, struct err *e)
{
	const char *s = json_string_value(json_object_get(model, key));

	return s != NULL && *s == '\0' ? 0 : json_must_be_null(model, key, e);
}

static int
read_flags(struct tokenizer *t, json_t *model, struct err *e)
{
	json_t *v = json_object_get(model, "dropout");
	json_t *unk = json_object_get(model, "unk_token");

	if (v != NULL && !json_is_null(v) && (!json_is_number(v) ||
	    json_number_value(v) != 0))
		return err_set(e, RC_INPUT, "dropout is not supported");
	if (refuse_affix(model, "continuing_subword_prefix", e) != 0 ||
	    refuse_affix(model, "end_of_word_suffix", e) != 0 ||
	    json_get_bool(&t->fuse_unk, model, "fuse_unk", e) != 0 ||
	    json_get_bool(&t->byte_fallback, model, "byte_fallback", e) != 0 ||
	    json_get_bool(&t->ignore_merges, model, "ignore_merges", e) != 0)
		return -1;
	t->unk = -1;
	if (!json_is_string(unk))
		return json_must_be_null(model, "unk_token", e);
	t->unk = vocab_find(&t->vocab, json_string_value(unk),
	    json_string_length(unk));
	return 0;
}

int
read_model(struct tokenizer *t, json_t *model, size_t n_added, struct err *e)
{
	static const char *const keys[] = { "type", "dropout", "unk_token",
	    "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
	    "byte_fallback", "ignore_merges", "vocab", "merges", NULL };
	const char *type = json_string_value(json_object_get(model, "type"));
	json_t *vocab;
	int bad;

	/* files from before 2020 do not say that it is BPE */
	if (type != NULL && strcmp(type, "BPE") != 0)
		bad = json_bad_type(type, e);
	else
		bad = json_only(model, keys, e);
	if (bad != 0 || json_get_object(&vocab, model, "vocab", e) != 0 ||
	    read_vocab(t, vocab, n_added, e) != 0 ||
	    read_merges(t, model, e) != 0 || read_flags(t, model, e) != 0)
		return err_prefix(e, "model");
	return 0;
}

int
add_token(struct tokenizer *t, struct added_token a, size_t id,
    struct err *e)
{
	int32_t known = vocab_find(&t->vocab, a.text, a.n);
	size_t next = t->n_model + t->n_new;

	if (a.n == 0)
		return err_set(e, RC_INPUT, "an empty token");
	if (known != -1 && t->place[known] != 0)
		return err_set(e, RC_INPUT, "token \"%.64s\" twice", a.text);
	if (known != -1 && (size_t)known != id)
		return err_set(e, RC_INPUT, "token \"%.64s\": id %zu, the "
		    "vocabulary has %d", a.text, id, (int)known);
	if (known == -1 && id != next)
		return err_set(e, RC_INPUT, "token \"%.64s\": id %zu, the "
		    "next is %zu", a.text, id, next);
	if (known == -1 && vocab_set(&t->vocab, id, a.text, a.n, e) != 0)
		return -1;
	t->n_new += known == -1;
	if ((a.text = mem_strndup(a.text, a.n)) == NULL)
		return err_nomem(e);
	a.id = (int32_t)id;
	t->added[t->n_added++] = a;
	t->place[id] = (uint32_t)t->n_added;
	return 0;
}

static int
read_token(struct tokenizer *t, json_t *o, struct err *e)
{
	static const char *const keys[] = { "id", "content", "single_word",
	    "lstrip", "rstrip", "normalized", "special", NULL };
	struct added_token a = { .normalized = -1 };
	const char *text;
	size_t id;

	if (json_only(o, keys, e) != 0 ||
	    json_get_size(&id, o, "id", e) != 0 ||
	    json_get_string(&text, o, "content", e) != 0 ||
	    json_get_bool(&a.single_word, o, "single_word", e) != 0 ||
	    json_get_bool(&a.lstrip, o, "lstrip", e) != 0 ||
	    json_get_bool(&a.rstrip, o, "rstrip", e) != 0 ||
	    json_get_bool(&a.special, o, "special", e) != 0 ||
	    json_get_bool(&a.normalized, o, "normalized", e) != 0)
		return -1;
	if (a.normalized == -1)
		a.normalized = !a.special;
	a.text = (char *)(uintptr_t)text;
	a.n = strlen(text);
	return add_token(t, a, id, e);
}

int
read_added(struct tokenizer *t, json_t *added, struct err *e)
{
	char where[48];
	json_t *token;
	size_t i;

	t->place = mem_zalloc(t->vocab.n, sizeof *t->place);
	t->added = mem_alloc(json_array_size(added), sizeof *t->added);
	if (t->place == NULL || t->added == NULL)
		return err_nomem(e);
	json_array_foreach(added, i, token)
		if (read_token(t, token, e) != 0) {
			snprintf(where, sizeof where, "added_tokens: %zu", i);
			return err_prefix(e, where);
		}
	return 0;
}
