/*
 * journal: the results of long work, in FILE.part beside the output FILE, so
 * that a run that was killed goes on where it was.
 *
 * FILE.part begins with who the run is (cmd_identity()); results follow as
 * they come: a key, a digest, a length, the bytes, in this machine's format.
 * A run asks for each result before it works it out.  It gets those that an
 * unfinished run with the same identity kept, in their order, as long as the
 * keys are the same; a result that is cut or damaged, or of another key, and
 * all after it, count as never kept.
 * Every function ends the process when something is wrong.
 */
#ifndef CMD_JOURNAL_H
#define CMD_JOURNAL_H

#include <stddef.h>
#include <sys/uio.h>

#include "stream/provenance.h"

struct journal;

/*
 * After all inputs that are known at the start were opened, and before the
 * output is: a FILE.part that another run is writing is an error.  Keeps
 * nothing when the output is no regular file: then there is no FILE to come
 * back to.  A FILE.part of other work is replaced, with a warning.
 */
struct journal	*journal_open(void);
/* 1 when results are kept, so that keys are worth their making. */
int	journal_keeps(const struct journal *j);
/* 1, and the n parts at v filled, when the next result is there: it must have
 * this key and this length; else 0. */
int	journal_get(struct journal *j, const char key[DIGEST_SIZE],
	    const struct iovec *v, size_t n);
/* Keeps the next result, after a journal_get() that said 0. */
void	journal_put(struct journal *j, const char key[DIGEST_SIZE],
	    const struct iovec *v, size_t n);
/* Removes FILE.part: the output is in its place. */
void	journal_close(struct journal *j);

#endif
