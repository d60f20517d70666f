/* Fuzz target: a template, and after its first line feed a row for it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "task/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
fill(const char *pattern, const json_t *row)
{
	struct err e = { .rc = RC_OK };
	char *s;

	if (pattern == NULL)
		return;
	s = template_fill(pattern, row, &e);
	if ((s == NULL) != (e.rc != RC_OK))
		abort();
	mem_free(s);
}

static void
use(const struct template *t, const json_t *row)
{
	size_t i;

	if ((t->n_answers == 0) != (t->label == NULL) ||
	    (t->n_answers > 0) + (t->n_each > 0) + (t->text != NULL) != 1 ||
	    t->n_answers == 1 || t->n_each == 1)
		abort();
	fill(t->prompt, row);
	fill(t->label, row);
	fill(t->text, row);
	fill(t->split, row);
	for (i = 0; i < t->n_each; i++)
		fill(t->each[i], row);
	for (i = 0; i < t->n_answers; i++)
		if (t->answers[i] == NULL || t->labels[i] == NULL)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const uint8_t *end = n > 0 ? memchr(data, '\n', n) : NULL;
	size_t first = end == NULL ? n : (size_t)(end - data);
	struct err e = { .rc = RC_OK };
	struct template t;
	json_t *row;

	if (template_parse(&t, (const char *)data, first, "fuzz", &e) == 0) {
		row = json_loadb((const char *)data + first, n - first,
		    JSON_REJECT_DUPLICATES, NULL);
		if (json_is_object(row))
			use(&t, row);
		json_decref(row);
	} else if (e.rc == RC_OK)
		abort();
	template_free(&t);
	return 0;
}
