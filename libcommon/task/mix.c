#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "task/mix.h"

static int
set_weight(struct mix *m, const struct task *task, size_t weight)
{
	size_t i;

	for (i = 0; i < m->n && m->task[i] != task; i++)
		;
	m->task[i] = task;	/* room for all of them: see mix_parse() */
	m->weight[i] = weight;
	m->n += i == m->n;
	return 0;
}

/*
 * Cuts a weight off the end of an item: after its last colon, which in a text
 * task may stand before its file instead.  There digits are a weight, but for
 * the first of a built-in form, which is nothing without a file.
 */
static int
cut_weight(size_t *weight, char *item, struct err *e)
{
	char *colon = strrchr(item, ':');
	const char *digits = colon == NULL ? "" : colon + 1;
	int whole = *digits != '\0' &&
	    digits[strspn(digits, "0123456789")] == '\0';

	*weight = 1;
	if (colon == NULL || (text_task_is(item) &&
	    (!whole || text_task_file(item) == digits)))
		return 0;
	*colon = '\0';
	*weight = strtoul(digits, NULL, 10);
	if (!whole || *weight > MIX_MAX_WEIGHT)
		return err_set(e, RC_USAGE, "task %s: weight '%s' is not a "
		    "whole number within 0 to %d", item, digits,
		    MIX_MAX_WEIGHT);
	return 0;
}

static int
add_text(struct mix *m, const char *item, size_t weight,
    const struct mix_text *text, struct err *e)
{
	struct text_source s;
	struct text_task *t;

	if (text == NULL || text->tokenizer == NULL)
		return err_set(e, RC_USAGE, "task %s: there is no tokenizer",
		    item);
	if (m->tokenizer == NULL && (m->tokenizer = tokenizer_load(
	    text->tokenizer, e)) == NULL)
		return -1;
	s = (struct text_source){ m->tokenizer, text->vocab,
	    text->max_tokens };
	if ((t = text_task_open(item, &s, e)) == NULL)
		return -1;
	m->text[m->n_text++] = t;
	if (mix_find(m, t->name) != NULL)
		return err_set(e, RC_USAGE, "two tasks are called %s: give "
		    "NAME=%s", t->name, item);
	return set_weight(m, &t->task, weight);
}

/* One item of the list. */
static int
add_item(struct mix *m, char *item, const struct mix_text *text,
    struct err *e)
{
	const struct task *task;
	size_t weight, i;

	if (cut_weight(&weight, item, e) != 0)
		return -1;
	if (text_task_is(item)) {
		if (m->n > m->n_text)
			return err_set(e, RC_USAGE, "task %s is of text, %s is "
			    "not", item, m->task[0]->name);
		return add_text(m, item, weight, text, e);
	}
	if (m->n_text > 0)
		return err_set(e, RC_USAGE, "task %s is of text, %s is not",
		    m->task[0]->name, item);
	if (strcmp(item, "all") == 0) {
		for (i = 0; i < task_count(); i++)
			set_weight(m, task_at(i), weight);
		return 0;
	}
	if ((task = task_find(item)) == NULL)
		return err_set(e, RC_USAGE, "unknown task '%s'", item);
	return set_weight(m, task, weight);
}

/*
 * Turn s goes to the task that is furthest behind its share: the largest
 * weight (s + 1) / round - turns so far, the first of equals.
 */
static int
make_turns(struct mix *m, struct err *e)
{
	size_t *had, i, s, best;
	double behind, most;

	for (i = 0; i < m->n; i++)
		m->round += m->weight[i];
	if (m->round == 0)
		return err_set(e, RC_USAGE, "all tasks have weight 0");
	m->turn = mem_alloc(m->round, sizeof *m->turn);
	m->before = mem_alloc(m->round, sizeof *m->before);
	had = mem_zalloc(m->n, sizeof *had);
	if (m->turn == NULL || m->before == NULL || had == NULL) {
		mem_free(had);
		return err_nomem(e);
	}
	for (s = 0; s < m->round; s++) {
		best = 0;
		most = -1;
		for (i = 0; i < m->n; i++) {
			if (had[i] == m->weight[i])
				continue;
			behind = (double)(m->weight[i] * (s + 1)) /
			    (double)m->round - (double)had[i];
			if (behind > most) {
				most = behind;
				best = i;
			}
		}
		m->turn[s] = best;
		m->before[s] = had[best]++;
	}
	mem_free(had);
	return 0;
}

static int
make_names(struct mix *m, struct err *e)
{
	size_t i, size = 1;

	for (i = 0; i < m->n; i++)
		size += strlen(m->task[i]->name) + 1;
	if ((m->names = mem_zalloc(size, 1)) == NULL)
		return err_nomem(e);
	for (i = 0; i < m->n; i++) {
		if (m->weight[i] == 0)
			continue;
		if (*m->names != '\0')
			strcat(m->names, ",");
		strcat(m->names, m->task[i]->name);
	}
	return 0;
}

/* How many tasks a list may stand for. */
static size_t
most_tasks(const char *list)
{
	size_t n = 1;

	for (; *list != '\0'; list++)
		n += *list == ',';
	return n + task_count();
}

int
mix_parse(struct mix *m, const char *list, const struct mix_text *text,
    struct err *e)
{
	char *copy = mem_strdup(list), *item, *comma;
	size_t most = most_tasks(list);
	int status = 0;

	memset(m, 0, sizeof *m);
	m->task = mem_alloc(most, sizeof *m->task);
	m->weight = mem_alloc(most, sizeof *m->weight);
	m->text = mem_alloc(most, sizeof(struct text_task *));
	if (copy == NULL || m->task == NULL || m->weight == NULL ||
	    m->text == NULL)
		status = err_nomem(e);
	for (item = copy; status == 0 && item != NULL; item = comma) {
		if ((comma = strchr(item, ',')) != NULL)
			*comma++ = '\0';
		status = add_item(m, item, text, e);
	}
	mem_free(copy);
	if (status == 0)
		status = make_turns(m, e);
	if (status == 0)
		status = make_names(m, e);
	return status;
}

const struct task *
mix_find(const struct mix *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (strcmp(m->task[i]->name, name) == 0)
			return m->task[i];
	return NULL;
}

void
mix_free(struct mix *m)
{
	size_t i;

	mem_free(m->task);
	mem_free(m->weight);
	mem_free(m->turn);
	mem_free(m->before);
	mem_free(m->names);
	for (i = 0; i < m->n_text; i++)
		text_task_free(m->text[i]);
	mem_free(m->text);
	tokenizer_free(m->tokenizer);
	memset(m, 0, sizeof *m);
}

const struct task *
mix_example(const struct mix *m, uint64_t i, uint64_t *index)
{
	size_t s = i % m->round, k = m->turn[s];

	*index = i / m->round * m->weight[k] + m->before[s];
	return m->task[k];
}
