/*
 * bench-evaluate: perturb and evaluate over full-space draws, 512 sequences
 * each, against as many forward passes of the same sequences alone.
 *
 * usage: bench-evaluate [draws [rounds]]
 *
 * The tools' time counts everything: their start, the model and the examples
 * too, so few draws are dearer than a thousand.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/par.h"
#include "bench.h"
#include "model/model.h"
#include "task/examples.h"

enum { DRAWS = 100, ROUNDS = 3, MAX_ROUNDS = 101, SEQUENCES = 512 };

static char dir[] = "/tmp/bench-evaluate.XXXXXX";

static void
check(int status, const struct err *e)
{
	if (status != 0)
		die_err(e);
}

static void
run(const char *command)
{
	if (system(command) != 0)
		die(RC_SYSTEM, "%s: failed", command);
}

/* The synthetic model, as initialised. */
static struct model *
make_model(void)
{
	struct err e = { .rc = RC_OK };
	struct model_config c;
	struct model *m;

	model_config_default(&c);
	check(model_config_load(&c, "data/synthetic.json", &e), &e);
	if ((m = model_new(&c, &e)) == NULL)
		die_err(&e);
	check(model_init(m, 1, &e), &e);
	check(model_save(m, DT_F32, dir, &e), &e);
	return m;
}

static double
time_tools(size_t draws)
{
	double start = bench_now();
	char command[256];

	snprintf(command, sizeof command, "perturb -m %s -n %zu -S 1e-3 | "
	    "evaluate -q -m %s -t copy -n %d -d - -o %s/table", dir, draws,
	    dir, SEQUENCES, dir);
	run(command);
	return bench_now() - start;
}

static double
time_forward(const struct model *m, struct model_pool *p,
    const struct batch *b, size_t draws)
{
	static struct batch_result res[SEQUENCES];
	struct err e = { .rc = RC_OK };
	double start = bench_now();

	for (; draws > 0; draws--)
		check(model_eval(res, NULL, p, m->params, b, &e), &e);
	return bench_now() - start;
}

int
main(int argc, char *argv[])
{
	size_t draws = argc > 1 ? strtoul(argv[1], NULL, 10) : DRAWS;
	size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : ROUNDS, i;
	const struct draw d = { .split = SPLIT_TEST, .length = 8 };
	double tools[MAX_ROUNDS], forward[MAX_ROUNDS], a, b;
	struct task_batch batch = { .start = NULL };
	struct err e = { .rc = RC_OK };
	struct model_pool *pool;
	struct model *m;
	char command[64];

	diag_init(argv[0]);
	if (draws == 0 || rounds == 0 || rounds > MAX_ROUNDS)
		die(RC_USAGE, "usage: bench-evaluate [draws [rounds]]");
	if (mkdtemp(dir) == NULL)
		die(RC_SYSTEM, "%s: cannot be made", dir);
	m = make_model();
	check(task_batch_fill_one(&batch, task_find("copy"), &d, 0, SEQUENCES,
	    &e), &e);
	if ((pool = model_pool_new(&m->config, 0, &e)) == NULL)
		die_err(&e);
	time_forward(m, pool, &batch.b, 1);
	for (i = 0; i < rounds; i++) {
		tools[i] = time_tools(draws);
		forward[i] = time_forward(m, pool, &batch.b, draws);
	}
	a = bench_median(tools, rounds) / (double)draws;
	b = bench_median(forward, rounds) / (double)draws;
	printf("bench: full-space draws evaluated on %d sequences each: %.3f "
	    "of the forward passes alone (bar 1.3), %.1f and %.1f ms a draw, "
	    "%zu draws, %zu threads\n", SEQUENCES, a / b, 1e3 * a, 1e3 * b,
	    draws, par_threads());
	snprintf(command, sizeof command, "rm -r %s", dir);
	run(command);
	return RC_OK;
}
