/*
 * diag: messages and the end of a tool.  Only cmd/ and the rooms that say so
 * in their name (diag, opts, cmd) may end the process.
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include "base/err.h"

extern int	diag_quiet;	/* -q: no progress, no warnings */
extern int	diag_verbose;	/* how often -v was given */
extern int	diag_line_open;	/* a progress line waits for its end */

/*
 * Call first in main: keeps the tool's name for messages, restores the
 * default action of SIGPIPE (a closed pipe ends a tool quietly), and makes
 * SIGINT, SIGTERM, SIGHUP and SIGPIPE remove unfinished files.
 */
void	diag_init(const char *argv0);
/* The name that messages start with. */
const char *diag_name(void);
/* Writes "tool: message" to standard error, control characters as "?", and
 * exits, removing temporary files. */
_Noreturn void	die(enum rc rc, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));
/* The same for a library's report. */
_Noreturn void	die_err(const struct err *e);
/* "tool: message"; nothing with -q. */
void	warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Registers a file to be removed if the tool ends before
 * diag_forget_temporary(path).  The string is borrowed until then.
 * Returns -1 when too many are registered.
 */
int	diag_add_temporary(const char *path);
void	diag_forget_temporary(const char *path);

#endif
