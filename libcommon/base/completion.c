#include <stdio.h>

#include "base/completion.h"

/* A function's name cannot have every character of a command's. */
static void
put_identifier(const char *name)
{
	fputs("_plumbline_", stdout);
	for (; *name != '\0'; name++)
		putchar(*name == '-' || *name == '.' ? '_' : *name);
}

static int
is_file(const struct opt *o)
{
	return o->type == OPT_INPUT || o->type == OPT_INPUTS ||
	    o->type == OPT_OUTPUT;
}

static void
put_choices(const struct opt *o)
{
	int i;

	for (i = 0; o->choices[i] != NULL; i++)
		printf("%s%s", i ? " " : "", o->choices[i]);
}

/* What may follow an option: a word of a list, a file, or anything. */
static void
bash_argument(const struct opt *o)
{
	if (o->arg == NULL || is_file(o))
		return;
	fputs("\t", stdout);
	if (o->letter)
		printf("-%c|", o->letter);
	printf("--%s)", o->name);
	if (o->type == OPT_CHOICE) {
		fputs(" COMPREPLY=($(compgen -W '", stdout);
		put_choices(o);
		fputs("' -- \"$cur\"));", stdout);
	}
	fputs(" return ;;\n", stdout);
}

static void
print_bash(const char *name, const struct opt *const tables[], size_t n)
{
	const struct opt *o;
	size_t k;

	put_identifier(name);
	fputs("() {\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]}\n"
	    "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	    "\tCOMPREPLY=()\n"
	    "\tcase $prev in\n", stdout);
	for (k = 0; k < n; k++)
		for (o = tables[k]; o->name != NULL; o++)
			bash_argument(o);
	fputs("\tesac\n"
	    "\t[[ $cur == -* && $prev != -o ]] || return\n"
	    "\tCOMPREPLY=($(compgen -W '", stdout);
	for (k = 0; k < n; k++)
		for (o = tables[k]; o->name != NULL; o++)
			printf(" --%s", o->name);
	fputs("' -- \"$cur\"))\n}\ncomplete -o default -F ", stdout);
	put_identifier(name);
	printf(" %s\n", name);
}

/* Within '...[help]:...': brackets, colons and quotes are special. */
static void
zsh_text(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s == '\'')
			fputs("'\\''", stdout);
		else {
			if (*s == '[' || *s == ']' || *s == ':' || *s == '\\')
				putchar('\\');
			putchar(*s);
		}
}

static void
zsh_option(const struct opt *o)
{
	fputs("\t    ", stdout);
	if (o->type == OPT_STRINGS || o->type == OPT_INPUTS)
		fputs("'*'", stdout);
	else if (o->letter)
		printf("'(-%c --%s)'", o->letter, o->name);
	if (o->letter)
		printf("{-%c%s,--%s%s}", o->letter, o->arg ? "+" : "",
		    o->name, o->arg ? "=" : "");
	else
		printf("--%s%s", o->name, o->arg ? "=" : "");
	fputs("'[", stdout);
	zsh_text(o->help);
	fputs("]", stdout);
	if (o->arg != NULL) {
		fputs(":", stdout);
		zsh_text(o->arg);
		fputs(":", stdout);
		if (o->type == OPT_CHOICE) {
			fputs("(", stdout);
			put_choices(o);
			fputs(")", stdout);
		} else if (is_file(o))
			fputs("_files", stdout);
	}
	fputs("' \\\n", stdout);
}

static void
print_zsh(const char *name, const struct opt *const tables[], size_t n)
{
	const struct opt *o;
	size_t k;

	printf("#compdef %s\n_arguments -s \\\n", name);
	for (k = 0; k < n; k++)
		for (o = tables[k]; o->name != NULL; o++)
			zsh_option(o);
	fputs("\t    '*:file:_files'\n", stdout);
}

void
completion_print(enum completion_shell shell, const char *name,
    const struct opt *const tables[], size_t n)
{
	if (shell == COMPLETION_ZSH)
		print_zsh(name, tables, n);
	else
		print_bash(name, tables, n);
}
