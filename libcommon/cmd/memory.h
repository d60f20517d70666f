/*
 * memory: the option --memory of tools whose vectors may be more than fits.
 * What it allows is divided by each tool among what it holds; see
 * stream/spool.h for where the rest goes.  Ends the process when a limit is
 * wrong or too small.
 */
#ifndef CMD_MEMORY_H
#define CMD_MEMORY_H

#include <stddef.h>

#include "base/opts.h"
#include "stream/reader.h"

extern const char *memory_text;		/* as given; NULL: the default */

#define MEMORY_OPTION { 0, "memory", "limit", OPT_STRING, &memory_text, \
	"hold at most this much, 512M say, in memory (half of what there is)", \
	NULL, OPT_NEUTRAL }

/* Bytes that vectors, bases and sums may take: the limit without what the
 * program and its libraries take.  Call first when options are read. */
size_t	memory_budget(void);
/* What the recipes of in cite may take as much; call before it is read. */
void	memory_bound(struct ts_reader *in);
/* Refuses what needs more bytes than there are for it ("FILE: 10 sums of
 * 5 values: ..."). */
void	memory_require(size_t bytes, size_t allowed, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

#endif
