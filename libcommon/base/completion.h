/* completion: a tool's option tables as completion for a shell. */
#ifndef BASE_COMPLETION_H
#define BASE_COMPLETION_H

#include "base/opts.h"

enum completion_shell { COMPLETION_BASH, COMPLETION_ZSH };

/* Writes to standard output what bash or zsh should load for the command
 * called name; tables (n of them) end with OPT_END each. */
void	completion_print(enum completion_shell shell, const char *name,
	    const struct opt *const tables[], size_t n);

#endif
