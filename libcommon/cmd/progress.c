#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cmd.h"

static const double REDRAW_S = 0.25, LINE_S = 5;	/* seconds between */

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void
show(const char *label, size_t done, size_t total, double seconds,
    const char *end)
{
	double rate = seconds > 0 ? (double)done / seconds : 0;

	fprintf(stderr, "%s: %s %zu", diag_name(), label, done);
	if (total > 0)
		fprintf(stderr, "/%zu", total);
	fprintf(stderr, ", %.3g/s", rate);
	if (total > done && rate > 0)
		fprintf(stderr, ", %.0f s left",
		    (double)(total - done) / rate);
	fputs(end, stderr);
	fflush(stderr);
}

void
cmd_progress(const char *label, size_t done, size_t total)
{
	static double began, shown;
	double t;

	if (label == NULL) {		/* the end: clear the line */
		if (diag_line_open)
			fputs("\r\033[K", stderr);
		diag_line_open = 0;
		began = 0;
		return;
	}
	if (diag_quiet || !(diag_verbose || isatty(STDERR_FILENO)))
		return;
	t = now();
	if (began == 0)
		began = shown = t;
	if (t - shown < (diag_verbose ? LINE_S : REDRAW_S))
		return;
	shown = t;
	if (diag_verbose) {
		show(label, done, total, t - began, "\n");
		return;
	}
	fputs("\r\033[K", stderr);
	show(label, done, total, t - began, "");
	diag_line_open = 1;
}
