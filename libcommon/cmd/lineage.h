/*
 * lineage: the provenance of a run, from those of its inputs.  What cmd.c
 * keeps of inputs.
 */
#ifndef CMD_LINEAGE_H
#define CMD_LINEAGE_H

#include <stdint.h>
#include <stdio.h>

#include "stream/reader.h"

/* An input: a stream, or a plain file. */
struct lineage_input {
	char			*name;		/* canonical */
	FILE			*fp;
	struct ts_reader	*reader;	/* NULL for a file */
	char			 digest[DIGEST_SIZE];	/* of a file */
};

/*
 * What made the inputs, as far as it is known, then a node for this run.  A
 * stream that was not read to its end is known by its header.  NULL when out
 * of memory; free with prov_free().
 */
struct prov	*lineage_make(const char *tool, char *const argv[],
		    size_t argc, const uint64_t *seed,
		    const struct lineage_input inputs[], size_t n);

/*
 * Who the run is, in lines of text: the tool, its release, its arguments, and
 * its inputs with their digests, as far as they are known.  NULL when out of
 * memory; free with mem_free().
 */
char	*lineage_identity(const char *tool, char *const argv[], size_t argc,
	    const struct lineage_input inputs[], size_t n);

#endif
