/*
 * shards: the shards of one run must all be read, each once, one after the
 * other; other segments may stand before and behind them.  Private to this
 * room.
 */
#ifndef STREAM_SHARDS_H
#define STREAM_SHARDS_H

#include <stddef.h>

#include "base/err.h"

struct shards {
	size_t		 n;	/* of the set being read; 0: none is open */
	unsigned char	*seen;	/* n */
};

/* Notes shard i (from 1) of n.  -1: of another set, or seen before. */
int	shards_add(struct shards *s, size_t i, size_t n, struct err *e);
/* -1 when a shard of the open set is missing. */
int	shards_complete(const struct shards *s, struct err *e);
void	shards_free(struct shards *s);

#endif
