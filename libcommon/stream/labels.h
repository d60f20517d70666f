/*
 * labels: what is said of a stream and of a record, from a fixed vocabulary,
 * so that every tool and every reader means the same by a word.
 */
#ifndef STREAM_LABELS_H
#define STREAM_LABELS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* What the vectors of a stream may be: the words for a header's content. */
#define TS_CONTENTS \
	"parameters", "updates", "displacements", "gradients", "sketches", \
	"basis", "projections", "residuals", "coefficients", "perturbations", \
	"activations", "steering", "vectors"

enum label_type { LABEL_INT, LABEL_REAL, LABEL_TEXT };

enum label_key {
	/* whole numbers */
	L_INDEX,	/* position in the producer's output, from 0 */
	L_STEP,		/* training step */
	L_SEED,
	L_BATCH,	/* minibatch number */
	L_EXAMPLE,	/* example number */
	L_DELTA,	/* which delta was added to the weights */
	L_BASIS,	/* which basis of a stream of bases */
	L_COMPONENT,	/* row of a basis, from 0 */
	L_RANK,		/* rank of the basis that was projected on */
	L_VECTORS,	/* how many vectors a basis or mean was made from */
	L_CENTRED,	/* 1: their mean was taken away first */
	L_POSITION,	/* token position */
	L_PAIR,
	L_SIGN,		/* antithetic sign: 1 or -1 */
	L_DRAW,
	/* real numbers */
	L_LOSS,
	L_SINGULAR_VALUE,
	L_TOTAL,	/* sum of all squared singular values */
	L_SIGMA,
	L_NORM,
	/* text, at most 255 bytes of UTF-8 */
	L_TASK,
	L_SPLIT,
	L_CONTROL,	/* noise control: shuffled-labels, gaussian */
	L_GROUP,	/* which parameters */
	L_METHOD,	/* svd, prefix, random; mean-difference, ... */
	L_SITE,
	L_LABEL,
	L_SIDE,		/* a, b: halves; positive, negative */
	L_NAME,
	L_CONTRAST,	/* how the sides of a pair differ */
	L_AT,		/* rule that chose the token position */
	L_COUNT
};

enum { LABEL_TEXT_MAX = 255 };

struct ts_labels {
	uint64_t set;				/* bit per key */
	union {
		int64_t	 i;
		double	 x;
		char	*s;			/* owned */
	} v[L_COUNT];
};

const char	*label_name(enum label_key k);
enum label_type	 label_type(enum label_key k);
/* 0, or -1 for a word that is not in the vocabulary. */
int		 label_parse(enum label_key *k, const char *name, size_t len);

void	labels_init(struct ts_labels *l);		/* none set */
void	labels_clear(struct ts_labels *l);		/* frees, none set */
int	labels_has(const struct ts_labels *l, enum label_key k);
void	labels_set_int(struct ts_labels *l, enum label_key k, int64_t i);
void	labels_set_real(struct ts_labels *l, enum label_key k, double x);
/* Copies s; -1 when out of memory. */
int	labels_set_text(struct ts_labels *l, enum label_key k, const char *s);
void	labels_unset(struct ts_labels *l, enum label_key k);
/* 0, or -1 and *e for what no stream may hold: a number that is not finite,
 * text that is too long or not UTF-8. */
int	labels_check(const struct ts_labels *l, struct err *e);
/* Overwrites *dst with a copy; -1 when out of memory (dst is then empty). */
int	labels_copy(struct ts_labels *dst, const struct ts_labels *src);
/* 1 when both lack k, or both have it with equal values. */
int	labels_same(const struct ts_labels *a, const struct ts_labels *b,
	    enum label_key k);
/* The value as text ("NA" when unset) into buf; returns buf. */
char	*labels_string(char *buf, size_t size, const struct ts_labels *l,
	    enum label_key k);

#endif
