#include <inttypes.h>

#include "base/mem.h"
#include "text/bpe.h"

struct merge {
	uint64_t	pair;		/* FREE: none */
	uint32_t	rank;
};

#define FREE	UINT64_MAX

static uint64_t
pair_key(int32_t a, int32_t b)
{
	return (uint64_t)(uint32_t)a << 32 | (uint32_t)b;
}

/* The slot of a pair, or the free one where it belongs. */
static struct merge *
find_pair(const struct merges *m, uint64_t pair)
{
	uint64_t h = pair * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(h ^ h >> 32) & (m->n_slots - 1);

	while (m->slot[i].pair != pair && m->slot[i].pair != FREE)
		i = (i + 1) & (m->n_slots - 1);
	return &m->slot[i];
}

int
merges_init(struct merges *m, size_t max, struct err *e)
{
	size_t i;

	*m = (struct merges){ .n_slots = 4, .max = max };
	if (max >= INT32_MAX)
		return err_set(e, RC_INPUT, "%zu merges are too many", max);
	while (m->n_slots < 2 * max)
		m->n_slots *= 2;
	m->slot = mem_alloc(m->n_slots, sizeof *m->slot);
	m->result = mem_alloc(max, sizeof *m->result);
	if (m->slot == NULL || m->result == NULL)
		return err_nomem(e);
	for (i = 0; i < m->n_slots; i++)
		m->slot[i].pair = FREE;
	return 0;
}

void
merges_free(struct merges *m)
{
	mem_free(m->slot);
	mem_free(m->result);
	*m = (struct merges){ .n = 0 };
}

void
merges_add(struct merges *m, int32_t a, int32_t b, int32_t ab)
{
	uint64_t pair = pair_key(a, b);

	*find_pair(m, pair) = (struct merge){ pair, (uint32_t)m->n };
	m->result[m->n++] = ab;
}

/* --- the queue: a binary heap, the least on top */

static int
push(struct word *w, uint64_t x, struct err *e)
{
	size_t i, up, max = w->max_heap == 0 ? 64 : 2 * w->max_heap;
	uint64_t *p;

	if (w->n_heap == w->max_heap) {
		if ((p = mem_grow(w->heap, max, sizeof *p)) == NULL)
			return err_nomem(e);
		w->heap = p;
		w->max_heap = max;
	}
	for (i = w->n_heap++; i > 0; i = up) {
		up = (i - 1) / 2;
		if (w->heap[up] <= x)
			break;
		w->heap[i] = w->heap[up];
	}
	w->heap[i] = x;
	return 0;
}

static uint64_t
pop(struct word *w)
{
	uint64_t top = w->heap[0], x = w->heap[--w->n_heap];
	size_t i = 0, down;

	for (; (down = 2 * i + 1) < w->n_heap; i = down) {
		if (down + 1 < w->n_heap &&
		    w->heap[down + 1] < w->heap[down])
			down++;
		if (x <= w->heap[down])
			break;
		w->heap[i] = w->heap[down];
	}
	w->heap[i] = x;
	return top;
}

/* --- words */

int
word_add(struct word *w, int32_t id, size_t at, struct err *e)
{
	size_t max = w->max == 0 ? 64 : 2 * w->max;
	struct symbol *p;

	if (at >= BPE_NONE)
		return err_set(e, RC_INPUT,
		    "a word of more than %" PRIu32 " bytes", BPE_NONE);
	if (w->n == w->max) {
		if ((p = mem_grow(w->symbol, max, sizeof *p)) == NULL)
			return err_nomem(e);
		w->symbol = p;
		w->max = max;
	}
	w->symbol[w->n] = (struct symbol){ id, (uint32_t)at,
	    w->n == 0 ? BPE_NONE : (uint32_t)w->n - 1, BPE_NONE };
	if (w->n > 0)
		w->symbol[w->n - 1].next = (uint32_t)w->n;
	w->n++;
	return 0;
}

/* Queues the pair of the symbol at i and its next one, if that merges. */
static int
queue_pair(struct word *w, const struct merges *m, uint32_t i, struct err *e)
{
	const struct symbol *s = &w->symbol[i];
	const struct merge *found;

	if (s->next == BPE_NONE)
		return 0;
	found = find_pair(m, pair_key(s->id, w->symbol[s->next].id));
	if (found->pair == FREE)
		return 0;
	return push(w, (uint64_t)found->rank << 32 | i, e);
}

static int
merge_at(struct word *w, const struct merges *m, uint32_t i, int32_t made,
    struct err *e)
{
	struct symbol *s = &w->symbol[i], *right = &w->symbol[s->next];

	s->id = made;
	s->next = right->next;
	right->id = -1;
	if (s->next != BPE_NONE)
		w->symbol[s->next].prev = i;
	if (s->prev != BPE_NONE && queue_pair(w, m, s->prev, e) != 0)
		return -1;
	return queue_pair(w, m, i, e);
}

int
word_merge(struct word *w, const struct merges *m, struct err *e)
{
	const struct merge *found;
	const struct symbol *s;
	uint64_t top;
	size_t i, n = 0;
	int32_t made;

	w->n_heap = 0;
	for (i = 0; i + 1 < w->n; i++)
		if (queue_pair(w, m, (uint32_t)i, e) != 0)
			return -1;
	while (w->n_heap > 0) {
		top = pop(w);
		i = (uint32_t)top;
		made = m->result[top >> 32];
		s = &w->symbol[i];
		if (s->id == -1 || s->next == BPE_NONE)
			continue;
		found = find_pair(m, pair_key(s->id, w->symbol[s->next].id));
		if (found->pair == FREE || m->result[found->rank] != made)
			continue;
		if (merge_at(w, m, (uint32_t)i, made, e) != 0)
			return -1;
	}
	for (i = 0; i < w->n; i++)
		if (w->symbol[i].id != -1)
			w->symbol[n++] = w->symbol[i];
	w->n = n;
	return 0;
}

void
word_free(struct word *w)
{
	mem_free(w->symbol);
	mem_free(w->heap);
	*w = (struct word){ .n = 0 };
}
