/* A text task from its files. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "task/text_rows.h"

enum { TEMPLATE_MAX_BYTES = 1 << 20 };

static const char *
after_name(const char *entry)
{
	const char *eq = strchr(entry, '=');

	return eq == NULL ? entry : eq + 1;
}

const char *
text_task_file(const char *entry)
{
	const char *s = after_name(entry);
	size_t n = strcspn(s, ":");

	return s[n] == ':' && template_form(s, n) != NULL ? s + n + 1 : NULL;
}

int
text_task_is(const char *entry)
{
	const char *s = after_name(entry);
	size_t n = strcspn(s, ":");

	return template_form(s, n) != NULL ||
	    (n > 5 && memcmp(s + n - 5, ".json", 5) == 0);
}

/* The whole of a small file and a NUL. */
static char *
read_small(size_t *n, const char *path, struct err *e)
{
	FILE *fp = fopen(path, "rb");
	char *s = mem_alloc(TEMPLATE_MAX_BYTES + 1, 1);

	if (fp == NULL)
		err_set(e, RC_INPUT, "%s: %s", path, strerror(errno));
	else if (s == NULL)
		err_nomem(e);
	else if ((*n = fread(s, 1, TEMPLATE_MAX_BYTES + 1, fp)) >
	    TEMPLATE_MAX_BYTES || ferror(fp))
		err_set(e, RC_INPUT, "%s: %s", path, ferror(fp) ?
		    strerror(errno) : "is too long for a template");
	else {
		fclose(fp);
		s[*n] = '\0';
		return s;
	}
	if (fp != NULL)
		fclose(fp);
	mem_free(s);
	return NULL;
}

/* name beside the file path. */
static char *
beside(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	size_t dir = slash == NULL || *name == '/' ? 0 :
	    (size_t)(slash - path) + 1;
	char *s = mem_alloc(dir + strlen(name) + 1, 1);

	if (s != NULL) {
		memcpy(s, path, dir);
		strcpy(s + dir, name);
	}
	return s;
}

/* "boolq-dev" of "data/boolq-dev.jsonl". */
static char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *s = slash == NULL ? path : slash + 1;

	return mem_strndup(s, strcspn(s, "."));
}

static int
find_template(struct template *how, struct text_task *t, const char *form,
    struct err *e)
{
	const char *json = template_form(form, strlen(form));
	char *file;
	size_t n;
	int r;

	memset(how, 0, sizeof *how);
	if (json != NULL && *json == '\0') {
		how->lines = 1;
		return 0;
	}
	if (json != NULL)
		return template_parse(how, json, strlen(json), form, e);
	if ((t->files[0] = mem_strdup(form)) == NULL)
		return err_nomem(e);
	if ((file = read_small(&n, form, e)) == NULL)
		return -1;
	r = template_parse(how, file, n, form, e);
	mem_free(file);
	return r;
}

/* Names stand in lists, tables and labels. */
static int
name_is_fit(const char *s)
{
	size_t n = strlen(s), i;

	for (i = 0; i < n; i++)
		if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f ||
		    strchr(",=:", s[i]) != NULL)
			return 0;
	return n > 0 && n < 64;
}

static int
find_names(struct text_task *t, const struct template *how,
    const char *entry, const char *form, const char *file, struct err *e)
{
	const char *eq = strchr(entry, '=');

	if (file != NULL)
		t->files[1] = mem_strdup(file);
	else if (how->data != NULL)
		t->files[1] = beside(form, how->data);
	else
		return err_set(e, template_form(form, strlen(form)) ?
		    RC_USAGE : RC_INPUT, "%s: names no data: give %s:FILE",
		    form, form);
	if (eq != NULL)
		t->name = mem_strndup(entry, (size_t)(eq - entry));
	else
		t->name = t->files[1] == NULL ? NULL : how->name != NULL ?
		    mem_strdup(how->name) : base_name(t->files[1]);
	if (t->files[1] == NULL || t->name == NULL)
		return err_nomem(e);
	return name_is_fit(t->name) ? 0 : err_set(e, RC_INPUT, "task '%.80s': "
	    "a name has 1 to 63 bytes, without blanks and , = :", t->name);
}

struct text_task *
text_task_open(const char *entry, const struct text_source *s,
    struct err *e)
{
	struct text_task *t = mem_zalloc(1, sizeof *t);
	char *form = mem_strdup(after_name(entry)), *colon;
	struct template how = { .name = NULL };
	int r = -1;

	if (t == NULL || form == NULL)
		err_nomem(e);
	else {
		if ((colon = strchr(form, ':')) != NULL)
			*colon++ = '\0';
		if (find_template(&how, t, form, e) == 0 &&
		    find_names(t, &how, entry, form, colon, e) == 0)
			r = text_rows_read(t, &how, s, e);
	}
	template_free(&how);
	mem_free(form);
	if (r == 0) {
		t->task = (struct task){ .name = t->name,
		    .summary = "rows of a file", .text = t };
		return t;
	}
	text_task_free(t);
	return NULL;
}
