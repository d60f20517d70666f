#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "task/template.h"

static const struct {
	const char *name, *json;
} forms[] = {
	{ "boolq", "{ \"name\": \"boolq\", \"prompt\": \"{passage}\\n"
	    "{question}? True or False?\", \"answers\": [\" True\", "
	    "\" False\"], \"label\": \"{answer|label}\", \"labels\": "
	    "[\"true\", \"false\"] }" },
	{ "caa", "{ \"name\": \"caa\", \"prompt\": \"{question}\\n\\n"
	    "Answer:\", \"right\": \"{answer_matching_behavior}\", "
	    "\"wrong\": [\"{answer_not_matching_behavior}\"] }" },
	{ "mwe", "{ \"name\": \"mwe\", \"prompt\": \"{question|statement}\","
	    " \"right\": \"{answer_matching_behavior}\", \"wrong\": "
	    "[\"{answer_not_matching_behavior}\"] }" },
	{ "text", NULL },
};

const char *
template_form(const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < sizeof forms / sizeof *forms; i++)
		if (strlen(forms[i].name) == n &&
		    memcmp(forms[i].name, name, n) == 0)
			return forms[i].json == NULL ? "" : forms[i].json;
	return NULL;
}

void
template_free(struct template *t)
{
	size_t i;

	mem_free(t->name);
	mem_free(t->data);
	mem_free(t->prompt);
	mem_free(t->label);
	mem_free(t->text);
	mem_free(t->split);
	for (i = 0; i < TEMPLATE_MAX_ANSWERS; i++) {
		mem_free(t->answers[i]);
		mem_free(t->labels[i]);
		mem_free(t->each[i]);
	}
	memset(t, 0, sizeof *t);
}

static int
get_string(char **s, const json_t *v, const char *key, struct err *e)
{
	if (!json_is_string(v))
		return err_set(e, RC_INPUT, "%s: is not a string", key);
	if (strlen(json_string_value(v)) != json_string_length(v))
		return err_set(e, RC_INPUT, "%s: holds a NUL", key);
	if (*s != NULL)
		return err_set(e, RC_INPUT, "%s: is there twice", key);
	*s = mem_strdup(json_string_value(v));
	return *s == NULL ? err_nomem(e) : 0;
}

/* Adds the strings of a list from place n on. */
static int
get_strings(char **s, size_t *n, const json_t *list, const char *key,
    struct err *e)
{
	size_t i, more = json_array_size(list);

	if (!json_is_array(list) || more == 0)
		return err_set(e, RC_INPUT, "%s: is not a list of strings",
		    key);
	if (more > TEMPLATE_MAX_ANSWERS - *n)
		return err_set(e, RC_INPUT, "%s: more than %d answers", key,
		    TEMPLATE_MAX_ANSWERS);
	for (i = 0; i < more; i++, ++*n)
		if (get_string(&s[*n], json_array_get(list, i), key, e) != 0)
			return -1;
	return 0;
}

/* "right" is place 0 of each, whatever comes first in the file. */
static int
get_member(struct template *t, const char *key, const json_t *v,
    size_t *n_labels, struct err *e)
{
	struct {
		const char *key;
		char **s;
	} strings[] = { { "name", &t->name }, { "data", &t->data },
	    { "prompt", &t->prompt }, { "label", &t->label },
	    { "text", &t->text }, { "split", &t->split },
	    { "right", &t->each[0] } };
	size_t i;

	for (i = 0; i < sizeof strings / sizeof *strings; i++)
		if (strcmp(key, strings[i].key) == 0)
			return get_string(strings[i].s, v, key, e);
	if (strcmp(key, "answers") == 0)
		return get_strings(t->answers, &t->n_answers, v, key, e);
	if (strcmp(key, "labels") == 0)
		return get_strings(t->labels, n_labels, v, key, e);
	if (strcmp(key, "wrong") == 0) {
		t->n_each = 1;
		return get_strings(t->each, &t->n_each, v, key, e);
	}
	return err_set(e, RC_INPUT, "%s: unknown key", key);
}

/* Answers without the blanks around them are their labels. */
static int
default_labels(struct template *t, struct err *e)
{
	size_t i, from, n;

	for (i = 0; i < t->n_answers; i++) {
		from = strspn(t->answers[i], " \t\n");
		n = strlen(t->answers[i] + from);
		while (n > 0 && strchr(" \t\n", t->answers[i][from + n - 1]))
			n--;
		t->labels[i] = mem_strndup(t->answers[i] + from, n);
		if (t->labels[i] == NULL)
			return err_nomem(e);
	}
	return 0;
}

static int
check_keys(struct template *t, size_t n_labels, struct err *e)
{
	int all = t->n_answers > 0, each = t->each[0] != NULL ||
	    t->n_each > 0, text = t->text != NULL;
	size_t i, j;

	if (all + each + text != 1)
		return err_set(e, RC_INPUT, "give one of answers with label, "
		    "right with wrong, and text");
	if (text != (t->prompt == NULL))
		return err_set(e, RC_INPUT, text ? "prompt: does not go with "
		    "text" : "no prompt");
	if (all != (t->label != NULL) || (n_labels > 0 && !all))
		return err_set(e, RC_INPUT, "answers and label go together");
	if (each && (t->each[0] == NULL || t->n_each < 2))
		return err_set(e, RC_INPUT, "right and wrong go together");
	if (all && t->n_answers < 2)
		return err_set(e, RC_INPUT, "answers: there is one, with "
		    "nothing to choose from");
	if (n_labels > 0 && n_labels != t->n_answers)
		return err_set(e, RC_INPUT, "labels: %zu, of %zu answers",
		    n_labels, t->n_answers);
	if (all && n_labels == 0 && default_labels(t, e) != 0)
		return -1;
	for (i = 0; i < t->n_answers; i++)
		for (j = 0; j < i; j++)
			if (strcmp(t->labels[i], t->labels[j]) == 0)
				return err_set(e, RC_INPUT, "labels: '%.100s' "
				    "is there twice", t->labels[i]);
	return 0;
}

/* Where the field of a pattern's "{" ends; NULL: nowhere. */
static const char *
field_end(const char *s)
{
	const char *end = s + 1 + strcspn(s + 1, "{}");

	return *end == '}' && end > s + 1 ? end : NULL;
}

static int
check_pattern(const char *p, const char *key, struct err *e)
{
	const char *s = p;

	for (; s != NULL && *s != '\0'; s++) {
		if (*s != '{' && *s != '}')
			continue;
		if (s[1] == *s)
			s++;
		else if (*s == '}' || (s = field_end(s)) == NULL)
			return err_set(e, RC_INPUT, "%s: a brace that is not "
			    "one of a {field}: write {{ or }}", key);
	}
	return 0;
}

static int
check_patterns(const struct template *t, struct err *e)
{
	size_t i;

	if (check_pattern(t->prompt, "prompt", e) != 0 ||
	    check_pattern(t->label, "label", e) != 0 ||
	    check_pattern(t->text, "text", e) != 0 ||
	    check_pattern(t->split, "split", e) != 0)
		return -1;
	for (i = 0; i < t->n_each; i++)
		if (check_pattern(t->each[i], i == 0 ? "right" : "wrong",
		    e) != 0)
			return -1;
	return 0;
}

int
template_parse(struct template *t, const char *json, size_t n,
    const char *what, struct err *e)
{
	json_error_t why;
	json_t *root = json_loadb(json, n, JSON_REJECT_DUPLICATES, &why), *v;
	size_t n_labels = 0;
	const char *key;
	int r = 0;

	memset(t, 0, sizeof *t);
	if (root == NULL)
		return err_set(e, RC_INPUT, "%s: line %d: %s", what, why.line,
		    why.text);
	if (!json_is_object(root))
		r = err_set(e, RC_INPUT, "is not an object");
	json_object_foreach(root, key, v)
		if (r == 0)
			r = get_member(t, key, v, &n_labels, e);
	if (r == 0)
		r = check_keys(t, n_labels, e);
	if (r == 0)
		r = check_patterns(t, e);
	json_decref(root);
	return r == 0 ? 0 : err_prefix(e, what);
}

/* A growing string. */
struct text {
	char	*s;
	size_t	 n;
};

static int
append(struct text *b, const char *s, size_t n, struct err *e)
{
	char *grown = mem_grow(b->s, b->n + n + 1, 1);

	if (grown == NULL)
		return err_nomem(e);
	b->s = grown;
	memcpy(b->s + b->n, s, n);
	b->n += n;
	b->s[b->n] = '\0';
	return 0;
}

/* A number, true or false, to be freed with free(): of a real number as few
 * digits as read back as it is, from 15, which every decimal survives. */
static char *
as_json(const json_t *v)
{
	size_t digits = 15;
	char *s;

	while ((s = json_dumps(v, JSON_ENCODE_ANY |
	    JSON_REAL_PRECISION(digits))) != NULL && json_is_real(v) &&
	    strtod(s, NULL) != json_real_value(v) && digits++ < 17)
		free(s);
	return s;
}

static int
append_value(struct text *b, const json_t *v, const char *field,
    struct err *e)
{
	char *s;
	int r;

	if (json_is_string(v)) {
		if (strlen(json_string_value(v)) != json_string_length(v))
			return err_set(e, RC_INPUT, "field %s: holds a NUL",
			    field);
		return append(b, json_string_value(v), json_string_length(v),
		    e);
	}
	if (v == NULL || json_is_null(v))
		return err_set(e, RC_INPUT, "field %s is %s", field,
		    v == NULL ? "missing" : "null");
	if (json_is_array(v) || json_is_object(v))
		return err_set(e, RC_INPUT, "field %s: is neither text nor a "
		    "number", field);
	if ((s = as_json(v)) == NULL)
		return err_nomem(e);
	r = append(b, s, strlen(s), e);
	free(s);
	return r;
}

/* The field from s + 1 to end, or of several with | the first there is. */
static int
append_field(struct text *b, const char *s, const char *end,
    const json_t *row, struct err *e)
{
	char name[256];
	const json_t *v = NULL;
	size_t n;

	while (v == NULL && s < end) {
		s++;
		n = strcspn(s, "|}");
		if (n >= sizeof name)
			return err_set(e, RC_INPUT, "a field's name has %zu "
			    "bytes", n);
		memcpy(name, s, n);
		name[n] = '\0';
		v = json_object_get(row, name);
		s += n;
	}
	return append_value(b, v, name, e);
}

char *
template_fill(const char *pattern, const json_t *row, struct err *e)
{
	struct text b = { NULL, 0 };
	const char *s = pattern, *end;
	int r = append(&b, "", 0, e);
	size_t n;

	while (r == 0 && *s != '\0') {
		if ((n = strcspn(s, "{}")) > 0) {
			r = append(&b, s, n, e);
			s += n;
		} else if (s[1] == *s) {
			r = append(&b, s, 1, e);
			s += 2;
		} else {
			end = field_end(s);
			r = append_field(&b, s, end, row, e);
			s = end + 1;
		}
	}
	if (r == 0)
		return b.s;
	mem_free(b.s);
	return NULL;
}
