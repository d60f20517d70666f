#include <string.h>

#include "base/mem.h"
#include "stream/shards.h"

enum { SHARDS_MAX = 1 << 20 };	/* the number is a claim */

void
shards_free(struct shards *s)
{
	mem_free(s->seen);
	memset(s, 0, sizeof *s);
}

static int
open_set(struct shards *s, size_t n, struct err *e)
{
	if (n > SHARDS_MAX)
		return err_set(e, RC_INPUT, "%zu shards, at most %d", n,
		    SHARDS_MAX);
	if ((s->seen = mem_zalloc(n, 1)) == NULL)
		return err_nomem(e);
	s->n = n;
	return 0;
}

int
shards_add(struct shards *s, size_t i, size_t n, struct err *e)
{
	if (s->n != 0 && s->n != n)
		return err_set(e, RC_INPUT,
		    "shard %zu of %zu among shards of %zu", i, n, s->n);
	if (n == 1)
		return 0;
	if (s->n == 0 && open_set(s, n, e) != 0)
		return -1;
	if (s->seen[i - 1])
		return err_set(e, RC_INPUT, "shard %zu of %zu occurs twice", i,
		    n);
	s->seen[i - 1] = 1;
	if (memchr(s->seen, 0, n) == NULL)
		shards_free(s);
	return 0;
}

int
shards_complete(const struct shards *s, struct err *e)
{
	const unsigned char *gap;

	if (s->n == 0)
		return 0;
	gap = memchr(s->seen, 0, s->n);
	return err_set(e, RC_INPUT, "shard %zu of %zu is missing",
	    (size_t)(gap - s->seen) + 1, s->n);
}
