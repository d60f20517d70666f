/* parts: what a tokenizer is made of; for the files of this room. */
#ifndef TEXT_PARTS_H
#define TEXT_PARTS_H

#include <jansson.h>

#include "text/added.h"
#include "text/bpe.h"
#include "text/decoder.h"
#include "text/normalise.h"
#include "text/split.h"
#include "text/tokenizer.h"
#include "text/vocab.h"

enum { MAX_STEPS = 16 };	/* of a sequence */
/* What normalising and decoding may make of a byte, and of none. */
enum { GROWTH = 64, LEAST_ROOM = 1 << 16 };

struct tokenizer {
	struct vocab	 vocab;
	size_t		 n_model;	/* of them, the model's own */
	struct merges	 merges;
	int		 ignore_merges;	/* a word that is a token stays one */
	int		 byte_fallback;
	int		 fuse_unk;	/* neighbours without a token are one */
	int32_t		 unk;		/* or -1 */

	struct added_token *added;	/* n_added */
	size_t		 n_added, n_new;	/* new: not the model's */
	struct added_set raw, normal;	/* what is looked for, and in what */
	uint32_t	*place;		/* by id: 1 + index in added, or 0 */

	struct normal_step normal_step[MAX_STEPS];
	size_t		 n_normal;
	struct split	 split[MAX_STEPS];
	size_t		 n_splits;
	int		 byte_level;	/* symbols are bytes, written as
					   characters */
	int32_t		 byte[256];	/* the token of a byte, or -1 */

	int32_t		*before, *after;	/* what the template adds */
	size_t		 n_before, n_after;
	struct decode_step decode_step[MAX_STEPS];
	size_t		 n_decode;
	int		 has_decoder;	/* 0: strings, joined by spaces */
};

/* GPT-2's pattern. */
extern const char	pattern_gpt2[];

/* The character by which byte-level encodings write a byte. */
int32_t	byte_character(unsigned char b);
/* The byte that a character stands for, or -1. */
int	character_byte(int32_t c);
/* The token of the model's own vocabulary that is s[0..n), or -1. */
int32_t	model_token(const struct tokenizer *t, const char *s, size_t n);

/* A pattern is taken over, NULL is the error of who made it. */
int	add_split(struct tokenizer *t, struct pattern *p, enum split_how how,
	    struct err *e);
int	add_normal(struct tokenizer *t, enum normal_kind kind,
	    const char *text, struct pattern *p, struct err *e);

/*
 * Each reads its part of tokenizer.json, in this order: the model (after it
 * the vocabulary is complete but for the n_added tokens added), what is added,
 * and the steps, each of which may be NULL or null.
 */
int	read_model(struct tokenizer *t, json_t *model, size_t n_added,
	    struct err *e);
int	read_added(struct tokenizer *t, json_t *added, struct err *e);
int	read_normalizer(struct tokenizer *t, json_t *o, struct err *e);
int	read_pre_tokenizer(struct tokenizer *t, json_t *o, struct err *e);
int	read_post_processor(struct tokenizer *t, json_t *o, struct err *e);
int	read_decoder(struct tokenizer *t, json_t *o, struct err *e);

/* What of a list of tokens is not in the model's vocabulary. */
size_t	count_added(json_t *vocab, json_t *added);
/* A pair of tokens, by name, as the next merge. */
int	add_merge(struct tokenizer *t, const char *a, size_t na,
	    const char *b, size_t nb, struct err *e);
/* The next added token; id as the file has it. */
int	add_token(struct tokenizer *t, struct added_token a, size_t id,
	    struct err *e);
/* After the last: what is looked for, by normalised text. */
int	finish_added(struct tokenizer *t, struct err *e);
/* After the model: the tokens of bytes, where bytes are symbols. */
int	find_bytes(struct tokenizer *t, struct err *e);

/* vocab.json, merges.txt and tokenizer_config.json. */
int	read_plain_files(struct tokenizer *t, const char *dir, struct err *e);

/* v normalised, in b[0] or b[1], or v as it is.  A text that grows out of
 * all proportion is an error. */
int	normalise_all(struct text_view *out, struct text_buf b[2],
	    const struct tokenizer *t, const struct text_view *v,
	    struct pattern_work *w, struct err *e);

#endif
