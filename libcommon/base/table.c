#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"

struct table {
	FILE			*fp;
	int			 json;
	const char *const	*column;
	size_t			 at;		/* next column of the row */
};

struct table *
table_new(FILE *fp, int json, const char *const *columns)
{
	struct table *t = mem_zalloc(1, sizeof *t);
	size_t i;

	if (t == NULL)
		return NULL;
	t->fp = fp;
	t->json = json;
	t->column = columns;
	for (i = 0; !json && columns[i] != NULL; i++)
		fprintf(fp, "%s%s", i ? "\t" : "", columns[i]);
	if (!json)
		fputc('\n', fp);
	return t;
}

void
table_free(struct table *t)
{
	mem_free(t);
}

/* What stands before a value. */
static void
begin(struct table *t)
{
	if (t->json)
		fprintf(t->fp, "%s\"%s\":", t->at ? "," : "{",
		    t->column[t->at]);
	else if (t->at > 0)
		fputc('\t', t->fp);
	t->at++;
}

static void
json_string(FILE *fp, const char *s)
{
	fputc('"', fp);
	for (; *s != '\0'; s++)
		if (*s == '"' || *s == '\\')
			fprintf(fp, "\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			fprintf(fp, "\\u%04x", *s);
		else
			fputc(*s, fp);
	fputc('"', fp);
}

void
table_text(struct table *t, const char *s)
{
	begin(t);
	if (t->json) {
		json_string(t->fp, s);
		return;
	}
	for (; *s != '\0'; s++)		/* a field ends at a tab or newline */
		fputc(*s == '\t' || *s == '\n' ? ' ' : *s, t->fp);
}

void
table_int(struct table *t, int64_t i)
{
	begin(t);
	fprintf(t->fp, "%" PRId64, i);
}

void
table_real(struct table *t, double x)
{
	if (!isfinite(x)) {
		table_na(t);
		return;
	}
	begin(t);
	fprintf(t->fp, "%.10g", x);
}

void
table_na(struct table *t)
{
	begin(t);
	fputs(t->json ? "null" : "NA", t->fp);
}

void
table_end_row(struct table *t)
{
	fputs(t->json ? "}\n" : "\n", t->fp);
	t->at = 0;
}

int
table_flush(struct table *t, struct err *e)
{
	if (fflush(t->fp) != 0 || ferror(t->fp))
		return err_errno(e, "write");
	return 0;
}
