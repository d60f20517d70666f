/* The steps of a tokenizer.json before the model: normalizer and
 * pre_tokenizer. */
#include <string.h>

#include "base/mem.h"
#include "text/json.h"
#include "text/parts.h"

const char pattern_gpt2[] = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+|"
    " ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

typedef int step_reader(struct tokenizer *, json_t *, struct err *);

/* Every member of an array, by fn. */
static int
read_each(struct tokenizer *t, json_t *o, const char *key, step_reader *fn,
    struct err *e)
{
	const char *const keys[] = { "type", key, NULL };
	json_t *a, *v;
	size_t i;

	if (json_only(o, keys, e) != 0 || json_get_array(&a, o, key, e) != 0)
		return -1;
	json_array_foreach(a, i, v)
		if (fn(t, v, e) != 0)
			return -1;
	return 0;
}

int
add_split(struct tokenizer *t, struct pattern *p, enum split_how how,
    struct err *e)
{
	if (p == NULL)
		return -1;
	if (t->n_splits == MAX_STEPS) {
		pattern_free(p);
		return err_set(e, RC_INPUT, "more than %d steps", MAX_STEPS);
	}
	t->split[t->n_splits++] = (struct split){ .pattern = p, .how = how };
	return 0;
}

int
add_normal(struct tokenizer *t, enum normal_kind kind, const char *text,
    struct pattern *p, struct err *e)
{
	char *copy = mem_strdup(text);

	if (copy == NULL)
		err_nomem(e);
	else if (t->n_normal == MAX_STEPS)
		err_set(e, RC_INPUT, "more than %d steps", MAX_STEPS);
	else {
		t->normal_step[t->n_normal++] = (struct normal_step){ kind,
		    copy, p };
		return 0;
	}
	mem_free(copy);
	pattern_free(p);
	return -1;
}

/* {"String": s} or, where allowed, {"Regex": s}. */
static struct pattern *
read_pattern(json_t *o, int allow_regex, struct err *e)
{
	static const char *const keys[] = { "String", "Regex", NULL };
	json_t *p = json_object_get(o, "pattern");
	json_t *literal = json_object_get(p, "String");
	json_t *regex = json_object_get(p, "Regex");

	if (json_only(p, keys, e) != 0) {
		err_prefix(e, "pattern");
		return NULL;
	}
	if (json_is_string(literal) && regex == NULL)
		return pattern_new_literal(json_string_value(literal), e);
	if (!json_is_string(regex) || literal != NULL)
		err_set(e, RC_INPUT, "pattern is neither a String nor a "
		    "Regex");
	else if (!allow_regex)
		err_set(e, RC_INPUT, "pattern: a Regex is not supported");
	else
		return pattern_new(json_string_value(regex), e);
	return NULL;
}

static int
read_replace(struct tokenizer *t, json_t *o, struct err *e)
{
	static const char *const keys[] = { "type", "pattern", "content",
	    NULL };
	struct pattern *p;
	const char *put;

	if (json_only(o, keys, e) != 0 ||
	    json_get_string(&put, o, "content", e) != 0 ||
	    (p = read_pattern(o, 0, e)) == NULL)
		return -1;
	return add_normal(t, NORMAL_REPLACE, put, p, e);
}

static int
read_normal(struct tokenizer *t, json_t *o, struct err *e)
{
	static const char *const nfc[] = { "type", NULL };
	static const char *const prepend[] = { "type", "prepend", NULL };
	const char *type, *text;

	if (json_get_string(&type, o, "type", e) != 0)
		return -1;
	if (strcmp(type, "Sequence") == 0)
		return read_each(t, o, "normalizers", read_normal, e);
	if (strcmp(type, "NFC") == 0)
		return json_only(o, nfc, e) != 0 ? -1 :
		    add_normal(t, NORMAL_NFC, "", NULL, e);
	if (strcmp(type, "Replace") == 0)
		return read_replace(t, o, e);
	if (strcmp(type, "Prepend") != 0)
		return json_bad_type(type, e);
	if (json_only(o, prepend, e) != 0 ||
	    json_get_string(&text, o, "prepend", e) != 0)
		return -1;
	return add_normal(t, NORMAL_PREPEND, text, NULL, e);
}

int
read_normalizer(struct tokenizer *t, json_t *o, struct err *e)
{
	if (o == NULL || json_is_null(o) || read_normal(t, o, e) == 0)
		return 0;
	return err_prefix(e, "normalizer");
}

static int
read_byte_level(struct tokenizer *t, json_t *o, struct err *e)
{
	static const char *const keys[] = { "type", "add_prefix_space",
	    "trim_offsets", "use_regex", NULL };
	int prefix = 1, trim = 1, regex = 1;

	if (json_only(o, keys, e) != 0 ||
	    json_get_bool(&prefix, o, "add_prefix_space", e) != 0 ||
	    json_get_bool(&trim, o, "trim_offsets", e) != 0 ||
	    json_get_bool(&regex, o, "use_regex", e) != 0)
		return -1;
	t->byte_level = 1;
	if (regex && add_split(t, pattern_new(pattern_gpt2, e),
	    SPLIT_ISOLATED, e) != 0)
		return -1;
	if (!regex && t->n_splits == MAX_STEPS)
		return err_set(e, RC_INPUT, "more than %d steps", MAX_STEPS);
	if (!regex)
		t->split[t->n_splits++] = (struct split){ .pattern = NULL };
	t->split[t->n_splits - 1].prefix_space = prefix;
	return 0;
}

static int
read_split(struct tokenizer *t, json_t *o, struct err *e)
{
	static const char *const keys[] = { "type", "pattern", "behavior",
	    "invert", NULL };
	enum split_how how;
	const char *name;
	int invert = 0;

	if (json_only(o, keys, e) != 0 ||
	    json_get_string(&name, o, "behavior", e) != 0 ||
	    split_parse_how(&how, name, e) != 0 ||
	    json_get_bool(&invert, o, "invert", e) != 0 ||
	    add_split(t, read_pattern(o, 1, e), how, e) != 0)
		return -1;
	t->split[t->n_splits - 1].invert = invert;
	return 0;
}

static int
read_digits(struct tokenizer *t, json_t *o, struct err *e)
{
	static const char *const keys[] = { "type", "individual_digits",
	    NULL };
	int each = 0;

	if (json_only(o, keys, e) != 0 ||
	    json_get_bool(&each, o, "individual_digits", e) != 0)
		return -1;
	return add_split(t, pattern_new("\\p{N}", e),
	    each ? SPLIT_ISOLATED : SPLIT_CONTIGUOUS, e);
}

static int
read_pre(struct tokenizer *t, json_t *o, struct err *e)
{
	static const struct {
		const char	*type;
		step_reader	*read;
	} types[] = { { "ByteLevel", read_byte_level },
	    { "Split", read_split }, { "Digits", read_digits } };
	const char *type;
	size_t i;

	if (json_get_string(&type, o, "type", e) != 0)
		return -1;
	if (strcmp(type, "Sequence") == 0)
		return read_each(t, o, "pretokenizers", read_pre, e);
	for (i = 0; i < sizeof types / sizeof *types; i++) {
		if (strcmp(type, types[i].type) != 0)
			continue;
		if (t->byte_level)
			return err_set(e, RC_INPUT, "%s after ByteLevel is "
			    "not supported", type);
		return types[i].read(t, o, e) == 0 ? 0 : err_prefix(e, type);
	}
	return json_bad_type(type, e);
}

int
read_pre_tokenizer(struct tokenizer *t, json_t *o, struct err *e)
{
	if (o == NULL || json_is_null(o) || read_pre(t, o, e) == 0)
		return 0;
	return err_prefix(e, "pre_tokenizer");
}
