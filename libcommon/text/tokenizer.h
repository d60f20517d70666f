/*
 * tokenizer: text to tokens and back, as a model's directory describes it.
 *
 * Read are tokenizer.json as Hugging Face's tokenizers library writes it, with
 * a byte-pair encoding: of bytes (GPT-2, Qwen2, Llama 3, OLMo) or of
 * characters with bytes to fall back on (Llama 2); or vocab.json with
 * merges.txt, for GPT-2 and Qwen2.  Tokens, and text that is decoded, are
 * those of that library's release 0.23.  What is not supported is refused by
 * name.
 */
#ifndef TEXT_TOKENIZER_H
#define TEXT_TOKENIZER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "text/spans.h"

struct tokenizer;

/* Tokens, in arrays grown as needed.  Zeroed to begin with. */
struct token_list {
	int32_t		*id;		/* n */
	struct token_span *span;	/* n: which bytes of the text */
	size_t		 n, max;
};

enum {
	TOKENIZER_ADD_SPECIAL = 1,	/* encode: with what the template puts
					   around a text, as begin of text */
	TOKENIZER_SKIP_SPECIAL = 2	/* decode: without special tokens */
};

/* Files of a directory that are about its tokenizer. */
#define TOKENIZER_FILES "tokenizer.json", "vocab.json", "merges.txt", \
	"tokenizer_config.json", "special_tokens_map.json"

/*
 * Reads dir/tokenizer.json; where there is none, dir/vocab.json,
 * dir/merges.txt and, if it is there, dir/tokenizer_config.json.  NULL: *e
 * names the file and what is wrong with it.  Free with tokenizer_free().
 * Shared by threads without locks.
 */
struct tokenizer	*tokenizer_load(const char *dir, struct err *e);
/* The same from the text of a tokenizer.json; what names it in messages. */
struct tokenizer	*tokenizer_parse(const char *json, size_t n,
			    const char *what, struct err *e);
void			 tokenizer_free(struct tokenizer *t);	/* or NULL */

/*
 * Adds the tokens of text[0..n) to out.  Spans are bytes of this text, and
 * follow each other; where the normaliser made one piece of several characters
 * and that piece was cut again, the spans of its parts are all of those
 * characters.  A token that is made of nothing of the text has start = end.  To
 * know where an answer begins, encode prompt and answer one after the other
 * into one list; or both as one text, and take the first span that ends behind
 * the prompt.
 *
 * Time is that of the pattern (linear for those in use, which look at what
 * they match and little more), and n log n for the longest word.  Errors
 * (RC_INPUT) leave out as it was: text that is not UTF-8, with its offset; a
 * character for which there is no token, not even one for the unknown; a
 * pattern that takes too many steps.
 */
int	tokenizer_encode(struct token_list *out, const struct tokenizer *t,
	    const char *text, size_t n, unsigned flags, struct err *e);
void	token_list_free(struct token_list *l);
/*
 * The text of tokens id[0..n), *len bytes of UTF-8 and a NUL; free with
 * mem_free().  Bytes that make no character become U+FFFD, one for every
 * longest beginning of one.  NULL: an id that is none, or no memory.
 */
char	*tokenizer_decode(size_t *len, const struct tokenizer *t,
	    const int32_t *id, size_t n, unsigned flags, struct err *e);

/* How many tokens there are: ids are 0 ... size - 1. */
size_t	tokenizer_size(const struct tokenizer *t);
/* The id of the token that is written so in the file, or -1. */
int32_t	tokenizer_id(const struct tokenizer *t, const char *token);
/* *id = the token that dir/tokenizer_config.json has under key, as
 * "eos_token"; -1 where there is none, in that file or in t.  -1: *e names the
 * file and what is wrong with it. */
int	tokenizer_named(int32_t *id, const struct tokenizer *t,
	    const char *dir, const char *key, struct err *e);
/* As it is written in the file; NULL: no such id.  *n bytes, no NUL. */
const char *tokenizer_string(size_t *n, const struct tokenizer *t,
	    int32_t id);
/* 1: a special token, such as <|endoftext|>. */
int	tokenizer_is_special(const struct tokenizer *t, int32_t id);

#endif
