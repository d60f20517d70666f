#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "stream/provenance.h"

struct prov *
prov_new(void)
{
	return mem_zalloc(1, sizeof(struct prov));
}

/* A copy; command lines may hold any bytes, a stream only UTF-8. */
static char *
text(const char *s)
{
	char *copy = mem_strdup(s);

	if (copy != NULL)
		utf8_repair(copy);
	return copy;
}

static void
free_node(struct prov_node *d)
{
	size_t i;

	mem_free(d->tool);
	mem_free(d->release);
	for (i = 0; i < d->argc; i++)
		mem_free(d->argv[i]);
	mem_free(d->argv);
	for (i = 0; i < d->n_inputs; i++) {
		mem_free(d->input[i].name);
		mem_free(d->input[i].from);
	}
	mem_free(d->input);
}

void
prov_free(struct prov *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < p->n; i++)
		free_node(&p->node[i]);
	mem_free(p->node);
	mem_free(p);
}

static int
copy_argv(struct prov_node *d, char *const argv[], size_t argc)
{
	if ((d->argv = mem_zalloc(argc + 1, sizeof *d->argv)) == NULL)
		return -1;
	for (; d->argc < argc; d->argc++)
		if ((d->argv[d->argc] = text(argv[d->argc])) == NULL)
			return -1;
	return 0;
}

long
prov_add_node(struct prov *p, const char *tool, const char *release,
    char *const argv[], size_t argc, const uint64_t *seed)
{
	struct prov_node *d = mem_grow(p->node, p->n + 1, sizeof *d);

	if (d == NULL)
		return -1;
	p->node = d;
	d += p->n;
	memset(d, 0, sizeof *d);
	if ((d->tool = text(tool)) == NULL ||
	    (d->release = text(release)) == NULL ||
	    copy_argv(d, argv, argc) != 0) {
		free_node(d);
		return -1;
	}
	if (seed != NULL) {
		d->has_seed = 1;
		d->seed = *seed;
	}
	return (long)p->n++;
}

int
prov_add_input(struct prov *p, size_t node, const char *name,
    const char *digest, const size_t from[], size_t n_from)
{
	struct prov_node *d = &p->node[node];
	struct prov_input *in = mem_grow(d->input, d->n_inputs + 1,
	    sizeof *in);

	if (in == NULL)
		return -1;
	d->input = in;
	in += d->n_inputs;
	memset(in, 0, sizeof *in);
	in->name = text(name);
	in->from = mem_alloc(n_from, sizeof *from);
	if (in->name == NULL || in->from == NULL) {
		mem_free(in->name);
		mem_free(in->from);
		return -1;
	}
	if (n_from > 0)
		memcpy(in->from, from, n_from * sizeof *from);
	in->n_from = n_from;
	memcpy(in->digest, digest, strlen(digest) + 1);
	d->n_inputs++;
	return 0;
}

/* map translates b's node numbers into a's DAG. */
static int
same_input(const struct prov_input *a, const struct prov_input *b,
    const size_t map[])
{
	size_t i;

	if (strcmp(a->name, b->name) != 0 ||
	    strcmp(a->digest, b->digest) != 0 || a->n_from != b->n_from)
		return 0;
	for (i = 0; i < a->n_from; i++)
		if (a->from[i] != map[b->from[i]])
			return 0;
	return 1;
}

static int
same_node(const struct prov_node *a, const struct prov_node *b,
    const size_t map[])
{
	size_t i;

	if (strcmp(a->tool, b->tool) != 0 ||
	    strcmp(a->release, b->release) != 0 || a->argc != b->argc ||
	    a->has_seed != b->has_seed || a->seed != b->seed ||
	    a->n_inputs != b->n_inputs)
		return 0;
	for (i = 0; i < a->argc; i++)
		if (strcmp(a->argv[i], b->argv[i]) != 0)
			return 0;
	for (i = 0; i < a->n_inputs; i++)
		if (!same_input(&a->input[i], &b->input[i], map))
			return 0;
	return 1;
}

static int
copy_node(struct prov *dst, const struct prov_node *d, const size_t map[])
{
	long at = prov_add_node(dst, d->tool, d->release, d->argv, d->argc,
	    d->has_seed ? &d->seed : NULL);
	size_t i, k, *from;

	if (at < 0)
		return -1;
	for (i = 0; i < d->n_inputs; i++) {
		if (prov_add_input(dst, (size_t)at, d->input[i].name,
		    d->input[i].digest, d->input[i].from,
		    d->input[i].n_from) != 0)
			return -1;
		from = dst->node[at].input[i].from;
		for (k = 0; k < d->input[i].n_from; k++)
			from[k] = map[from[k]];
	}
	return 0;
}

int
prov_merge(struct prov *dst, const struct prov *src, size_t map[])
{
	size_t i, k;

	for (i = 0; i < src->n; i++) {
		for (k = 0; k < dst->n; k++)
			if (same_node(&dst->node[k], &src->node[i], map))
				break;
		map[i] = k;
		if (k == dst->n && copy_node(dst, &src->node[i], map) != 0)
			return -1;
	}
	return 0;
}
