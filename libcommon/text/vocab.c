#include <string.h>
#include <xxhash.h>

#include "base/mem.h"
#include "text/vocab.h"

struct vocab_entry {
	size_t	at;		/* in bytes */
	size_t	n;
	int	known;
};

int
vocab_init(struct vocab *v, size_t n, struct err *e)
{
	*v = (struct vocab){ .n = n, .n_slots = 4 };
	if (n >= INT32_MAX)
		return err_set(e, RC_INPUT, "%zu tokens are too many", n);
	while (v->n_slots < 2 * n)
		v->n_slots *= 2;
	v->entry = mem_zalloc(n, sizeof *v->entry);
	v->slot = mem_zalloc(v->n_slots, sizeof *v->slot);
	return v->entry == NULL || v->slot == NULL ? err_nomem(e) : 0;
}

void
vocab_free(struct vocab *v)
{
	mem_free(v->bytes);
	mem_free(v->entry);
	mem_free(v->slot);
	*v = (struct vocab){ .n = 0 };
}

const char *
vocab_string(size_t *n, const struct vocab *v, size_t id)
{
	*n = v->entry[id].n;
	return v->entry[id].known ? v->bytes + v->entry[id].at : NULL;
}

/* The slot that holds s, or the free one where it belongs. */
static size_t
find_slot(const struct vocab *v, const char *s, size_t n)
{
	size_t i = XXH3_64bits(s, n) & (v->n_slots - 1);
	const struct vocab_entry *t;

	for (; v->slot[i] != 0; i = (i + 1) & (v->n_slots - 1)) {
		t = &v->entry[v->slot[i] - 1];
		if (t->n == n && memcmp(v->bytes + t->at, s, n) == 0)
			break;
	}
	return i;
}

int32_t
vocab_find(const struct vocab *v, const char *s, size_t n)
{
	return n > v->longest ? -1 : v->slot[find_slot(v, s, n)] - 1;
}

/* Room for n more bytes, and one: bytes is no NULL for an empty string. */
static int
reserve(struct vocab *v, size_t n, struct err *e)
{
	size_t max = v->max_bytes == 0 ? 4096 : v->max_bytes;
	char *p;

	while (max - v->n_bytes <= n)
		max *= 2;
	if (max == v->max_bytes)
		return 0;
	if ((p = mem_grow(v->bytes, max, 1)) == NULL)
		return err_nomem(e);
	v->bytes = p;
	v->max_bytes = max;
	return 0;
}

int
vocab_set(struct vocab *v, size_t id, const char *s, size_t n, struct err *e)
{
	struct vocab_entry *t;
	size_t i;

	if (id >= v->n)
		return err_set(e, RC_INPUT, "token \"%.64s\": id %zu, but "
		    "there are %zu tokens", s, id, v->n);
	t = &v->entry[id];
	if (t->known)
		return err_set(e, RC_INPUT, "token \"%.64s\": id %zu is that "
		    "of \"%.*s\"", s, id, (int)(t->n < 64 ? t->n : 64),
		    v->bytes + t->at);
	if (reserve(v, n, e) != 0)
		return -1;
	i = find_slot(v, s, n);
	if (v->slot[i] != 0)
		return err_set(e, RC_INPUT, "token \"%.64s\": ids %d and %zu",
		    s, (int)v->slot[i] - 1, id);
	v->slot[i] = (int32_t)id + 1;
	*t = (struct vocab_entry){ v->n_bytes, n, 1 };
	memcpy(v->bytes + v->n_bytes, s, n);
	v->n_bytes += n;
	if (n > v->longest)
		v->longest = n;
	return 0;
}
