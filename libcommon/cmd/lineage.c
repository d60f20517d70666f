#include <string.h>

#include "base/mem.h"
#include "base/version.h"
#include "cmd/lineage.h"

/* The nodes, in the DAG that is made, that wrote an input. */
struct origin {
	size_t	*from;
	size_t	 n;
};

static int
merge_origin(struct origin *o, struct prov *p, const struct lineage_input *in)
{
	const struct prov *src;
	const size_t *origin = NULL;
	size_t *map, i;

	*o = (struct origin){ NULL, 1 };
	if (in->reader == NULL)
		src = NULL;
	else if (ts_reader_digest(in->reader)[0] != '\0') {
		src = ts_reader_provenance(in->reader);
		origin = ts_reader_origins(in->reader, &o->n);
	} else
		src = ts_reader_header_provenance(in->reader);
	if (src == NULL) {
		o->n = 0;
		return 0;
	}
	map = mem_alloc(src->n, sizeof *map);
	o->from = mem_alloc(o->n, sizeof *o->from);
	if (map == NULL || o->from == NULL ||
	    prov_merge(p, src, map) != 0) {
		mem_free(map);
		return -1;
	}
	for (i = 0; i < o->n; i++)
		o->from[i] = map[origin == NULL ? src->n - 1 : origin[i]];
	mem_free(map);
	return 0;
}

static const char *
digest_of(const struct lineage_input *in)
{
	return in->reader != NULL ? ts_reader_digest(in->reader) : in->digest;
}

static int
add_run(struct prov *p, const char *tool, char *const argv[], size_t argc,
    const uint64_t *seed, const struct lineage_input inputs[],
    const struct origin o[], size_t n)
{
	long at = prov_add_node(p, tool, PLUMBLINE_VERSION, argv, argc, seed);
	size_t i;

	if (at < 0)
		return -1;
	for (i = 0; i < n; i++)
		if (prov_add_input(p, (size_t)at, inputs[i].name,
		    digest_of(&inputs[i]), o[i].from, o[i].n) != 0)
			return -1;
	return 0;
}

struct prov *
lineage_make(const char *tool, char *const argv[], size_t argc,
    const uint64_t *seed, const struct lineage_input inputs[], size_t n)
{
	struct prov *p = prov_new();
	struct origin *o = mem_zalloc(n, sizeof *o);
	int bad = p == NULL || o == NULL;
	size_t i;

	for (i = 0; i < n && !bad; i++)
		bad = merge_origin(&o[i], p, &inputs[i]) != 0;
	if (!bad)
		bad = add_run(p, tool, argv, argc, seed, inputs, o, n) != 0;
	for (i = 0; i < n && o != NULL; i++)
		mem_free(o[i].from);
	mem_free(o);
	if (!bad)
		return p;
	prov_free(p);
	return NULL;
}

/* Appends "what value" and a newline. */
static int
add_line(char **text, size_t *n, const char *what, const char *value)
{
	size_t more = strlen(what) + strlen(value) + 2;
	char *s = mem_grow(*text, *n + more + 1, 1);

	if (s == NULL)
		return -1;
	*text = s;
	snprintf(s + *n, more + 1, "%s %s\n", what, value);
	*n += more;
	return 0;
}

char *
lineage_identity(const char *tool, char *const argv[], size_t argc,
    const struct lineage_input inputs[], size_t n)
{
	size_t i, len = 0;
	char *s = NULL;
	int bad = add_line(&s, &len, tool, PLUMBLINE_VERSION) != 0;

	for (i = 0; i < argc && !bad; i++)
		bad = add_line(&s, &len, "argument", argv[i]) != 0;
	for (i = 0; i < n && !bad; i++)
		bad = add_line(&s, &len, "input", inputs[i].name) != 0 ||
		    add_line(&s, &len, "digest", digest_of(&inputs[i])) != 0;
	if (!bad && add_line(&s, &len, "end", "") == 0)
		return s;
	mem_free(s);
	return NULL;
}
