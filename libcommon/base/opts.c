#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/completion.h"
#include "base/diag.h"
#include "base/mem.h"
#include "base/opts.h"
#include "base/par.h"
#include "base/version.h"

enum { MAX_OPTS = 64, FIRST_LONG_ONLY = 256 };

const char *opt_output;
int opt_json;

static size_t threads;
static int help, version, completion;

/* In the order of enum completion_shell, after none. */
static const char *const shells[] = { "none", "bash", "zsh", NULL };

static const struct opt common[] = {
	{ 'o', "output", "file", OPT_OUTPUT, &opt_output,
	    "write to file instead of standard output", NULL, OPT_NEUTRAL },
	{ 0, "json", NULL, OPT_FLAG, &opt_json,
	    "tables as JSON lines", NULL, OPT_NEUTRAL },
	{ 0, "threads", "n", OPT_SIZE, &threads,
	    "number of threads (0: physical cores)", NULL, OPT_NEUTRAL },
	{ 'q', "quiet", NULL, OPT_FLAG, &diag_quiet,
	    "no progress, no warnings", NULL, OPT_NEUTRAL },
	{ 'v', "verbose", NULL, OPT_FLAG, &diag_verbose,
	    "report progress as whole lines", NULL, OPT_NEUTRAL },
	{ 'h', "help", NULL, OPT_FLAG, &help,
	    "show this help", NULL, OPT_NEUTRAL },
	{ 'V', "version", NULL, OPT_FLAG, &version,
	    "show the release", NULL, OPT_NEUTRAL },
	{ 0, "completion", "shell", OPT_CHOICE, &completion,
	    "print completion for bash or zsh", shells, OPT_NEUTRAL },
	OPT_END
};

void
opts_usage(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", diag_name());
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "; try '%s --help'\n", diag_name());
	exit(RC_USAGE);
}

void *
opts_must(void *p)
{
	if (p == NULL)
		die(RC_SYSTEM, "out of memory");
	return p;
}

int
opts_parse_size(size_t *v, const char *s)
{
	unsigned long long x;
	char *end;

	if (!isdigit((unsigned char)*s))
		return -1;
	errno = 0;
	x = strtoull(s, &end, 10);
	if (errno != 0 || *end != '\0' || x > SIZE_MAX)
		return -1;
	*v = x;
	return 0;
}

int
opts_parse_real(double *v, const char *s)
{
	char *end;

	*v = strtod(s, &end);
	return end == s || *end != '\0' || !isfinite(*v) ? -1 : 0;
}

static int
parse_seed(uint64_t *v, const char *s)
{
	char *end;

	if (!isdigit((unsigned char)*s))
		return -1;
	errno = 0;
	*v = strtoull(s, &end, strncmp(s, "0x", 2) == 0 ? 16 : 10);
	return errno != 0 || *end != '\0' ? -1 : 0;
}

/* Calls one(list, item) for each comma-separated item of s. */
static int
parse_list(const char *s, void *list, int (*one)(void *, const char *))
{
	char *copy = opts_must(mem_strdup(s)), *p = copy, *comma;
	int bad = 0;

	while (!bad) {
		if ((comma = strchr(p, ',')) != NULL)
			*comma = '\0';
		bad = one(list, p);
		if (comma == NULL)
			break;
		p = comma + 1;
	}
	mem_free(copy);
	return bad;
}

static int
add_size(void *list, const char *s)
{
	struct opt_sizes *l = list;

	l->v = opts_must(mem_grow(l->v, l->n + 1, sizeof *l->v));
	return opts_parse_size(&l->v[l->n++], s);
}

static int
add_real(void *list, const char *s)
{
	struct opt_reals *l = list;

	l->v = opts_must(mem_grow(l->v, l->n + 1, sizeof *l->v));
	return opts_parse_real(&l->v[l->n++], s);
}

static void
add_string(struct opt_strings *l, const char *s)
{
	l->v = opts_must(mem_grow(l->v, l->n + 1, sizeof *l->v));
	l->v[l->n++] = s;
}

static void
choose(const struct opt *o, const char *s)
{
	int i;

	for (i = 0; o->choices[i] != NULL; i++)
		if (strcmp(o->choices[i], s) == 0) {
			*(int *)o->value = i;
			return;
		}
	fprintf(stderr, "%s: --%s: '%s' is not one of", diag_name(), o->name,
	    s);
	for (i = 0; o->choices[i] != NULL; i++)
		fprintf(stderr, "%s %s", i ? "," : "", o->choices[i]);
	fputc('\n', stderr);
	exit(RC_USAGE);
}

static void
set(const struct opt *o, const char *s)
{
	int bad = 0;

	switch (o->type) {
	case OPT_FLAG: ++*(int *)o->value; break;
	case OPT_SIZE: bad = opts_parse_size(o->value, s); break;
	case OPT_SEED: bad = parse_seed(o->value, s); break;
	case OPT_REAL: bad = opts_parse_real(o->value, s); break;
	case OPT_CHOICE: choose(o, s); break;
	case OPT_SIZES:		/* the last one given wins */
		*(struct opt_sizes *)o->value = (struct opt_sizes){ NULL, 0 };
		bad = parse_list(s, o->value, add_size);
		break;
	case OPT_REALS:
		*(struct opt_reals *)o->value = (struct opt_reals){ NULL, 0 };
		bad = parse_list(s, o->value, add_real);
		break;
	case OPT_STRINGS:
	case OPT_INPUTS: add_string(o->value, s); break;
	case OPT_STRING:
	case OPT_LIST:
	case OPT_INPUT:
	case OPT_OUTPUT: *(const char **)o->value = s; break;
	}
	if (bad)
		opts_usage("--%s: '%s' is not a %s", o->name, s,
		    o->type == OPT_REAL || o->type == OPT_REALS ?
		    "number" : "whole number");
}

static void
show_help(const struct tool *t)
{
	const struct opt *table[] = { t->opts, common }, *o;
	char left[64];
	size_t k;

	printf("usage: %s [options] %s\n%s\n\n", diag_name(), t->operands,
	    t->summary);
	for (k = 0; k < 2; k++)
		for (o = table[k]; o->name != NULL; o++) {
			snprintf(left, sizeof left, "%c%c%s --%s%s%s",
			    o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
			    o->letter ? "," : " ", o->name,
			    o->arg ? " " : "", o->arg ? o->arg : "");
			printf("  %-30s %s\n", left, o->help);
		}
	exit(fflush(stdout) == 0 ? RC_OK : RC_SYSTEM);
}

/* Fills getopt_long's two forms of the tables, and all[] by its value. */
static void
flatten(const struct tool *t, struct option *longs, char *shorts,
    const struct opt **all)
{
	const struct opt *table[] = { t->opts, common }, *o;
	size_t k, n = 0;

	for (k = 0; k < 2; k++)
		for (o = table[k]; o->name != NULL; o++, n++) {
			if (n + 1 >= MAX_OPTS)
				abort();	/* a tool's table is too long */
			longs[n] = (struct option){ o->name, o->arg != NULL,
			    NULL, FIRST_LONG_ONLY + (int)n };
			all[n] = o;
			if (o->letter) {
				*shorts++ = o->letter;
				if (o->arg != NULL)
					*shorts++ = ':';
			}
		}
	longs[n] = (struct option){ 0 };
	all[n] = NULL;
	*shorts = '\0';
}

static const struct opt *
by_value(const struct opt **all, int c)
{
	if (c >= FIRST_LONG_ONLY)
		return all[c - FIRST_LONG_ONLY];
	while (*all != NULL && (*all)->letter != c)
		all++;
	return *all;
}

void
opts_parse(struct tool *t, int argc, char *argv[])
{
	struct option longs[MAX_OPTS];
	const struct opt *all[MAX_OPTS], *o;
	char shorts[2 * MAX_OPTS + 1];
	int c;

	flatten(t, longs, shorts, all);
	opterr = 1;
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if ((o = by_value(all, c)) == NULL) {	/* getopt spoke */
			fprintf(stderr, "try '%s --help'\n", diag_name());
			exit(RC_USAGE);
		}
		set(o, optarg);
	}
	if (help)
		show_help(t);
	if (completion) {
		const struct opt *tables[] = { t->opts, common };

		completion_print((enum completion_shell)(completion - 1),
		    diag_name(), tables, 2);
		exit(fflush(stdout) == 0 ? RC_OK : RC_SYSTEM);
	}
	if (version) {
		printf("%s (plumbline) %s\n", diag_name(), PLUMBLINE_VERSION);
		exit(fflush(stdout) == 0 ? RC_OK : RC_SYSTEM);
	}
	t->operand = (const char **)argv + optind;
	t->n_operands = (size_t)(argc - optind);
	if (t->n_operands < t->min_operands)
		opts_usage("too few operands: %zu, needs %zu: %s",
		    t->n_operands, t->min_operands, t->operands);
	if (t->n_operands > t->max_operands)
		opts_usage("too many operands: %zu, at most %zu: '%s'",
		    t->n_operands, t->max_operands,
		    t->operand[t->max_operands]);
	par_set_threads(threads);
}
