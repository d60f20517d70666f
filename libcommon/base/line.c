#include <errno.h>
#include <string.h>

#include "base/line.h"
#include "base/mem.h"

enum { FIRST_SIZE = 1 << 12 };

/* Room for one byte and a NUL more. */
static int
reserve(struct line *l)
{
	char *grown;

	if (l->n + 1 < l->size)
		return 0;
	l->size = l->size == 0 ? FIRST_SIZE : 2 * l->size;
	if ((grown = mem_grow(l->s, l->size, 1)) == NULL)
		return -1;
	l->s = grown;
	return 0;
}

int
line_read(struct line *l, FILE *fp, size_t max, struct err *e)
{
	int c;

	l->n = 0;
	while ((c = getc_unlocked(fp)) != EOF && c != '\n') {
		if (l->n == max)
			return err_set(e, RC_INPUT, "more than %zu bytes",
			    max);
		if (reserve(l) != 0)
			return err_nomem(e);
		l->s[l->n++] = (char)c;
	}
	if (ferror(fp))
		return err_set(e, RC_INPUT, "%s", strerror(errno));
	if (c == EOF && l->n == 0)
		return 0;
	if (reserve(l) != 0)
		return err_nomem(e);
	l->s[l->n] = '\0';
	return 1;
}

void
line_free(struct line *l)
{
	mem_free(l->s);
	*l = (struct line){ NULL, 0, 0 };
}
