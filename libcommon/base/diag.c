#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"

enum { MAX_TEMPORARIES = 16, MAX_MESSAGE = 8192 };

int diag_quiet;
int diag_verbose;
int diag_line_open;

static const char *progname = "plumbline";
static const char *volatile temporaries[MAX_TEMPORARIES];

static void
remove_temporaries(void)
{
	int i;

	for (i = 0; i < MAX_TEMPORARIES; i++)
		if (temporaries[i] != NULL)
			unlink(temporaries[i]);
}

static void
on_signal(int sig)
{
	remove_temporaries();
	signal(sig, SIG_DFL);
	raise(sig);
}

void
diag_init(const char *argv0)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	const char *slash = strrchr(argv0, '/');
	struct sigaction sa, old;
	size_t i;

	progname = slash == NULL ? argv0 : slash + 1;
	memset(&sa, 0, sizeof sa);
	sigemptyset(&sa.sa_mask);
	sa.sa_handler = on_signal;
	for (i = 0; i < sizeof ending / sizeof *ending; i++) {
		sigaction(ending[i], NULL, &old);
		/* nohup and background jobs ignore some on purpose */
		if (old.sa_handler != SIG_IGN || ending[i] == SIGPIPE)
			sigaction(ending[i], &sa, NULL);
	}
}

const char *
diag_name(void)
{
	return progname;
}

/* What a file calls its tensors and keys stays one line, and cannot steer a
 * terminal. */
static void
say(const char *fmt, va_list ap)
{
	char text[MAX_MESSAGE], *s;

	vsnprintf(text, sizeof text, fmt, ap);
	for (s = text; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
	if (diag_line_open)
		fputs("\r\033[K", stderr);
	diag_line_open = 0;
	fprintf(stderr, "%s: %s\n", progname, text);
}

void
die(enum rc rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	remove_temporaries();
	/* what stdio still holds is not to look like a result */
	_exit(rc);
}

void
die_err(const struct err *e)
{
	die(e->rc, "%s", e->msg);
}

void
warn(const char *fmt, ...)
{
	va_list ap;

	if (diag_quiet)
		return;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

int
diag_add_temporary(const char *path)
{
	int i;

	for (i = 0; i < MAX_TEMPORARIES; i++)
		if (temporaries[i] == NULL) {
			temporaries[i] = path;
			return 0;
		}
	return -1;
}

void
diag_forget_temporary(const char *path)
{
	int i;

	for (i = 0; i < MAX_TEMPORARIES; i++)
		if (temporaries[i] != NULL &&
		    strcmp(temporaries[i], path) == 0)
			temporaries[i] = NULL;
}
