/*
 * dump_tokens: what the tokenizer makes of texts, for check_tokenizer.py.
 *
 * usage: dump_tokens directory flags < texts > tokens
 *
 * All numbers are 64 bits, little-endian.  texts: for each, its bytes, counted.
 * tokens: how many there are in the vocabulary; for each text n, then for each
 * token id, start and end; then the decoded text, and the one without special
 * tokens, counted.  A text that cannot be encoded gives n = -1 and the message,
 * counted.  Flags: those of tokenizer_encode().
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "text/tokenizer.h"

static void
put(int64_t x)
{
	fwrite(&x, sizeof x, 1, stdout);
}

static void
put_text(const char *s, size_t n)
{
	put((int64_t)n);
	fwrite(s, 1, n, stdout);
}

static void
put_decoded(const struct tokenizer *t, const struct token_list *l,
    unsigned flags)
{
	struct err e = { .rc = RC_OK };
	size_t n = 0;
	char *s = tokenizer_decode(&n, t, l->id, l->n, flags, &e);

	if (s == NULL)
		die_err(&e);
	put_text(s, n);
	mem_free(s);
}

static void
dump(const struct tokenizer *t, const char *text, size_t n, unsigned flags)
{
	struct token_list l = { .n = 0 };
	struct err e = { .rc = RC_OK };
	size_t i;

	if (tokenizer_encode(&l, t, text, n, flags, &e) != 0) {
		put(-1);
		put_text(e.msg, strlen(e.msg));
		token_list_free(&l);
		return;
	}
	put((int64_t)l.n);
	for (i = 0; i < l.n; i++) {
		put(l.id[i]);
		put((int64_t)l.span[i].start);
		put((int64_t)l.span[i].end);
	}
	put_decoded(t, &l, 0);
	put_decoded(t, &l, TOKENIZER_SKIP_SPECIAL);
	token_list_free(&l);
}

int
main(int argc, char *argv[])
{
	struct err e = { .rc = RC_OK };
	struct tokenizer *t;
	char *text;
	int64_t n;

	diag_init(argv[0]);
	if (argc != 3)
		die(RC_USAGE, "usage: dump_tokens directory flags");
	if ((t = tokenizer_load(argv[1], &e)) == NULL)
		die_err(&e);
	put((int64_t)tokenizer_size(t));
	while (fread(&n, sizeof n, 1, stdin) == 1) {
		text = mem_alloc((size_t)n, 1);
		if (text == NULL ||
		    fread(text, 1, (size_t)n, stdin) != (size_t)n)
			die(RC_INPUT, "a text of %lld bytes is cut",
			    (long long)n);
		dump(t, text, (size_t)n, (unsigned)atoi(argv[2]));
		mem_free(text);
	}
	tokenizer_free(t);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : RC_SYSTEM;
}
