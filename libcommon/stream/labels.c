#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "stream/labels.h"

static const struct {
	const char	*name;
	enum label_type	 type;
} vocabulary[L_COUNT] = {
	[L_INDEX] = { "index", LABEL_INT },
	[L_STEP] = { "step", LABEL_INT },
	[L_SEED] = { "seed", LABEL_INT },
	[L_BATCH] = { "batch", LABEL_INT },
	[L_EXAMPLE] = { "example", LABEL_INT },
	[L_DELTA] = { "delta", LABEL_INT },
	[L_BASIS] = { "basis", LABEL_INT },
	[L_COMPONENT] = { "component", LABEL_INT },
	[L_RANK] = { "rank", LABEL_INT },
	[L_VECTORS] = { "vectors", LABEL_INT },
	[L_CENTRED] = { "centred", LABEL_INT },
	[L_POSITION] = { "position", LABEL_INT },
	[L_PAIR] = { "pair", LABEL_INT },
	[L_SIGN] = { "sign", LABEL_INT },
	[L_DRAW] = { "draw", LABEL_INT },
	[L_LOSS] = { "loss", LABEL_REAL },
	[L_SINGULAR_VALUE] = { "singular_value", LABEL_REAL },
	[L_TOTAL] = { "total", LABEL_REAL },
	[L_SIGMA] = { "sigma", LABEL_REAL },
	[L_NORM] = { "norm", LABEL_REAL },
	[L_TASK] = { "task", LABEL_TEXT },
	[L_SPLIT] = { "split", LABEL_TEXT },
	[L_CONTROL] = { "control", LABEL_TEXT },
	[L_GROUP] = { "group", LABEL_TEXT },
	[L_METHOD] = { "method", LABEL_TEXT },
	[L_SITE] = { "site", LABEL_TEXT },
	[L_LABEL] = { "label", LABEL_TEXT },
	[L_SIDE] = { "side", LABEL_TEXT },
	[L_NAME] = { "name", LABEL_TEXT },
	[L_CONTRAST] = { "contrast", LABEL_TEXT },
	[L_AT] = { "at", LABEL_TEXT },
};

const char *
label_name(enum label_key k)
{
	return vocabulary[k].name;
}

enum label_type
label_type(enum label_key k)
{
	return vocabulary[k].type;
}

int
label_parse(enum label_key *k, const char *name, size_t len)
{
	int i;

	for (i = 0; i < L_COUNT; i++)
		if (strlen(vocabulary[i].name) == len &&
		    memcmp(vocabulary[i].name, name, len) == 0) {
			*k = (enum label_key)i;
			return 0;
		}
	return -1;
}

void
labels_init(struct ts_labels *l)
{
	l->set = 0;
}

int
labels_has(const struct ts_labels *l, enum label_key k)
{
	return (int)(l->set >> k & 1);
}

void
labels_unset(struct ts_labels *l, enum label_key k)
{
	if (labels_has(l, k) && vocabulary[k].type == LABEL_TEXT)
		mem_free(l->v[k].s);
	l->set &= ~((uint64_t)1 << k);
}

void
labels_clear(struct ts_labels *l)
{
	int k;

	for (k = 0; k < L_COUNT; k++)
		labels_unset(l, (enum label_key)k);
}

void
labels_set_int(struct ts_labels *l, enum label_key k, int64_t i)
{
	l->v[k].i = i;
	l->set |= (uint64_t)1 << k;
}

void
labels_set_real(struct ts_labels *l, enum label_key k, double x)
{
	l->v[k].x = x;
	l->set |= (uint64_t)1 << k;
}

int
labels_set_text(struct ts_labels *l, enum label_key k, const char *s)
{
	char *copy = mem_strdup(s);

	if (copy == NULL)
		return -1;
	labels_unset(l, k);
	l->v[k].s = copy;
	l->set |= (uint64_t)1 << k;
	return 0;
}

int
labels_check(const struct ts_labels *l, struct err *e)
{
	int k;

	for (k = 0; k < L_COUNT; k++) {
		if (!labels_has(l, (enum label_key)k))
			continue;
		if (vocabulary[k].type == LABEL_REAL && !isfinite(l->v[k].x))
			return err_set(e, RC_INPUT, "label %s is not finite",
			    vocabulary[k].name);
		if (vocabulary[k].type != LABEL_TEXT)
			continue;
		if (strlen(l->v[k].s) > LABEL_TEXT_MAX)
			return err_set(e, RC_INPUT,
			    "label %s: %zu bytes, at most %d",
			    vocabulary[k].name, strlen(l->v[k].s),
			    LABEL_TEXT_MAX);
		if (!utf8_valid(l->v[k].s, strlen(l->v[k].s)))
			return err_set(e, RC_INPUT, "label %s is not UTF-8",
			    vocabulary[k].name);
	}
	return 0;
}

int
labels_copy(struct ts_labels *dst, const struct ts_labels *src)
{
	int k;

	labels_clear(dst);
	for (k = 0; k < L_COUNT; k++) {
		if (!labels_has(src, (enum label_key)k))
			continue;
		if (vocabulary[k].type != LABEL_TEXT) {
			dst->v[k] = src->v[k];
			dst->set |= (uint64_t)1 << k;
		} else if (labels_set_text(dst, (enum label_key)k,
		    src->v[k].s) != 0) {
			labels_clear(dst);
			return -1;
		}
	}
	return 0;
}

int
labels_same(const struct ts_labels *a, const struct ts_labels *b,
    enum label_key k)
{
	if (!labels_has(a, k) || !labels_has(b, k))
		return labels_has(a, k) == labels_has(b, k);
	switch (vocabulary[k].type) {
	case LABEL_INT: return a->v[k].i == b->v[k].i;
	case LABEL_REAL: return a->v[k].x == b->v[k].x;
	default: return strcmp(a->v[k].s, b->v[k].s) == 0;
	}
}

char *
labels_string(char *buf, size_t size, const struct ts_labels *l,
    enum label_key k)
{
	if (!labels_has(l, k))
		snprintf(buf, size, "NA");
	else if (vocabulary[k].type == LABEL_INT)
		snprintf(buf, size, "%" PRId64, l->v[k].i);
	else if (vocabulary[k].type == LABEL_REAL)
		snprintf(buf, size, "%.10g", l->v[k].x);
	else
		snprintf(buf, size, "%s", l->v[k].s);
	return buf;
}
