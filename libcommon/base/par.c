#define _GNU_SOURCE		/* sched_getaffinity */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/par.h"

enum { MAX_THREADS = 256 };

static struct {
	pthread_mutex_t	lock;
	pthread_cond_t	start, done;
	size_t		threads;	/* 0 until decided */
	size_t		started;	/* helper threads that exist */
	unsigned long	round;		/* which par_for() is running */
	size_t		busy;		/* helpers still in this round */
	void		(*fn)(void *, size_t);
	void		*arg;
	size_t		n;
	atomic_size_t	next;
} pool = { .lock = PTHREAD_MUTEX_INITIALIZER,
    .start = PTHREAD_COND_INITIALIZER, .done = PTHREAD_COND_INITIALIZER };

static _Thread_local int inside;	/* a par_for() is below us */

/* 1 for the first hardware thread of a core among those we may use. */
static int
leads_its_core(size_t cpu, const cpu_set_t *set)
{
	char path[96];
	unsigned first;
	FILE *fp;
	int ok;

	snprintf(path, sizeof path,
	    "/sys/devices/system/cpu/cpu%zu/topology/thread_siblings_list",
	    cpu);
	if ((fp = fopen(path, "r")) == NULL)
		return 1;
	ok = fscanf(fp, "%u", &first) == 1;
	fclose(fp);
	return !ok || first == cpu || first >= CPU_SETSIZE ||
	    !CPU_ISSET(first, set);
}

static size_t
physical_cores(void)
{
	cpu_set_t set;
	size_t cpu, n = 0;

	if (sched_getaffinity(0, sizeof set, &set) != 0)
		return 1;
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set) && leads_its_core(cpu, &set))
			n++;
	return n == 0 ? 1 : n;
}

void
par_set_threads(size_t n)
{
	const char *env = getenv("OMP_NUM_THREADS");

	if (n == 0 && env != NULL)
		n = strtoul(env, NULL, 10);
	if (n == 0)
		n = physical_cores();
	pool.threads = n > MAX_THREADS ? MAX_THREADS : n;
}

size_t
par_threads(void)
{
	if (pool.threads == 0)
		par_set_threads(0);
	return pool.threads;
}

static void
work(void)
{
	size_t i;

	inside = 1;
	while ((i = atomic_fetch_add(&pool.next, 1)) < pool.n)
		pool.fn(pool.arg, i);
	inside = 0;
}

static void *
helper(void *born)
{
	unsigned long seen = (uintptr_t)born;	/* that round was not ours */

	for (;;) {
		pthread_mutex_lock(&pool.lock);
		while (pool.round == seen)
			pthread_cond_wait(&pool.start, &pool.lock);
		seen = pool.round;
		pthread_mutex_unlock(&pool.lock);
		work();
		pthread_mutex_lock(&pool.lock);
		if (--pool.busy == 0)
			pthread_cond_signal(&pool.done);
		pthread_mutex_unlock(&pool.lock);
	}
	return NULL;
}

/* Helpers are made once, before their first round; fewer than asked for is
 * no failure, since the caller works too. */
static void
start_helpers(void)
{
	pthread_t t;

	while (pool.started + 1 < par_threads()) {
		if (pthread_create(&t, NULL, helper,
		    (void *)(uintptr_t)pool.round) != 0) {
			pool.threads = pool.started + 1;
			return;
		}
		pthread_detach(t);
		pool.started++;
	}
}

void
par_for(size_t n, void (*fn)(void *arg, size_t i), void *arg)
{
	size_t i;

	if (inside || n <= 1 || par_threads() == 1) {
		for (i = 0; i < n; i++)
			fn(arg, i);
		return;
	}
	start_helpers();
	pthread_mutex_lock(&pool.lock);
	pool.fn = fn;
	pool.arg = arg;
	pool.n = n;
	pool.next = 0;
	pool.busy = pool.started;
	pool.round++;
	pthread_cond_broadcast(&pool.start);
	pthread_mutex_unlock(&pool.lock);
	work();
	pthread_mutex_lock(&pool.lock);
	while (pool.busy > 0)
		pthread_cond_wait(&pool.done, &pool.lock);
	pthread_mutex_unlock(&pool.lock);
}

struct ranges {
	size_t	n, chunk;
	void	(*fn)(void *, size_t, size_t);
	void	*arg;
};

static void
one_range(void *arg, size_t i)
{
	const struct ranges *r = arg;
	size_t from = i * r->chunk;

	r->fn(r->arg, from, r->n - from < r->chunk ? r->n : from + r->chunk);
}

void
par_ranges(size_t n, size_t chunk, void (*fn)(void *arg, size_t from,
    size_t to), void *arg)
{
	struct ranges r = { n, chunk, fn, arg };

	par_for(n / chunk + (n % chunk != 0), one_range, &r);
}
