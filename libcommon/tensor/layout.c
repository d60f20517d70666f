#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "tensor/layout.h"

static const size_t MAX_BYTES = (size_t)1 << 62;
static const size_t MAX_TENSORS = (size_t)1 << 31;

struct layout *
layout_new(void)
{
	return mem_zalloc(1, sizeof(struct layout));
}

void
layout_free(struct layout *l)
{
	size_t i;

	if (l == NULL)
		return;
	for (i = 0; i < l->n_tensors; i++)
		mem_free(l->t[i].name);
	mem_free(l->t);
	mem_free(l->slot);
	mem_free(l);
}

/* n * x, or SIZE_MAX when that is over the limit. */
static size_t
product(size_t n, size_t x)
{
	return x != 0 && n > MAX_BYTES / x ? SIZE_MAX : n * x;
}

/* Where name is in the table, or the empty slot that is for it; *looks
 * counts.  The table has an empty slot. */
static size_t
slot_of(const struct layout *l, const char *name, size_t *looks)
{
	size_t i = XXH3_64bits(name, strlen(name)) & (l->n_slots - 1);

	for (; ++*looks, l->slot[i] != 0; i = (i + 1) & (l->n_slots - 1))
		if (strcmp(l->t[l->slot[i] - 1].name, name) == 0)
			break;
	return i;
}

/* A table of n slots, all tensors in it. */
static int
make_slots(struct layout *l, size_t n)
{
	uint32_t *slot = mem_zalloc(n, sizeof *slot);
	size_t i;

	if (slot == NULL)
		return -1;
	mem_free(l->slot);
	l->slot = slot;
	l->n_slots = n;
	for (i = 0; i < l->n_tensors; i++)
		slot[slot_of(l, l->t[i].name, &l->looks)] = (uint32_t)i + 1;
	return 0;
}

/* Room for one more tensor, and a table that is at most half full with it. */
static int
make_room(struct layout *l, struct err *e)
{
	size_t room = l->room == 0 ? 4 : 2 * l->room;
	struct tensor_spec *t;

	if (l->n_tensors < l->room)
		return 0;
	if (room > MAX_TENSORS)
		return err_set(e, RC_INPUT, "more than %zu tensors",
		    l->n_tensors);
	if ((t = mem_grow(l->t, room, sizeof *t)) == NULL)
		return err_nomem(e);
	l->t = t;
	if (make_slots(l, 2 * room) != 0)
		return err_nomem(e);
	l->room = room;
	return 0;
}

int
layout_add(struct layout *l, const char *name, enum dtype dtype, size_t rank,
    const size_t shape[], struct err *e)
{
	struct tensor_spec *t;
	size_t i, slot, n = 1;

	if (*name == '\0')
		return err_set(e, RC_INPUT, "tensor %zu has an empty name",
		    l->n_tensors);
	if (!utf8_valid(name, strlen(name)))
		return err_set(e, RC_INPUT, "tensor %zu: its name is not "
		    "UTF-8", l->n_tensors);
	if (make_room(l, e) != 0)
		return -1;
	slot = slot_of(l, name, &l->looks);
	if (l->slot[slot] != 0)
		return err_set(e, RC_INPUT, "tensor %s occurs twice", name);
	if (rank > LAYOUT_MAX_RANK)
		return err_set(e, RC_INPUT,
		    "tensor %s: rank %zu, at most %d", name, rank,
		    LAYOUT_MAX_RANK);
	for (i = 0; i < rank; i++)
		if ((n = product(n, shape[i])) == SIZE_MAX)
			break;
	/* 8: the widest dtype, so that byte counts cannot overflow either */
	if (n > MAX_BYTES / 8 || l->n + n > MAX_BYTES / 8)
		return err_set(e, RC_INPUT, "tensor %s: too many values", name);
	t = l->t + l->n_tensors;
	memset(t, 0, sizeof *t);
	if ((t->name = mem_strdup(name)) == NULL)
		return err_nomem(e);
	t->dtype = dtype;
	t->rank = rank;
	if (rank > 0)
		memcpy(t->shape, shape, rank * sizeof *shape);
	t->n = n;
	t->offset = l->n;
	l->n += n;
	l->slot[slot] = (uint32_t)++l->n_tensors;
	return 0;
}

struct layout *
layout_copy(const struct layout *l)
{
	struct layout *c = layout_new();
	struct err e = { .rc = RC_OK };
	size_t i;

	if (c == NULL)
		return NULL;
	for (i = 0; i < l->n_tensors; i++)
		if (layout_add(c, l->t[i].name, l->t[i].dtype, l->t[i].rank,
		    l->t[i].shape, &e) != 0) {
			layout_free(c);
			return NULL;
		}
	return c;
}

struct layout *
layout_as_f32(const struct layout *l)
{
	struct layout *c = layout_copy(l);
	size_t i;

	if (c != NULL)
		for (i = 0; i < c->n_tensors; i++)
			c->t[i].dtype = DT_F32;
	return c;
}

int
layout_same_shape(const struct tensor_spec *a, const struct tensor_spec *b)
{
	return a->rank == b->rank && (a->rank == 0 ||
	    memcmp(a->shape, b->shape, a->rank * sizeof *a->shape) == 0);
}

int
layout_equal(const struct layout *a, const struct layout *b)
{
	size_t i;

	if (a->n_tensors != b->n_tensors)
		return 0;
	for (i = 0; i < a->n_tensors; i++)
		if (strcmp(a->t[i].name, b->t[i].name) != 0 ||
		    a->t[i].dtype != b->t[i].dtype ||
		    !layout_same_shape(&a->t[i], &b->t[i]))
			return 0;
	return 1;
}

void
layout_difference(char *buf, size_t size, const struct layout *a,
    const struct layout *b, const char *b_is)
{
	char sa[128], sb[128];
	size_t i;

	for (i = 0; i < a->n_tensors && i < b->n_tensors; i++) {
		const struct tensor_spec *x = &a->t[i], *y = &b->t[i];

		if (strcmp(x->name, y->name) != 0) {
			snprintf(buf, size, "tensor %zu is %s, %s has %s", i,
			    x->name, b_is, y->name);
			return;
		}
		if (!layout_same_shape(x, y)) {
			snprintf(buf, size, "tensor %s: shape %s, %s has %s",
			    x->name, layout_shape_string(sa, sizeof sa, x),
			    b_is, layout_shape_string(sb, sizeof sb, y));
			return;
		}
		if (x->dtype != y->dtype) {
			snprintf(buf, size, "tensor %s: %s, %s has %s",
			    x->name, dtype_name(x->dtype), b_is,
			    dtype_name(y->dtype));
			return;
		}
	}
	snprintf(buf, size, "%zu tensors, %s has %zu", a->n_tensors, b_is,
	    b->n_tensors);
}

const struct tensor_spec *
layout_find(const struct layout *l, const char *name)
{
	size_t looks = 0, i;

	if (l->n_tensors == 0)
		return NULL;
	i = slot_of(l, name, &looks);
	return l->slot[i] == 0 ? NULL : &l->t[l->slot[i] - 1];
}

char *
layout_shape_string(char *buf, size_t size, const struct tensor_spec *t)
{
	size_t i, used = 1;

	snprintf(buf, size, "[");
	for (i = 0; i < t->rank && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used,
		    i ? ",%zu" : "%zu", t->shape[i]);
	if (used < size)
		snprintf(buf + used, size - used, "]");
	return buf;
}
