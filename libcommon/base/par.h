/*
 * par: our threads.  BLAS runs on one thread; work is split here, at
 * boundaries that depend on the problem alone, so results do not depend on
 * how many threads there are.
 */
#ifndef BASE_PAR_H
#define BASE_PAR_H

#include <stddef.h>

/* Number of threads from now on.  0: OMP_NUM_THREADS, else the physical
 * cores that this process may use.  Call before the first par_for(). */
void	par_set_threads(size_t n);
size_t	par_threads(void);
/*
 * Runs fn(arg, 0) ... fn(arg, n - 1), each once, on all threads, and returns
 * when all are done.  Tasks must be independent; which thread runs one, and
 * in which order, is not defined.  A nested call runs serially.
 */
void	par_for(size_t n, void (*fn)(void *arg, size_t i), void *arg);
/* The same for fn(arg, from, to) over [0, chunk), [chunk, 2 chunk), ...,
 * the last of which ends at n.  chunk is not 0. */
void	par_ranges(size_t n, size_t chunk,
	    void (*fn)(void *arg, size_t from, size_t to), void *arg);

#endif
