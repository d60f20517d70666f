/* A text task from its files. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/mem.h"
#include "task/template.h"
#include "task/text_task.h"

enum { LINE_MAX_BYTES = 1 << 26, TEMPLATE_MAX_BYTES = 1 << 20 };

/* What reading a row takes. */
struct reading {
	struct text_task *t;
	const struct text_source *s;
	const struct template *how;
	struct token_list list;
	enum split	 split;
};

static const char *
after_name(const char *entry)
{
	const char *eq = strchr(entry, '=');

	return eq == NULL ? entry : eq + 1;
}

int
text_task_is(const char *entry)
{
	const char *s = after_name(entry);
	size_t n = strcspn(s, ":");
	char *form = mem_strndup(s, n);
	int is = form != NULL && ((s[n] == ':' && template_form(form)) ||
	    (n > 5 && strcmp(form + n - 5, ".json") == 0));

	mem_free(form);
	return is;
}

/* --- rows */

static int
add_tokens(struct text_part *p, struct reading *g, const char *text,
    unsigned flags, struct err *e)
{
	struct text_task *t = g->t;
	int32_t *grown;
	size_t i;

	g->list.n = 0;
	if (tokenizer_encode(&g->list, g->s->tokenizer, text, strlen(text),
	    flags, e) < 0)
		return -1;
	for (i = 0; i < g->list.n; i++)
		if ((size_t)g->list.id[i] >= g->s->vocab)
			return err_set(e, RC_INPUT, "token %d: the model has "
			    "%zu", (int)g->list.id[i], g->s->vocab);
	grown = mem_grow(t->token, t->n_tokens + g->list.n, sizeof *grown);
	if (grown == NULL)
		return err_nomem(e);
	t->token = grown;
	if (g->list.n > 0)
		memcpy(grown + t->n_tokens, g->list.id,
		    g->list.n * sizeof *grown);
	*p = (struct text_part){ t->n_tokens, g->list.n };
	t->n_tokens += g->list.n;
	return 0;
}

/* Room for one more, by doubling. */
static void *
one_more(void *p, size_t n, size_t size)
{
	return n != 0 && (n & (n - 1)) != 0 ? p :
	    mem_grow(p, n == 0 ? 1 : 2 * n, size);
}

/* Takes text over. */
static int
add_answer(struct reading *g, char *text, struct err *e)
{
	struct text_task *t = g->t;
	struct text_part *answer = one_more(t->answer, t->n_answers,
	    sizeof *answer);
	char **label = one_more(t->label, t->n_answers, sizeof(char *));

	if (answer != NULL)
		t->answer = answer;
	if (label != NULL)
		t->label = label;
	if (answer == NULL || label == NULL) {
		mem_free(text);
		return err_nomem(e);
	}
	t->label[t->n_answers] = text;
	if (add_tokens(&t->answer[t->n_answers++], g, text, 0, e) != 0)
		return -1;
	return t->answer[t->n_answers - 1].n > 0 ? 0 : err_set(e, RC_INPUT,
	    "an answer without tokens");
}

static int
same_tokens(const struct text_task *t, size_t a, size_t b)
{
	const struct text_part *x = &t->answer[a], *y = &t->answer[b];

	return x->n == y->n && memcmp(t->token + x->first, t->token +
	    y->first, x->n * sizeof *t->token) == 0;
}

static int
check_answers(const struct text_task *t, size_t first, size_t n,
    struct err *e)
{
	size_t i, j;

	for (i = first; i < first + n; i++)
		for (j = first; j < i; j++)
			if (same_tokens(t, i, j))
				return err_set(e, RC_INPUT, "answers '%s' "
				    "and '%s' are the same tokens",
				    t->label[j], t->label[i]);
	return 0;
}

/* Which answer the row's label is. */
static int
find_label(size_t *right, const struct template *how, const json_t *row,
    struct err *e)
{
	char *label = template_fill(how->label, row, e);
	size_t i;
	int r = 0;

	if (label == NULL)
		return -1;
	for (i = 0; i < how->n_answers &&
	    strcmp(label, how->labels[i]) != 0; i++)
		;
	if (i == how->n_answers)
		r = err_set(e, RC_INPUT, "label '%.100s' is none of %zu",
		    label, how->n_answers);
	*right = i;
	mem_free(label);
	return r;
}

static int
read_answers(struct text_row *row, struct reading *g, const json_t *v,
    struct err *e)
{
	const struct template *how = g->how;
	size_t i;
	char *s;

	if (how->n_answers > 0) {
		row->answer = 0;
		row->n_answers = how->n_answers;
		return find_label(&row->right, how, v, e);
	}
	row->answer = g->t->n_answers;
	row->n_answers = how->n_each;
	row->right = 0;
	for (i = 0; i < how->n_each; i++)
		if ((s = template_fill(how->each[i], v, e)) == NULL ||
		    add_answer(g, s, e) != 0)
			return -1;
	return check_answers(g->t, row->answer, how->n_each, e);
}

static int
find_split(enum split *split, const struct template *how, const json_t *v,
    const char *prompt, struct err *e)
{
	static const enum split of_hash[8] = { SPLIT_TEST, SPLIT_VALIDATION,
	    SPLIT_TRAIN, SPLIT_TRAIN, SPLIT_TRAIN, SPLIT_TRAIN, SPLIT_TRAIN,
	    SPLIT_TRAIN };
	int i = 0;
	char *s;

	if (how->split == NULL) {
		*split = of_hash[XXH64(prompt, strlen(prompt), 0) % 8];
		return 0;
	}
	if ((s = template_fill(how->split, v, e)) == NULL)
		return -1;
	while (i < SPLIT_COUNT && strcmp(s, split_names[i]) != 0)
		i++;
	*split = (enum split)i;
	if (i == SPLIT_COUNT)
		err_set(e, RC_INPUT, "split '%.100s' is none of train, "
		    "validation and test", s);
	mem_free(s);
	return i < SPLIT_COUNT ? 0 : -1;
}

/* Tokens of the longest sequence of a row, with all of its answer. */
static size_t
length_of(const struct text_task *t, const struct text_row *r)
{
	size_t i, n = 0;

	for (i = 0; i < r->n_answers; i++)
		if (t->answer[r->answer + i].n > n)
			n = t->answer[r->answer + i].n;
	return r->prompt.n + n;
}

/* Keeps the row, unless it is too long. */
static int
keep(struct reading *g, const struct text_row *r, struct err *e)
{
	struct text_task *t = g->t;
	size_t n = length_of(t, r), *of;
	struct text_row *grown;
	enum split s = g->split;

	if (n > g->s->max_tokens) {
		t->left_out++;
		return 0;
	}
	grown = one_more(t->row, t->n_rows, sizeof *grown);
	if (grown != NULL)
		t->row = grown;
	of = one_more(t->of_split[s], t->n_of_split[s], sizeof *of);
	if (of != NULL)
		t->of_split[s] = of;
	if (grown == NULL || of == NULL)
		return err_nomem(e);
	t->of_split[s][t->n_of_split[s]++] = t->n_rows;
	t->row[t->n_rows++] = *r;
	if (n > t->longest)
		t->longest = n;
	return 0;
}

/* A row whose prompt or text is known. */
static int
read_row(struct reading *g, const char *prompt, const json_t *v,
    struct err *e)
{
	struct text_row r = { .n_answers = 0 };
	int text = g->how->lines || g->how->text != NULL;

	if (add_tokens(&r.prompt, g, prompt, TOKENIZER_ADD_SPECIAL, e) != 0)
		return -1;
	if (r.prompt.n < (text ? 2 : 1))
		return err_set(e, RC_INPUT, text ? "a text of %zu tokens: "
		    "there is nothing to predict" : "a prompt of %zu tokens",
		    r.prompt.n);
	if (!text && read_answers(&r, g, v, e) != 0)
		return -1;
	if (find_split(&g->split, g->how, v, prompt, e) != 0)
		return -1;
	return keep(g, &r, e);
}

static int
read_json(struct reading *g, const char *line, size_t n, struct err *e)
{
	json_error_t why;
	json_t *v = json_loadb(line, n, JSON_REJECT_DUPLICATES, &why);
	char *prompt = NULL;
	int r = -1;

	if (!json_is_object(v))
		err_set(e, RC_INPUT, "%s", v == NULL ? why.text :
		    "is not an object");
	else if ((prompt = template_fill(g->how->text != NULL ?
	    g->how->text : g->how->prompt, v, e)) != NULL)
		r = read_row(g, prompt, v, e);
	mem_free(prompt);
	json_decref(v);
	return r;
}

/* A line without its end; blank ones are skipped. */
static int
read_line(struct reading *g, char *line, size_t n, struct err *e)
{
	while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
		line[--n] = '\0';
	if (strspn(line, " \t") == n)
		return 0;
	if (n > LINE_MAX_BYTES)
		return err_set(e, RC_INPUT, "%zu bytes are too long", n);
	if (strlen(line) != n)
		return err_set(e, RC_INPUT, "holds a NUL");
	return g->how->lines ? read_row(g, line, NULL, e) :
	    read_json(g, line, n, e);
}

static int
read_lines(struct reading *g, FILE *fp, const char *path, struct err *e)
{
	char *line = NULL, where[64];
	size_t size = 0, number = 0;
	ssize_t n;
	int r = 0;

	errno = 0;
	while (r == 0 && (n = getline(&line, &size, fp)) >= 0) {
		number++;
		if ((r = read_line(g, line, (size_t)n, e)) != 0) {
			snprintf(where, sizeof where, "line %zu", number);
			err_prefix(e, where);
			err_prefix(e, path);
		}
	}
	if (r == 0 && ferror(fp))
		r = err_errno(e, path);
	free(line);
	return r;
}

/* --- files */

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
	const char *json = template_form(form);
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
		return err_set(e, RC_INPUT, "%s: names no data: give "
		    "%s:FILE", form, form);
	if (eq != NULL)
		t->name = mem_strndup(entry, (size_t)(eq - entry));
	else
		t->name = t->files[1] == NULL ? NULL : how->name != NULL ?
		    mem_strdup(how->name) : base_name(t->files[1]);
	if (t->files[1] == NULL || t->name == NULL)
		return err_nomem(e);
	return *t->name != '\0' && strlen(t->name) < 64 ? 0 : err_set(e,
	    RC_INPUT, "task '%.80s': no name of 1 to 63 bytes", t->name);
}

static int
read_rows(struct text_task *t, const struct template *how,
    const struct text_source *s, struct err *e)
{
	struct reading g = { .t = t, .s = s, .how = how };
	FILE *fp = fopen(t->files[1], "rb");
	size_t i;
	char *copy;
	int r = 0;

	if (fp == NULL)
		return err_set(e, RC_INPUT, "%s: %s", t->files[1],
		    strerror(errno));
	for (i = 0; r == 0 && i < how->n_answers; i++)
		r = (copy = mem_strdup(how->answers[i])) == NULL ?
		    err_nomem(e) : add_answer(&g, copy, e);
	if (r == 0 && (r = check_answers(t, 0, how->n_answers, e)) != 0)
		err_prefix(e, t->files[0] != NULL ? t->files[0] : t->name);
	t->alike = how->n_answers > 0;
	if (r == 0)
		r = read_lines(&g, fp, t->files[1], e);
	fclose(fp);
	token_list_free(&g.list);
	if (r == 0 && t->n_rows == 0)
		r = t->left_out == 0 ? err_set(e, RC_INPUT, "%s: no rows",
		    t->files[1]) : err_set(e, RC_INPUT, "%s: all %zu rows have "
		    "more than %zu tokens", t->files[1], t->left_out,
		    s->max_tokens);
	return r;
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
			r = read_rows(t, &how, s, e);
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
