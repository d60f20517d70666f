#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/opts.h"

/* A growing string. */
struct text {
	char	*s;
	size_t	 n;
};

static void
append(struct text *b, const char *fmt, ...)
{
	char item[64];
	const char *s = item;
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	if (strcmp(fmt, "%s") == 0)
		s = va_arg(ap, const char *);
	else
		vsnprintf(item, sizeof item, fmt, ap);
	va_end(ap);
	n = strlen(s);
	b->s = opts_must(mem_grow(b->s, b->n + n + 1, 1));
	memcpy(b->s + b->n, s, n + 1);
	b->n += n;
}

/* Absolute paths differ between machines: their base name is kept, and the
 * stream's list of inputs adds the digest.  Numbers of descriptors differ
 * between runs. */
char *
opts_canonical_path(const char *path)
{
	const char *eq = strchr(path, '='), *p = eq ? eq + 1 : path;
	const char *slash = strrchr(p, '/');
	const char *kept = slash + 1;
	struct text b = { NULL, 0 };

	if (*p != '/' || slash[1] == '\0')
		return mem_strdup(path);
	if (strncmp(p, "/dev/fd/", 8) == 0)	/* a process substitution */
		kept = "/dev/fd";
	append(&b, "%s", path);
	memmove(b.s + (p - path), kept, strlen(kept) + 1);
	return b.s;
}

static void
append_path(struct text *b, const char *path)
{
	char *p = opts_must(opts_canonical_path(path));

	append(b, "%s", p);
	mem_free(p);
}

/* The same for every path of a list. */
static void
append_list(struct text *b, const char *list)
{
	size_t n;
	char *word;

	for (; *list != '\0'; list += n) {
		n = strspn(list, ",=:");
		n = n > 0 ? 1 : strcspn(list, ",=:");
		word = opts_must(mem_strndup(list, n));
		append_path(b, word);
		mem_free(word);
	}
}

/* The shortest decimal that reads back as x. */
static void
append_real(struct text *b, double x)
{
	char s[32];
	int digits;

	for (digits = 1; digits <= 17; digits++) {
		snprintf(s, sizeof s, "%.*g", digits, x);
		if (strtod(s, NULL) == x)
			break;
	}
	append(b, "%s", s);
}

static char *
canonical_one(const struct opt *o, size_t i)
{
	const struct opt_sizes *z = o->value;
	const struct opt_reals *r = o->value;
	const struct opt_strings *l = o->value;
	struct text b = { NULL, 0 };
	size_t k;

	append(&b, "--");
	append(&b, "%s", o->name);
	if (o->arg != NULL)
		append(&b, "=");
	switch (o->type) {
	case OPT_FLAG: break;
	case OPT_SIZE: append(&b, "%zu", *(size_t *)o->value); break;
	case OPT_SEED:
		append(&b, "%llu", (unsigned long long)*(uint64_t *)o->value);
		break;
	case OPT_REAL: append_real(&b, *(double *)o->value); break;
	case OPT_CHOICE: append(&b, "%s", o->choices[*(int *)o->value]); break;
	case OPT_SIZES:
		for (k = 0; k < z->n; k++)
			append(&b, k ? ",%zu" : "%zu", z->v[k]);
		break;
	case OPT_REALS:
		for (k = 0; k < r->n; k++) {
			append(&b, "%s", k ? "," : "");
			append_real(&b, r->v[k]);
		}
		break;
	case OPT_STRINGS: append(&b, "%s", l->v[i]); break;
	case OPT_INPUTS: append_path(&b, l->v[i]); break;
	case OPT_INPUT: append_path(&b, *(const char **)o->value); break;
	case OPT_LIST: append_list(&b, *(const char **)o->value); break;
	case OPT_STRING:
	case OPT_OUTPUT: append(&b, "%s", *(const char **)o->value); break;
	}
	return b.s;
}

/* How many arguments an option stands for on the canonical line. */
static size_t
occurrences(const struct opt *o)
{
	if (o->flags & OPT_NEUTRAL)
		return 0;
	switch (o->type) {
	case OPT_FLAG: return *(int *)o->value != 0;
	case OPT_SIZES: return ((struct opt_sizes *)o->value)->n != 0;
	case OPT_REALS: return ((struct opt_reals *)o->value)->n != 0;
	case OPT_STRINGS:
	case OPT_INPUTS: return ((struct opt_strings *)o->value)->n;
	case OPT_STRING:
	case OPT_LIST:
	case OPT_INPUT:
	case OPT_OUTPUT: return *(const char **)o->value != NULL;
	default: return 1;
	}
}

char **
opts_canonical(const struct tool *t, size_t *n)
{
	const struct opt *o;
	char **argv = NULL;
	size_t i, k;

	*n = 0;
	for (o = t->opts; o->name != NULL; o++)
		for (i = 0, k = occurrences(o); i < k; i++) {
			argv = opts_must(mem_grow(argv, *n + 1, sizeof *argv));
			argv[(*n)++] = canonical_one(o, i);
		}
	for (i = 0; i < t->n_operands || (i == 0 && t->max_operands > 0);
	    i++) {
		struct text b = { NULL, 0 };

		append_path(&b, i < t->n_operands ? t->operand[i] : "-");
		argv = opts_must(mem_grow(argv, *n + 1, sizeof *argv));
		argv[(*n)++] = b.s;
	}
	return argv;
}

void
opts_canonical_free(char **argv, size_t n)
{
	while (n > 0)
		mem_free(argv[--n]);
	mem_free(argv);
}
