/*
 * mkstream: a stream from text, for tests.
 *
 * The first line holds the tensors as name:shape, the shape as 2x3 (empty: a
 * single value).  Every other line is a record: label=value ... : numbers.
 * A line that starts with @ holds tensors again, for the records after it.
 * With --print, the other way: the values of a stream's records, one a line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"

static const char *content = "vectors";
static int print;

static const struct opt options[] = {
	{ 'c', "content", "word", OPT_STRING, &content,
	    "what the vectors are", NULL, 0 },
	{ 'p', "print", NULL, OPT_FLAG, &print,
	    "print the values of a stream", NULL, 0 },
	OPT_END
};

static struct layout *
parse_layout(char *line)
{
	struct layout *l = cmd_must(layout_new());
	struct err e = { .rc = RC_OK };
	size_t shape[LAYOUT_MAX_RANK], rank;
	char *s, *colon, *p, *save = NULL;

	for (s = strtok_r(line, " \n", &save); s != NULL;
	    s = strtok_r(NULL, " \n", &save)) {
		if ((colon = strchr(s, ':')) == NULL)
			die(RC_USAGE, "'%s' is not name:shape", s);
		*colon = '\0';
		for (rank = 0, p = colon + 1; *p != '\0' &&
		    rank < LAYOUT_MAX_RANK; p += *p == 'x')
			shape[rank++] = strtoul(p, &p, 10);
		cmd_check(layout_add(l, s, DT_F32, rank, shape, &e), &e);
	}
	return l;
}

static void
parse_label(struct ts_labels *l, const char *s)
{
	const char *eq = strchr(s, '=');
	enum label_key k;

	if (eq == NULL || label_parse(&k, s, (size_t)(eq - s)) != 0)
		die(RC_USAGE, "'%s' is not label=value", s);
	if (label_type(k) == LABEL_TEXT)
		cmd_check(labels_set_text(l, k, eq + 1), NULL);
	else if (label_type(k) == LABEL_REAL)
		labels_set_real(l, k, strtod(eq + 1, NULL));
	else
		labels_set_int(l, k, strtoll(eq + 1, NULL, 10));
}

static void
put_line(struct ts_writer *out, const struct layout *l, char *line)
{
	float *x = cmd_must(mem_alloc(l->n, sizeof *x));
	struct ts_labels labels;
	char *s, *end, *save = NULL;
	size_t i;

	labels_init(&labels);
	for (s = strtok_r(line, " \n", &save); s != NULL && strcmp(s, ":");
	    s = strtok_r(NULL, " \n", &save))
		parse_label(&labels, s);
	s = save;
	for (i = 0; i < l->n; i++, s = end) {
		x[i] = strtof(s, &end);
		if (end == s)
			die(RC_USAGE, "%zu numbers, %zu expected", i, l->n);
	}
	cmd_put(out, l, &labels, x);
	cmd_flush(out);
	labels_clear(&labels);
	mem_free(x);
}

static int
print_values(void)
{
	struct ts_reader *in = cmd_open(NULL);
	struct ts_record rec;
	size_t i;

	while (cmd_next(in, &rec)) {
		float *x = cmd_must(mem_alloc(rec.layout->n, sizeof *x));

		cmd_read(in, x);
		for (i = 0; i < rec.layout->n; i++)
			printf("%.9g\n", (double)x[i]);
		mem_free(x);
	}
	return cmd_finish();
}

int
main(int argc, char *argv[])
{
	struct tool tool = { .name = "mkstream", .summary = "Write a stream from text.",
	    .operands = "", .opts = options };
	struct layout *l;
	struct ts_writer *out;
	char *line = NULL;
	size_t size = 0;

	cmd_begin(&tool, argc, argv);
	if (print)
		return print_values();
	if (getline(&line, &size, stdin) < 0)
		die(RC_USAGE, "no line with tensors");
	l = parse_layout(line);
	out = cmd_create(content, l);
	while (getline(&line, &size, stdin) > 0) {
		if (*line != '@') {
			put_line(out, l, line);
			continue;
		}
		layout_free(l);
		l = parse_layout(line + 1);
	}
	layout_free(l);
	free(line);
	return cmd_finish();
}
