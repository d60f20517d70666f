/* Fuzz target: tokenizer.json, and after its last '}' a text for it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
use(const struct tokenizer *t, const char *text, size_t n)
{
	struct token_list l = { .n = 0 };
	struct err e = { .rc = RC_OK };
	size_t i, len;
	char *s;

	if (tokenizer_encode(&l, t, text, n, TOKENIZER_ADD_SPECIAL, &e) == 0) {
		for (i = 0; i < l.n; i++)
			if (l.id[i] < 0 ||
			    (size_t)l.id[i] >= tokenizer_size(t) ||
			    l.span[i].start > l.span[i].end ||
			    l.span[i].end > n)
				abort();
		s = tokenizer_decode(&len, t, l.id, l.n, 0, &e);
		if (s == NULL && e.rc == RC_OK)
			abort();
		mem_free(s);
	} else if (e.rc == RC_OK || l.n != 0) {
		abort();
	}
	token_list_free(&l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e = { .rc = RC_OK };
	struct tokenizer *t;
	size_t json = n;

	while (json > 0 && data[json - 1] != '}')
		json--;
	t = tokenizer_parse((const char *)data, json, "fuzz", &e);
	if (t == NULL && e.rc == RC_OK)
		abort();
	if (t != NULL)
		use(t, (const char *)data + json, n - json);
	tokenizer_free(t);
	return 0;
}
