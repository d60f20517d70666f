/*
 * provenance: what made a stream, as a DAG of tool runs.  It stands in the
 * header as far as it is known there, and whole in the end map.  It holds no
 * clock and no host: equal work gives equal bytes.
 */
#ifndef STREAM_PROVENANCE_H
#define STREAM_PROVENANCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* XXH3, 128 bits, as 32 hexadecimal digits (what xxh128sum prints). */
enum { DIGEST_SIZE = 33 };

struct prov_input {
	char	*name;			/* as on the canonical command line */
	char	 digest[DIGEST_SIZE];	/* "" while not known */
	size_t	*from;			/* nodes that made it, if a stream */
	size_t	 n_from;
};

struct prov_node {
	char	*tool;
	char	*release;
	char	**argv;			/* canonical, without the tool */
	size_t	 argc;
	int	 has_seed;
	uint64_t seed;
	struct prov_input *input;
	size_t	 n_inputs;
};

/* Nodes in an order in which inputs come before what reads them. */
struct prov {
	struct prov_node *node;
	size_t	 n;
};

struct prov	*prov_new(void);			/* NULL: no memory */
void		 prov_free(struct prov *p);		/* accepts NULL */
/* Appends a node without inputs; its index, or -1 when out of memory. */
long		 prov_add_node(struct prov *p, const char *tool,
		    const char *release, char *const argv[], size_t argc,
		    const uint64_t *seed);
/* Appends an input to a node; digest may be "". */
int		 prov_add_input(struct prov *p, size_t node, const char *name,
		    const char *digest, const size_t from[], size_t n_from);
/*
 * Adds src's nodes to dst, equal ones once; map[i] (src->n entries) is where
 * node i of src now is.  -1 when out of memory.
 */
int		 prov_merge(struct prov *dst, const struct prov *src,
		    size_t map[]);

#endif
