/*
 * bpe: byte-pair encoding: a word's symbols, merged in the order of the
 * merges' ranks, in time n log n for a word of n symbols.
 */
#ifndef TEXT_BPE_H
#define TEXT_BPE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* The pairs that merge, found by their two tokens. */
struct merges {
	struct merge	*slot;		/* open addressing */
	size_t		 n_slots;	/* a power of two */
	int32_t		*result;	/* by rank: the token that is made */
	size_t		 n, max;	/* ranks given, and room for them */
};

/* A token of a word, as part of a list. */
struct symbol {
	int32_t		id;		/* -1: merged into one before it */
	uint32_t	at;		/* where it starts in the word */
	uint32_t	prev, next;	/* BPE_NONE at the ends */
};
#define BPE_NONE	UINT32_MAX

/* A word in work, and the queue of its merges.  Zeroed to begin with; kept
 * from word to word. */
struct word {
	struct symbol	*symbol;
	size_t		 n, max;
	uint64_t	*heap;		/* rank above, position below */
	size_t		 n_heap, max_heap;
};

/* Room for max merges, none yet. */
int	merges_init(struct merges *m, size_t max, struct err *e);
void	merges_free(struct merges *m);		/* accepts a zeroed one */
/* The next rank, below max: a and b make ab.  Of a pair that comes twice the
 * later rank counts. */
void	merges_add(struct merges *m, int32_t a, int32_t b, int32_t ab);

/* Adds a symbol that starts at byte `at', after those before. */
int	word_add(struct word *w, int32_t id, size_t at, struct err *e);
/*
 * Merges until no pair is left: always the pair of lowest rank, of equal ones
 * the first.  The symbols that remain are then the first w->n.
 */
int	word_merge(struct word *w, const struct merges *m, struct err *e);
void	word_free(struct word *w);

#endif
