#include <string.h>

#include "tensor/source.h"

static ptrdiff_t
read_stdio(void *from, void *p, size_t n, struct err *e)
{
	size_t got = fread(p, 1, n, from);

	return got == 0 && ferror((FILE *)from) ? err_errno(e, "read") :
	    (ptrdiff_t)got;
}

struct byte_source
byte_source_file(FILE *fp)
{
	return (struct byte_source){ read_stdio, fp };
}

static ptrdiff_t
read_memory(void *from, void *p, size_t n, struct err *e)
{
	struct byte_range *r = from;

	(void)e;
	if (n > r->n)
		n = r->n;
	if (n > 0)
		memcpy(p, r->p, n);
	r->p += n;
	r->n -= n;
	return (ptrdiff_t)n;
}

struct byte_source
byte_source_memory(struct byte_range *r)
{
	return (struct byte_source){ read_memory, r };
}

int
byte_source_read(const struct byte_source *s, void *p, size_t n, size_t *got,
    struct err *e)
{
	size_t have = 0;
	ptrdiff_t more = 1;

	while (have < n && more > 0) {
		more = s->read(s->from, (char *)p + have, n - have, e);
		if (more < 0)
			return -1;
		have += (size_t)more;
	}
	if (got != NULL)
		*got = have;
	return got != NULL || have == n ? 0 : err_set(e, RC_INPUT,
	    "ends after %zu of %zu bytes", have, n);
}
