/* The steps of a tokenizer.json after the model: post_processor and
 * decoder. */
#include <string.h>

#include "base/mem.h"
#include "text/json.h"
#include "text/parts.h"
#include "text/unicode.h"

/* --- post_processor */

static int
add_id(struct tokenizer *t, int after, json_t *id, struct err *e)
{
	int32_t **list = after ? &t->after : &t->before, *p;
	size_t *n = after ? &t->n_after : &t->n_before;

	if (!json_is_integer(id) || json_integer_value(id) < 0 ||
	    (uint64_t)json_integer_value(id) >= t->vocab.n)
		return err_set(e, RC_INPUT, "special_tokens: an id that is "
		    "none of the %zu tokens", t->vocab.n);
	if ((p = mem_grow(*list, *n + 1, sizeof *p)) == NULL)
		return err_nomem(e);
	*list = p;
	p[(*n)++] = (int32_t)json_integer_value(id);
	return 0;
}

/* {"SpecialToken": {"id": name}}: all its ids. */
static int
add_special(struct tokenizer *t, int after, json_t *item, json_t *special,
    struct err *e)
{
	json_t *token, *ids, *id;
	const char *name;
	size_t i;

	if (json_get_string(&name, item, "id", e) != 0)
		return -1;
	if ((token = json_object_get(special, name)) == NULL)
		return err_set(e, RC_INPUT, "\"%.64s\" is not among "
		    "special_tokens", name);
	if (json_get_array(&ids, token, "ids", e) != 0)
		return -1;
	json_array_foreach(ids, i, id)
		if (add_id(t, after, id, e) != 0)
			return -1;
	return 0;
}

static int
read_template(struct tokenizer *t, json_t *o, struct err *e)
{
	static const char *const keys[] = { "type", "single", "pair",
	    "special_tokens", NULL };
	json_t *single, *special, *item, *inner;
	const char *name;
	size_t i;
	int after = 0;

	if (json_only(o, keys, e) != 0 ||
	    json_get_array(&single, o, "single", e) != 0 ||
	    json_get_object(&special, o, "special_tokens", e) != 0)
		return -1;
	json_array_foreach(single, i, item) {
		if ((inner = json_object_get(item, "Sequence")) == NULL) {
			inner = json_object_get(item, "SpecialToken");
			if (add_special(t, after, inner, special, e) != 0)
				return err_prefix(e, "single");
			continue;
		}
		if (json_get_string(&name, inner, "id", e) != 0)
			return err_prefix(e, "single");
		if (after++ || strcmp(name, "A") != 0)
			break;
	}
	if (i != json_array_size(single) || after != 1)
		return err_set(e, RC_INPUT,
		    "single: must have the sequence A, once");
	return 0;
}

static int	read_post(struct tokenizer *, json_t *, int *, struct err *);

static int
read_posts(struct tokenizer *t, json_t *o, int *templates, struct err *e)
{
	static const char *const keys[] = { "type", "processors", NULL };
	json_t *a, *v;
	size_t i;

	if (json_only(o, keys, e) != 0 ||
	    json_get_array(&a, o, "processors", e) != 0)
		return -1;
	json_array_foreach(a, i, v)
		if (read_post(t, v, templates, e) != 0)
			return -1;
	return 0;
}

static int
read_post(struct tokenizer *t, json_t *o, int *templates, struct err *e)
{
	const char *type;

	if (json_get_string(&type, o, "type", e) != 0)
		return -1;
	if (strcmp(type, "Sequence") == 0)
		return read_posts(t, o, templates, e);
	if (strcmp(type, "ByteLevel") == 0)	/* cuts offsets: ours stay */
		return 0;
	if (strcmp(type, "TemplateProcessing") != 0)
		return json_bad_type(type, e);
	if ((*templates)++ != 0)
		return err_set(e, RC_INPUT,
		    "more than one template is not supported");
	return read_template(t, o, e) == 0 ? 0 : err_prefix(e, type);
}

int
read_post_processor(struct tokenizer *t, json_t *o, struct err *e)
{
	int templates = 0;

	if (o == NULL || json_is_null(o) ||
	    read_post(t, o, &templates, e) == 0)
		return 0;
	return err_prefix(e, "post_processor");
}

/* --- decoder */

static int
add_decode(struct tokenizer *t, struct decode_step step, const char *find,
    const char *put, struct err *e)
{
	struct decode_step *s = &t->decode_step[t->n_decode];

	if (t->n_decode == MAX_STEPS)
		return err_set(e, RC_INPUT, "more than %d steps", MAX_STEPS);
	*s = step;
	s->find = mem_strdup(find);
	s->put = mem_strdup(put);
	t->n_decode++;
	return s->find == NULL || s->put == NULL ? err_nomem(e) : 0;
}

static int
read_decode_replace(struct tokenizer *t, json_t *o, struct err *e)
{
	static const char *const keys[] = { "type", "pattern", "content",
	    NULL };
	static const char *const kinds[] = { "String", NULL };
	struct decode_step step = { .kind = DECODE_REPLACE };
	json_t *pattern = json_object_get(o, "pattern");
	const char *find, *put;

	if (json_only(o, keys, e) != 0 ||
	    json_get_string(&put, o, "content", e) != 0)
		return -1;
	if (json_only(pattern, kinds, e) != 0 ||
	    json_get_string(&find, pattern, "String", e) != 0)
		return err_prefix(e, "pattern");
	if (*find == '\0')
		return err_set(e, RC_INPUT, "pattern: an empty string");
	return add_decode(t, step, find, put, e);
}

static int
read_decode_strip(struct tokenizer *t, json_t *o, struct err *e)
{
	static const char *const keys[] = { "type", "content", "start",
	    "stop", NULL };
	struct decode_step step = { .kind = DECODE_STRIP };
	const char *find;
	size_t len = 0;

	if (json_only(o, keys, e) != 0 ||
	    json_get_string(&find, o, "content", e) != 0 ||
	    json_get_size(&step.start, o, "start", e) != 0 ||
	    json_get_size(&step.stop, o, "stop", e) != 0)
		return -1;
	if (*find != '\0')
		unicode_at(&len, find, strlen(find));
	if (len == 0 || find[len] != '\0')
		return err_set(e, RC_INPUT, "content is not one character");
	return add_decode(t, step, find, "", e);
}

static int
read_decode_plain(struct tokenizer *t, json_t *o, enum decode_kind kind,
    struct err *e)
{
	static const char *const keys[] = { "type", "add_prefix_space",
	    "trim_offsets", "use_regex", NULL };
	static const char *const bare[] = { "type", NULL };
	struct decode_step step = { .kind = kind };

	if (json_only(o, kind == DECODE_BYTE_LEVEL ? keys : bare, e) != 0)
		return -1;
	return add_decode(t, step, "", "", e);
}

static int
read_decode(struct tokenizer *t, json_t *o, struct err *e)
{
	static const char *const keys[] = { "type", "decoders", NULL };
	const char *type;
	json_t *a, *v;
	size_t i;

	if (json_get_string(&type, o, "type", e) != 0)
		return -1;
	if (strcmp(type, "ByteLevel") == 0)
		return read_decode_plain(t, o, DECODE_BYTE_LEVEL, e);
	if (strcmp(type, "ByteFallback") == 0)
		return read_decode_plain(t, o, DECODE_BYTE_FALLBACK, e);
	if (strcmp(type, "Fuse") == 0)
		return read_decode_plain(t, o, DECODE_FUSE, e);
	if (strcmp(type, "Replace") == 0)
		return read_decode_replace(t, o, e) == 0 ? 0 :
		    err_prefix(e, type);
	if (strcmp(type, "Strip") == 0)
		return read_decode_strip(t, o, e) == 0 ? 0 :
		    err_prefix(e, type);
	if (strcmp(type, "Sequence") != 0)
		return json_bad_type(type, e);
	if (json_only(o, keys, e) != 0 ||
	    json_get_array(&a, o, "decoders", e) != 0)
		return -1;
	json_array_foreach(a, i, v)
		if (read_decode(t, v, e) != 0)
			return -1;
	return 0;
}

int
read_decoder(struct tokenizer *t, json_t *o, struct err *e)
{
	t->has_decoder = o != NULL && !json_is_null(o);
	if (!t->has_decoder || read_decode(t, o, e) == 0)
		return 0;
	return err_prefix(e, "decoder");
}
