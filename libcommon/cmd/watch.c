#include <string.h>

#include "cmd/cmd.h"
#include "cmd/watch.h"

float *
watch_kept(const struct watch *w, size_t seq, size_t i)
{
	return w->x + (seq * w->n + i) * w->rows * w->width;
}

size_t
watch_position(const struct watch *w, size_t seq)
{
	return w->where[seq];
}

static void
keep(void *arg, size_t site, const struct batch *b, size_t seq, real *h,
    size_t m, size_t width)
{
	const struct watch *w = arg;
	size_t i = w->slot[site];

	(void)b;
	if (i == w->n)
		return;
	if (w->rule.kind == POSITION_ALL)
		memcpy(watch_kept(w, seq, i), h, m * width * sizeof *h);
	else
		memcpy(watch_kept(w, seq, i), h + w->where[seq] * width,
		    width * sizeof *h);
}

static int
wanted(const char *globs, size_t site, const struct model_config *c)
{
	char *list = cmd_must(mem_strdup(globs)), *s, *save = NULL;
	int found = 0;

	for (s = strtok_r(list, ",", &save); s != NULL && !found;
	    s = strtok_r(NULL, ",", &save))
		found = site_matches(s, site, c);
	mem_free(list);
	return found;
}

static void
choose(struct watch *w, const struct model_config *c, const char *globs,
    const char *what)
{
	size_t n = site_count(c->n_layer), i;

	w->slot = cmd_must(mem_alloc(n, sizeof *w->slot));
	w->name = cmd_must(mem_alloc(n, sizeof *w->name));
	for (i = 0; i < n; i++) {
		site_name(w->name[w->n], SITE_NAME_MAX, i, c->n_layer);
		w->slot[i] = wanted(globs, i, c) ? w->n++ : SIZE_MAX;
	}
	for (i = 0; i < n; i++)
		if (w->slot[i] == SIZE_MAX)
			w->slot[i] = w->n;
	if (w->n == 0)
		die(RC_INPUT, "%s: none of %zu sites matches '%s'", what, n,
		    globs);
}

void
watch_open(struct watch *w, const struct model_config *c, const char *globs,
    const char *what, const struct position_rule *rule, size_t n_seq,
    size_t max_tokens)
{
	memset(w, 0, sizeof *w);
	w->width = c->n_embd;
	w->rule = *rule;
	w->rows = rule->kind == POSITION_ALL ? max_tokens : 1;
	w->hook = (struct site_hook){ keep, w };
	choose(w, c, globs, what);
	w->x = cmd_must(mem_alloc(n_seq * w->n * w->rows,
	    w->width * sizeof *w->x));
	w->where = cmd_must(mem_alloc(n_seq, sizeof *w->where));
}

void
watch_close(struct watch *w)
{
	mem_free(w->slot);
	mem_free(w->name);
	mem_free(w->x);
	mem_free(w->where);
}

int
watch_find(struct watch *w, size_t *seq, const struct batch *b,
    struct err *e)
{
	size_t i;

	for (i = 0; w->rule.kind != POSITION_ALL && i < b->n_seq; i++)
		if (position_find(&w->where[i], &w->rule, b->tokens +
		    b->start[i], b->start[i + 1] - b->start[i], e) < 0) {
			*seq = i;
			return -1;
		}
	return 0;
}
