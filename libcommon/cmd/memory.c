#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "cmd/memory.h"

/*
 * Program, libraries, buffers of BLAS and of streams, and blocks of products:
 * measured, 30 to 50 MB.  Of a small limit half is left for vectors, and the
 * limit does not hold.
 */
static const size_t RESERVE = 64 << 20;

const char *memory_text;

static size_t
half_of_memory(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

	return pages <= 0 || size <= 0 ? (size_t)1 << 30 :
	    (size_t)pages * (size_t)size / 2;
}

/* A whole number, then nothing or one of K, M, G and T. */
static size_t
parse(const char *s)
{
	static const char suffix[] = "KMGT";
	unsigned long long n;
	const char *at;
	char *end;
	int shift = 0;

	errno = 0;
	n = isdigit((unsigned char)*s) ? strtoull(s, &end, 10) : 0;
	if (n == 0 || errno != 0)
		return 0;
	if (*end != '\0') {
		at = strchr(suffix, toupper((unsigned char)*end++));
		if (at == NULL || *end != '\0')
			return 0;
		shift = 10 * (int)(at - suffix + 1);
	}
	return n > SIZE_MAX >> shift ? 0 : (size_t)n << shift;
}

size_t
memory_budget(void)
{
	size_t limit = half_of_memory();

	if (memory_text != NULL && (limit = parse(memory_text)) == 0)
		opts_usage("--memory: '%s' is not a size such as 512M or 2G",
		    memory_text);
	return limit > 2 * RESERVE ? limit - RESERVE : limit / 2;
}

void
memory_bound(struct ts_reader *in)
{
	if (memory_text != NULL)
		ts_reader_limit(in, memory_budget());
}

void
memory_require(size_t bytes, size_t allowed, const char *fmt, ...)
{
	char what[512];
	va_list ap;

	if (bytes <= allowed)
		return;
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	die(RC_INPUT, "%s: needs %zu bytes, --memory%s%s leaves %zu for it",
	    what, bytes, memory_text ? "=" : "", memory_text ? memory_text :
	    " (half of the machine's)", allowed);
}
