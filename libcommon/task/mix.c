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

/* One item of the list: NAME or NAME:WEIGHT. */
static int
add_item(struct mix *m, char *item, struct err *e)
{
	char *colon = strchr(item, ':'), *end;
	const struct task *task;
	unsigned long weight = 1;
	size_t i;

	if (colon != NULL) {
		*colon = '\0';
		weight = strtoul(colon + 1, &end, 10);
		if (colon[1] < '0' || colon[1] > '9' || *end != '\0' ||
		    weight < 1 || weight > MIX_MAX_WEIGHT)
			return err_set(e, RC_USAGE, "task %s: weight '%s' is "
			    "not a whole number within 1 to %d", item,
			    colon + 1, MIX_MAX_WEIGHT);
	}
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
	size_t had[TASK_VOCAB] = { 0 }, i, s, best;
	double behind, most;

	for (i = 0; i < m->n; i++)
		m->round += m->weight[i];
	m->turn = mem_alloc(m->round, sizeof *m->turn);
	m->before = mem_alloc(m->round, sizeof *m->before);
	if (m->turn == NULL || m->before == NULL)
		return err_nomem(e);
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
		if (i > 0)
			strcat(m->names, ",");
		strcat(m->names, m->task[i]->name);
	}
	return 0;
}

int
mix_parse(struct mix *m, const char *list, struct err *e)
{
	char *copy = mem_strdup(list), *item, *comma;
	int status = 0;

	memset(m, 0, sizeof *m);
	m->task = mem_alloc(task_count(), sizeof *m->task);
	m->weight = mem_alloc(task_count(), sizeof *m->weight);
	if (copy == NULL || m->task == NULL || m->weight == NULL)
		status = err_nomem(e);
	for (item = copy; status == 0 && item != NULL; item = comma) {
		if ((comma = strchr(item, ',')) != NULL)
			*comma++ = '\0';
		status = add_item(m, item, e);
	}
	mem_free(copy);
	if (status == 0)
		status = make_turns(m, e);
	if (status == 0)
		status = make_names(m, e);
	return status;
}

void
mix_free(struct mix *m)
{
	mem_free(m->task);
	mem_free(m->weight);
	mem_free(m->turn);
	mem_free(m->before);
	mem_free(m->names);
	memset(m, 0, sizeof *m);
}

const struct task *
mix_example(const struct mix *m, uint64_t i, uint64_t *index)
{
	size_t s = i % m->round, k = m->turn[s];

	*index = i / m->round * m->weight[k] + m->before[s];
	return m->task[k];
}
