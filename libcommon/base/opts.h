/*
 * opts: options as a table, so that parsing, the usage text and the canonical
 * command line of a stream's provenance come from one place.
 * May end the process (usage errors, --help, --version).
 */
#ifndef BASE_OPTS_H
#define BASE_OPTS_H

#include <stddef.h>
#include <stdint.h>

enum opt_type {
	OPT_FLAG,	/* int: counts */
	OPT_SIZE,	/* size_t: a whole number */
	OPT_SEED,	/* uint64_t: decimal or 0x hexadecimal */
	OPT_REAL,	/* double: finite */
	OPT_STRING,	/* const char * */
	OPT_LIST,	/* const char *: words with , = : between, some of
			   which may be paths of files that are read */
	OPT_CHOICE,	/* int: index into choices */
	OPT_SIZES,	/* struct opt_sizes: comma-separated whole numbers */
	OPT_REALS,	/* struct opt_reals: comma-separated */
	OPT_STRINGS,	/* struct opt_strings: may be given many times */
	OPT_INPUT,	/* const char *: a file that is read */
	OPT_INPUTS,	/* struct opt_strings of files; NAME=FILE allowed */
	OPT_OUTPUT	/* const char *: a file that is written */
};

enum { OPT_NEUTRAL = 1 };	/* cannot change values: not in provenance */

struct opt_sizes {
	size_t	*v;
	size_t	 n;
};

struct opt_reals {
	double	*v;
	size_t	 n;
};

struct opt_strings {
	const char **v;
	size_t	 n;
};

struct opt {
	char	 letter;	/* 0: only a long name */
	const char *name;	/* long name */
	const char *arg;	/* name of the argument, NULL for a flag */
	enum opt_type type;
	void	*value;		/* holds the default before opts_parse() */
	const char *help;	/* one line, lower case */
	const char *const *choices;	/* OPT_CHOICE: NULL-terminated */
	unsigned flags;
};
/* Ends a table. */
#define OPT_END { .name = NULL }

struct tool {
	const char	*name;		/* without an installation's prefix */
	const char	*summary;	/* one line: what it does */
	const char	*operands;	/* "[file]", "file ...", "" */
	const struct opt *opts;		/* ends with OPT_END */
	size_t		 min_operands, max_operands;
	/* filled by opts_parse: */
	const char	**operand;
	size_t		 n_operands;
};

/* Options that every tool has; values after opts_parse(). */
extern const char	*opt_output;	/* -o FILE, NULL: standard output */
extern int		 opt_json;	/* --json: tables as JSON lines */

/* Parses argv; on a usage error prints the usage and exits with RC_USAGE. */
void	opts_parse(struct tool *t, int argc, char *argv[]);
/* "tool: message", a hint at --help, exit RC_USAGE. */
_Noreturn void opts_usage(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2)));

/*
 * The canonical command line: "--name=value" for every option that can
 * change values, defaults filled in, in the table's order, then the operands
 * (none: "-"); absolute input paths are cut to their base name.  NULL when
 * out of memory; free with opts_canonical_free().
 */
char	**opts_canonical(const struct tool *t, size_t *n);
void	opts_canonical_free(char **argv, size_t n);
/* A path (or NAME=PATH) as it stands there; NULL when out of memory. */
char	*opts_canonical_path(const char *path);

/* p, or the end of the process when p is NULL. */
void	*opts_must(void *p);
/* A whole number, or reals: 0, or -1 when s is not wholly one. */
int	opts_parse_size(size_t *v, const char *s);
int	opts_parse_real(double *v, const char *s);

#endif
