#include <string.h>

#include "base/mem.h"
#include "base/opts.h"
#include "base/tsv.h"

/* All of fp as one string; *size does not count the final NUL. */
static char *
slurp(FILE *fp, size_t *size)
{
	size_t n = 0, cap = 1 << 16, got;
	char *s = mem_grow(NULL, cap, 1), *grown;

	while (s != NULL && (got = fread(s + n, 1, cap - n - 1, fp)) > 0) {
		n += got;
		if (cap - n > 1)
			continue;
		if ((grown = mem_grow(s, cap *= 2, 1)) == NULL)
			mem_free(s);
		s = grown;
	}
	if (s != NULL)
		s[n] = '\0';
	*size = n;
	return s;
}

/* Cuts the line at *s into fields and moves *s behind it. */
static size_t
cut_line(char **s, char **field, size_t max)
{
	char *p = *s, *end = strchr(p, '\n');
	size_t n = 0;

	*s = end ? end + 1 : p + strlen(p);
	if (end != NULL)
		*end = '\0';
	for (;;) {
		if (n < max)
			field[n] = p;
		n++;
		if ((p = strchr(p, '\t')) == NULL)
			return n;
		*p++ = '\0';
	}
}

static size_t
count(const char *s, const char *end, char c)
{
	size_t n = 0;

	for (; s < end; s++)
		n += *s == c;
	return n;
}

int
tsv_read(struct tsv *t, FILE *fp, const char *name, struct err *e)
{
	size_t size, lines, line, n;
	char *s, *eol;

	memset(t, 0, sizeof *t);
	if ((t->text = slurp(fp, &size)) == NULL)
		return err_nomem(e);
	if (ferror(fp))
		return err_errno(e, name);
	if (size == 0)
		return err_set(e, RC_INPUT, "%s: empty: no header line", name);
	if (strlen(t->text) != size)
		return err_set(e, RC_INPUT, "%s: not text: a NUL at byte %zu",
		    name, strlen(t->text));
	eol = strchr(t->text, '\n');
	t->n_columns = 1 + count(t->text, eol ? eol : t->text + size, '\t');
	lines = count(t->text, t->text + size, '\n') +
	    (t->text[size - 1] != '\n');
	t->field = mem_alloc(lines, t->n_columns * sizeof *t->field);
	if (t->field == NULL)
		return err_nomem(e);
	for (line = 0, s = t->text; line < lines; line++) {
		n = cut_line(&s, t->field + line * t->n_columns,
		    t->n_columns);
		if (n != t->n_columns)
			return err_set(e, RC_INPUT, "%s: line %zu: %zu "
			    "fields, the header has %zu", name, line + 1, n,
			    t->n_columns);
	}
	t->n_rows = lines - 1;
	return 0;
}

void
tsv_free(struct tsv *t)
{
	mem_free(t->field);
	mem_free(t->text);
	memset(t, 0, sizeof *t);
}

int
tsv_column(size_t *column, const struct tsv *t, const char *column_name,
    const char *name, struct err *e)
{
	for (*column = 0; *column < t->n_columns; ++*column)
		if (strcmp(t->field[*column], column_name) == 0)
			return 0;
	return err_set(e, RC_INPUT, "%s: no column '%s'", name, column_name);
}

const char *
tsv_at(const struct tsv *t, size_t row, size_t column)
{
	return t->field[(row + 1) * t->n_columns + column];
}

int
tsv_real(double *x, const struct tsv *t, size_t row, size_t column,
    const char *name, struct err *e)
{
	const char *s = tsv_at(t, row, column);

	if (strcmp(s, "NA") == 0)
		return 0;
	if (opts_parse_real(x, s) == 0)
		return 1;
	return err_set(e, RC_INPUT, "%s: line %zu: %s is '%.40s', not a "
	    "number", name, row + 2, t->field[column], s);
}
