/* Which modules an adapter changes. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#include "base/mem.h"
#include "model/adapter.h"
#include "model/adapter_parts.h"

static const char ALL[] = "all-linear";

void
adapter_config_init(struct adapter_config *c)
{
	memset(c, 0, sizeof *c);
}

void
adapter_config_free(struct adapter_config *c)
{
	size_t i;

	for (i = 0; i < c->n_targets; i++)
		mem_free(c->target[i]);
	mem_free(c->target);
	mem_free(c->pattern);
	mem_free(c->base);
	adapter_config_init(c);
}

int
adapter_config_targets(struct adapter_config *c, const char *targets,
    struct err *e)
{
	const char *s;
	size_t n = 1;

	if (strcmp(targets, ALL) == 0)
		return (c->pattern = mem_strdup(ALL)) == NULL ?
		    err_nomem(e) : 0;
	for (s = targets; *s != '\0'; s++)
		n += *s == ',';
	if ((c->target = mem_zalloc(n, sizeof(char *))) == NULL)
		return err_nomem(e);
	for (s = targets;; s += n + 1) {
		if ((n = strcspn(s, ",")) == 0)
			return err_set(e, RC_USAGE, "'%s' has an empty name",
			    targets);
		if ((c->target[c->n_targets] = mem_strndup(s, n)) == NULL)
			return err_nomem(e);
		c->n_targets++;
		if (s[n] == '\0')
			return 0;
	}
}

int
adapter_target_is(const char *target, const char *module)
{
	size_t n = strlen(module), k = strlen(target);

	return n >= k && strcmp(module + n - k, target) == 0 &&
	    (n == k || module[n - k - 1] == '.');
}

/* Does the regular expression match the whole name? */
static int
matches(const char *pattern, const char *module, struct err *e)
{
	pcre2_match_data *m = NULL;
	PCRE2_SIZE at;
	pcre2_code *re;
	int code, r = -1;

	re = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	    PCRE2_ANCHORED | PCRE2_ENDANCHORED, &code, &at, NULL);
	if (re == NULL)
		return err_set(e, RC_INPUT, "target_modules: '%.200s' is no "
		    "regular expression, byte %zu", pattern, (size_t)at);
	if ((m = pcre2_match_data_create_from_pattern(re, NULL)) == NULL)
		err_nomem(e);
	else {
		r = pcre2_match(re, (PCRE2_SPTR)module,
		    PCRE2_ZERO_TERMINATED, 0, 0, m, NULL);
		if (r < 0 && r != PCRE2_ERROR_NOMATCH)
			r = err_set(e, RC_INPUT, "target_modules: '%.200s' "
			    "takes too long", pattern);
		else
			r = r >= 0;
	}
	pcre2_match_data_free(m);
	pcre2_code_free(re);
	return r;
}

int
adapter_config_matches(const struct adapter_config *c, const char *module,
    int linear, struct err *e)
{
	size_t i;

	if (c->pattern != NULL && strcmp(c->pattern, ALL) == 0)
		return linear;
	if (c->pattern != NULL)
		return matches(c->pattern, module, e);
	for (i = 0; i < c->n_targets; i++)
		if (adapter_target_is(c->target[i], module))
			return 1;
	return 0;
}
