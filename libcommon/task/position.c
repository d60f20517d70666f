#include <string.h>

#include "base/opts.h"
#include "task/position.h"
#include "task/task.h"

/* A token's number, or a text, of which quotes around it are no part. */
static int
parse_marker(struct position_rule *r, const char *marker)
{
	size_t n = strlen(marker);
	int quoted = n >= 2 && *marker == '"' && marker[n - 1] == '"';

	r->kind = POSITION_TOKEN;
	if (n > 0 && strspn(marker, "0123456789") == n)
		return opts_parse_size(&r->n, marker);
	r->kind = POSITION_TEXT;
	r->text = marker + quoted;
	r->n = quoted ? n - 2 : n;
	return r->n > 0 ? 0 : -1;
}

int
position_parse(struct position_rule *r, const char *s, struct err *e)
{
	static const char marker[] = "marker:";
	int bad = 0;

	*r = (struct position_rule){ .kind = POSITION_FROM_START };
	if (strcmp(s, "all") == 0)
		r->kind = POSITION_ALL;
	else if (strncmp(s, marker, sizeof marker - 1) == 0)
		bad = parse_marker(r, s + sizeof marker - 1);
	else if (*s == '-') {
		r->kind = POSITION_FROM_END;
		bad = opts_parse_size(&r->n, s + 1) != 0 || r->n == 0;
	} else
		bad = opts_parse_size(&r->n, s);
	return bad ? err_set(e, RC_USAGE, "'%s' is not a position, from the "
	    "end if negative, marker:TOKEN, marker:TEXT or all", s) : 0;
}

int
position_encode(struct position_rule *r, const struct tokenizer *t,
    struct err *e)
{
	if (r->kind != POSITION_TEXT)
		return 0;
	if (t == NULL) {
		if (r->n != 1 || *r->text != '=')
			return err_set(e, RC_USAGE, "marker:%.100s: tasks of "
			    "digits have no text but =", r->text);
		r->kind = POSITION_TOKEN;
		r->n = TASK_EQUALS;
		return 0;
	}
	r->tokens.n = 0;
	if (tokenizer_encode(&r->tokens, t, r->text, r->n, 0, e) != 0)
		return err_prefix(e, "marker");
	return r->tokens.n > 0 ? 0 : err_set(e, RC_USAGE,
	    "marker:%.100s: a text without tokens", r->text);
}

void
position_free(struct position_rule *r)
{
	token_list_free(&r->tokens);
}

/* Where word, n_word tokens, ends for the first time; n: nowhere. */
static size_t
find_word(const int32_t *tokens, size_t n, const int32_t *word,
    size_t n_word)
{
	size_t i;

	for (i = 0; i + n_word <= n; i++)
		if (memcmp(tokens + i, word, n_word * sizeof *word) == 0)
			return i + n_word - 1;
	return n;
}

static int
lacks(const struct position_rule *r, size_t n, struct err *e)
{
	switch (r->kind) {
	case POSITION_TOKEN:
		return err_set(e, RC_INPUT, "none of its %zu tokens is %zu",
		    n, r->n);
	case POSITION_TEXT:
		return err_set(e, RC_INPUT, "the marker's %zu tokens do not "
		    "stand among its %zu", r->tokens.n, n);
	default:
		return err_set(e, RC_INPUT, "it has no position %s%zu, its "
		    "tokens are %zu", r->kind == POSITION_FROM_END ? "-" : "",
		    r->n, n);
	}
}

int
position_find(size_t *at, const struct position_rule *r,
    const int32_t *tokens, size_t n, struct err *e)
{
	size_t i;

	switch (r->kind) {
	case POSITION_FROM_START:
		*at = r->n;
		break;
	case POSITION_FROM_END:
		*at = n - r->n;		/* beyond the end if there is none */
		break;
	case POSITION_TEXT:
		*at = find_word(tokens, n, r->tokens.id, r->tokens.n);
		break;
	default:
		for (i = 0; i < n; i++)
			if ((size_t)tokens[i] == r->n)
				break;
		*at = i;
	}
	return *at < n ? 0 : lacks(r, n, e);
}
