#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#include "base/mem.h"
#include "text/pattern.h"

/* Steps of a search that are free, and steps a byte of text that searches
 * which need more may take together: patterns in use take below 10. */
enum { FREE_STEPS = 1000, STEPS_PER_BYTE = 1000, LEAST_STEPS = 1000000 };

struct pattern {
	pcre2_code	*code;
};

struct pattern_work {
	pcre2_match_data	*match;
	pcre2_match_context	*context;
	uint64_t		 steps;		/* still to be had */
};

static void *
take(size_t n, void *arg)
{
	(void)arg;
	return mem_alloc(n, 1);
}

static void
give(void *p, void *arg)
{
	(void)arg;
	mem_free(p);
}

static int
pcre2_error(int status, struct err *e)
{
	PCRE2_UCHAR why[128];

	if (status == PCRE2_ERROR_NOMEMORY ||
	    status == PCRE2_ERROR_HEAP_FAILED)
		return err_nomem(e);
	pcre2_get_error_message(status, why, sizeof why);
	return err_set(e, RC_INPUT, "regular expression: %s",
	    (const char *)why);
}

static int
compile(struct pattern *p, const char *text, uint32_t options,
    pcre2_compile_context *c, struct err *e)
{
	uint32_t empty;
	PCRE2_SIZE at;
	int status;

	pcre2_set_newline(c, PCRE2_NEWLINE_LF);
	p->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
	    options | PCRE2_UTF, &status, &at, c);
	if (p->code == NULL)
		return pcre2_error(status, e);
	pcre2_pattern_info(p->code, PCRE2_INFO_MATCHEMPTY, &empty);
	if (empty)
		return err_set(e, RC_INPUT,
		    "regular expression: matches nothing at all");
	/* where there is none, the search is interpreted */
	pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
	return 0;
}

static struct pattern *
new_pattern(const char *text, uint32_t options, struct err *e)
{
	struct pattern *p = mem_zalloc(1, sizeof *p);
	pcre2_general_context *g = pcre2_general_context_create(take, give,
	    NULL);
	pcre2_compile_context *c = g == NULL ? NULL :
	    pcre2_compile_context_create(g);
	int bad = 0;

	if (p == NULL || c == NULL)
		bad = err_nomem(e);
	else
		bad = compile(p, text, options, c, e);
	pcre2_compile_context_free(c);
	pcre2_general_context_free(g);
	if (bad == 0)
		return p;
	pattern_free(p);
	return NULL;
}

struct pattern *
pattern_new(const char *regex, struct err *e)
{
	char *text = pattern_translate(regex, e);
	struct pattern *p;

	if (text == NULL)
		return NULL;
	p = new_pattern(text, PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, e);
	mem_free(text);
	return p;
}

struct pattern *
pattern_new_literal(const char *text, struct err *e)
{
	if (*text == '\0') {
		err_set(e, RC_INPUT, "pattern: an empty string");
		return NULL;
	}
	return new_pattern(text, PCRE2_LITERAL, e);
}

void
pattern_free(struct pattern *p)
{
	if (p == NULL)
		return;
	pcre2_code_free(p->code);
	mem_free(p);
}

struct pattern_work *
pattern_work_new(size_t n, struct err *e)
{
	struct pattern_work *w = mem_zalloc(1, sizeof *w);
	pcre2_general_context *g = pcre2_general_context_create(take, give,
	    NULL);

	if (w != NULL && g != NULL) {
		w->match = pcre2_match_data_create(1, g);
		w->context = pcre2_match_context_create(g);
		w->steps = LEAST_STEPS + (uint64_t)STEPS_PER_BYTE * n;
	}
	pcre2_general_context_free(g);
	if (w != NULL && w->match != NULL && w->context != NULL)
		return w;
	pattern_work_free(w);
	err_nomem(e);
	return NULL;
}

void
pattern_work_free(struct pattern_work *w)
{
	if (w == NULL)
		return;
	pcre2_match_data_free(w->match);
	pcre2_match_context_free(w->context);
	mem_free(w);
}

/* One search of at most `limit' steps. */
static int
search(const struct pattern *p, struct pattern_work *w, const char *s,
    size_t n, size_t from, uint32_t limit)
{
	int r;

	pcre2_set_match_limit(w->context, limit);
	r = pcre2_match(p->code, (PCRE2_SPTR)s, n, from, PCRE2_NO_UTF_CHECK,
	    w->match, w->context);
	if (r == PCRE2_ERROR_JIT_STACKLIMIT)
		r = pcre2_match(p->code, (PCRE2_SPTR)s, n, from,
		    PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, w->match, w->context);
	return r;
}

int
pattern_find(size_t *start, size_t *end, const struct pattern *p,
    struct pattern_work *w, const char *s, size_t n, size_t from,
    struct err *e)
{
	uint64_t limit = FREE_STEPS;
	const PCRE2_SIZE *at;
	int r;

	while ((r = search(p, w, s, n, from, (uint32_t)limit)) ==
	    PCRE2_ERROR_MATCHLIMIT) {
		w->steps -= limit;
		limit *= 4;
		if (limit > w->steps || limit > UINT32_MAX)
			return err_set(e, RC_INPUT, "the regular expression "
			    "takes too many steps");
	}
	if (limit > FREE_STEPS)
		w->steps -= limit;
	if (r == PCRE2_ERROR_NOMATCH)
		return 0;
	if (r == PCRE2_ERROR_HEAPLIMIT)
		return err_set(e, RC_INPUT, "the regular expression takes "
		    "too much memory");
	if (r < 0)
		return pcre2_error(r, e);
	at = pcre2_get_ovector_pointer(w->match);
	*start = at[0];
	*end = at[1];
	return 1;
}
