/*
 * prov_shell: a provenance as shell commands that make the stream again.
 */
#ifndef STREAM_PROV_SHELL_H
#define STREAM_PROV_SHELL_H

#include <stdio.h>

#include "stream/provenance.h"

/*
 * Writes to fp the commands after which the last one writes, to its standard
 * output, what origin (n nodes: the segments' writers, in order) wrote: a
 * comment for each plain file that is read, a command with > NAME for each
 * stream that is read by name, and pipes where a stream was piped.  Returns -1
 * when out of memory; errors of fp are left to the caller.
 */
int	prov_shell(FILE *fp, const struct prov *p, const size_t origin[],
	    size_t n);

#endif
