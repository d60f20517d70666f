#include <string.h>

#include "base/mem.h"
#include "stream/prov_shell.h"

/* Streams that were read by name and already have their command. */
struct made {
	const struct prov_input **input;
	size_t		 n;
	unsigned char	*seen;		/* of each node: make_inputs() was */
	const struct prov *p;
	FILE		*fp;
};

/* s as one word of the shell. */
static void
put_word(FILE *fp, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./,:+@%^";

	if (*s != '\0' && strspn(s, plain) == strlen(s)) {
		fputs(s, fp);
		return;
	}
	fputc('\'', fp);
	for (; *s != '\0'; s++)
		if (*s == '\'')
			fputs("'\\''", fp);
		else
			fputc(*s, fp);
	fputc('\'', fp);
}

static void	put_pipe(struct made *m, const size_t from[], size_t n);

/* The text after the last '=' of an argument, or all of it. */
static const char *
argument_value(const char *arg)
{
	const char *eq = strrchr(arg, '=');

	return eq ? eq + 1 : arg;
}

/* A process substitution has no name: the k-th stands for the k-th. */
static const struct prov_input *
nameless(const struct prov_node *d, size_t k)
{
	size_t i;

	for (i = 0; i < d->n_inputs; i++)
		if (strcmp(d->input[i].name, "/dev/fd") == 0 && k-- == 0)
			return &d->input[i];
	return NULL;
}

static void
put_command(struct made *m, const struct prov_node *d)
{
	const struct prov_input *in;
	size_t i, k = 0;

	fputs(d->tool, m->fp);
	for (i = 0; i < d->argc; i++) {
		const char *value = argument_value(d->argv[i]);

		fputc(' ', m->fp);
		if (strcmp(value, "/dev/fd") != 0 ||
		    (in = nameless(d, k++)) == NULL) {
			put_word(m->fp, d->argv[i]);
			continue;
		}
		/* bash: --option <(command) needs the two apart */
		fwrite(d->argv[i], 1, (size_t)(value - d->argv[i]), m->fp);
		fputs("<(", m->fp);
		put_pipe(m, in->from, in->n_from);
		fputc(')', m->fp);
	}
}

/* What node d reads from standard input, and d itself. */
static void
put_node(struct made *m, const struct prov_node *d)
{
	size_t i;

	for (i = 0; i < d->n_inputs; i++)
		if (strcmp(d->input[i].name, "-") == 0 &&
		    d->input[i].n_from > 0) {
			put_pipe(m, d->input[i].from, d->input[i].n_from);
			fputs(" | ", m->fp);
			break;
		}
	put_command(m, d);
}

/* One pipe, or several whose output is joined. */
static void
put_pipe(struct made *m, const size_t from[], size_t n)
{
	size_t i;

	if (n > 1)
		fputs("{ ", m->fp);
	for (i = 0; i < n; i++) {
		put_node(m, &m->p->node[from[i]]);
		if (n > 1)
			fputs("; ", m->fp);
	}
	if (n > 1)
		fputs("}", m->fp);
}

static int
is_made(const struct made *m, const struct prov_input *in)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (strcmp(m->input[i]->name, in->name) == 0 &&
		    strcmp(m->input[i]->digest, in->digest) == 0)
			return 1;
	return 0;
}

/* A command for every named stream that node reads, directly or not. */
static int
make_inputs(struct made *m, size_t node)
{
	const struct prov_node *d = &m->p->node[node];
	const struct prov_input **list;
	size_t i, k;

	if (m->seen[node])		/* a DAG has more ways than nodes */
		return 0;
	m->seen[node] = 1;
	for (i = 0; i < d->n_inputs; i++) {
		const struct prov_input *in = &d->input[i];

		for (k = 0; k < in->n_from; k++)
			if (make_inputs(m, in->from[k]) != 0)
				return -1;
		if (is_made(m, in) || strcmp(in->name, "-") == 0 ||
		    strcmp(in->name, "/dev/fd") == 0)
			continue;
		list = mem_grow(m->input, m->n + 1, sizeof *list);
		if (list == NULL)
			return -1;
		m->input = list;
		m->input[m->n++] = in;
		if (in->n_from == 0) {
			fprintf(m->fp, "# reads %s  %s\n", *in->digest ==
			    '\0' ? "a pipe" : in->digest, in->name);
			continue;
		}
		put_pipe(m, in->from, in->n_from);
		fputs(" > ", m->fp);
		put_word(m->fp, in->name);
		fputc('\n', m->fp);
	}
	return 0;
}

int
prov_shell(FILE *fp, const struct prov *p, const size_t origin[], size_t n)
{
	struct made m = { NULL, 0, mem_zalloc(p->n, 1), p, fp };
	size_t i;
	int status = m.seen == NULL ? -1 : 0;

	for (i = 0; i < n && status == 0; i++)
		status = make_inputs(&m, origin[i]);
	if (status == 0) {
		put_pipe(&m, origin, n);
		fputc('\n', fp);
	}
	mem_free(m.seen);
	mem_free(m.input);
	return status;
}
