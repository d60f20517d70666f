/* Rows of a text task: lines, their fields, tokens, answers and splits. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "base/line.h"
#include "base/mem.h"
#include "task/text_rows.h"

enum { LINE_MAX_BYTES = 1 << 26 };

/* What reading a row takes. */
struct reading {
	struct text_task *t;
	const struct text_source *s;
	const struct template *how;
	struct token_list list;
	size_t		 max_tokens;	/* room in t->token */
	enum split	 split;
};

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
	if (t->n_tokens + g->list.n > g->max_tokens) {
		g->max_tokens = 2 * (t->n_tokens + g->list.n);
		grown = mem_grow(t->token, g->max_tokens, sizeof *grown);
		if (grown == NULL)
			return err_nomem(e);
		t->token = grown;
	}
	if (g->list.n > 0)
		memcpy(t->token + t->n_tokens, g->list.id,
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

/* Leaves a row out, which is the last that was read. */
static void
drop(struct text_task *t, const struct text_row *r)
{
	t->left_out++;
	while (!t->alike && t->n_answers > r->answer)
		mem_free(t->label[--t->n_answers]);
	t->n_tokens = r->prompt.first;
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
		drop(t, r);
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

/* Blank lines are skipped. */
static int
read_line(struct reading *g, const struct line *line, struct err *e)
{
	char *s = line->s;
	size_t n = line->n;

	while (n > 0 && s[n - 1] == '\r')
		s[--n] = '\0';
	if (strspn(s, " \t") == n)
		return 0;
	if (strlen(s) != n)
		return err_set(e, RC_INPUT, "holds a NUL");
	return g->how->lines ? read_row(g, s, NULL, e) :
	    read_json(g, s, n, e);
}

static int
read_lines(struct reading *g, FILE *fp, struct err *e)
{
	struct line line = { .s = NULL };
	size_t number = 1;
	char where[64];
	int r;

	for (; (r = line_read(&line, fp, LINE_MAX_BYTES, e)) > 0; number++)
		if ((r = read_line(g, &line, e)) != 0)
			break;
	line_free(&line);
	if (r != 0 && !ferror(fp)) {
		snprintf(where, sizeof where, "line %zu", number);
		err_prefix(e, where);
	}
	return r == 0 ? 0 : err_prefix(e, g->t->files[1]);
}

/* The answers that all rows have. */
static int
read_common(struct reading *g, struct err *e)
{
	struct text_task *t = g->t;
	size_t i, n = g->how->n_answers;
	char *copy;
	int r = 0;

	for (i = 0; r == 0 && i < n; i++)
		r = (copy = mem_strdup(g->how->answers[i])) == NULL ?
		    err_nomem(e) : add_answer(g, copy, e);
	if (r == 0)
		r = check_answers(t, 0, n, e);
	t->alike = n > 0;
	return r == 0 ? 0 : err_prefix(e, t->files[0] != NULL ? t->files[0] :
	    t->name);
}

int
text_rows_read(struct text_task *t, const struct template *how,
    const struct text_source *s, struct err *e)
{
	struct reading g = { .t = t, .s = s, .how = how };
	FILE *fp = fopen(t->files[1], "rb");
	int r;

	if (fp == NULL)
		return err_set(e, RC_INPUT, "%s: %s", t->files[1],
		    strerror(errno));
	r = read_common(&g, e);
	if (r == 0)
		r = read_lines(&g, fp, e);
	fclose(fp);
	token_list_free(&g.list);
	if (r == 0 && t->n_rows == 0)
		r = t->left_out == 0 ? err_set(e, RC_INPUT, "%s: no rows",
		    t->files[1]) : err_set(e, RC_INPUT, "%s: all %zu rows have "
		    "more than %zu tokens", t->files[1], t->left_out,
		    s->max_tokens);
	return r;
}
