#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

int
err_set(struct err *e, enum rc rc, const char *fmt, ...)
{
	va_list ap;

	if (e->rc != RC_OK)
		return -1;
	e->rc = rc;
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof e->msg, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_nomem(struct err *e)
{
	return err_set(e, RC_SYSTEM, "out of memory");
}

int
err_errno(struct err *e, const char *what)
{
	return err_set(e, RC_SYSTEM, "%s: %s", what, strerror(errno));
}

int
err_prefix(struct err *e, const char *prefix)
{
	char old[sizeof e->msg];

	memcpy(old, e->msg, sizeof old);
	snprintf(e->msg, sizeof e->msg, "%s: %.*s", prefix,
	    (int)sizeof e->msg - 3, old);
	return -1;
}
