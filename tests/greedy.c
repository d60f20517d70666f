/*
 * greedy: goes on with a text, or with token ids, by the token with the
 * highest score each time.
 * usage: greedy text|ids DIRECTORY NUMBER PROMPT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/model.h"
#include "model/work.h"
#include "text/tokenizer.h"

static void
check(int bad, const struct err *e)
{
	if (!bad)
		return;
	fprintf(stderr, "greedy: %s\n", e->msg);
	exit(e->rc);
}

static void
add(struct token_list *l, int32_t id)
{
	struct err e = { .rc = RC_OK };

	if (l->n >= l->max) {
		l->max = 2 * l->n + 1;
		l->id = mem_grow(l->id, l->max, sizeof *l->id);
		check(l->id == NULL && err_nomem(&e), &e);
	}
	l->id[l->n++] = id;
}

static int32_t
next(struct model_work *w, const struct model *m, const struct token_list *l,
    float *scores)
{
	size_t start[2] = { 0, l->n }, v = m->config.vocab, i, best = 0;
	const struct batch b = { 1, start, l->id, NULL };
	struct err e = { .rc = RC_OK };

	check(model_logits(scores, w, m->params, &b, &e) != 0, &e);
	scores += (l->n - 1) * v;
	for (i = 1; i < v; i++)
		if (scores[i] > scores[best])
			best = i;
	return (int32_t)best;
}

int
main(int argc, char *argv[])
{
	struct err e = { .rc = RC_OK };
	struct token_list l = { .n = 0 };
	struct tokenizer *t = NULL;
	struct model_work *w;
	struct model *m;
	char *s, *end;
	float *scores;
	size_t n, i;

	if (argc != 5) {
		fputs("usage: greedy text|ids DIRECTORY NUMBER PROMPT\n",
		    stderr);
		return 2;
	}
	check((m = model_load(argv[2], &e)) == NULL, &e);
	check((w = model_work_new(&m->config, &e)) == NULL, &e);
	n = strtoul(argv[3], NULL, 10);
	if (strcmp(argv[1], "text") == 0) {
		check((t = tokenizer_load(argv[2], &e)) == NULL, &e);
		check(tokenizer_encode(&l, t, argv[4], strlen(argv[4]),
		    TOKENIZER_ADD_SPECIAL, &e) != 0, &e);
	} else
		for (s = argv[4]; i = strtoul(s, &end, 10), end > s; s = end)
			add(&l, (int32_t)i);
	scores = mem_alloc(l.n + n, m->config.vocab * sizeof *scores);
	check(scores == NULL && err_nomem(&e), &e);
	for (i = 0; i < n; i++)
		add(&l, next(w, m, &l, scores));
	if (t != NULL) {
		s = tokenizer_decode(&n, t, l.id, l.n, TOKENIZER_SKIP_SPECIAL,
		    &e);
		check(s == NULL, &e);
		printf("%s\n", s);
		mem_free(s);
	} else
		for (i = 0; i < l.n; i++)
			printf("%ld%c", (long)l.id[i], i + 1 < l.n ? ' ' :
			    '\n');
	tokenizer_free(t);
	token_list_free(&l);
	mem_free(scores);
	model_work_free(w);
	model_free(m);
	return fflush(stdout) == 0 ? 0 : 4;
}
