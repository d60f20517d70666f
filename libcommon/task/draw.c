#include <inttypes.h>
#include <stdio.h>
#include <xxhash.h>

#include "random/philox.h"
#include "task/draw.h"

enum {
	SPLIT_PARTS = 8,
	MAX_TRIES = 1 << 16	/* (7/8)^65536: never, unless there is none */
};

const char *const split_names[SPLIT_COUNT + 1] = {
	"train", "validation", "test", NULL
};

enum split
split_of(const int *x, size_t n)
{
	unsigned char digits[TASK_MAX_DIGITS];
	size_t i;

	for (i = 0; i < n; i++)
		digits[i] = (unsigned char)x[i];
	switch (XXH64(digits, n, 0) % SPLIT_PARTS) {
	case 0: return SPLIT_TEST;
	case 1: return SPLIT_VALIDATION;
	default: return SPLIT_TRAIN;
	}
}

/* The key's words one after another. */
struct words {
	struct random_key key;
	uint64_t	 next;
	uint32_t	 w[4];
};

static uint32_t
next_word(struct words *s)
{
	if (s->next % 4 == 0)
		random_block(s->w, &s->key, (uint32_t)(s->next / 4));
	return s->w[s->next++ % 4];
}

static void
draw_once(int *x, const struct task *task, size_t length, int easy,
    struct words *s)
{
	size_t n = task->operands * length, i;
	uint32_t w[TASK_MAX_LENGTH + 1];

	for (i = 0; i < n; i++)
		x[i] = (int)((uint64_t)next_word(s) * TASK_BASE >> 32);
	if (!easy)
		return;
	for (i = 0; i < length + 1; i++)
		w[i] = next_word(s);
	task->ease(x, length, w);
}

int
task_draw(int *x, const struct task *task, const struct draw *d,
    uint64_t index, struct err *e)
{
	struct words s = { .key = { d->seed, 0, (uint32_t)index } };
	int easy = d->easy && task->ease != NULL, k;
	size_t n = task->operands * d->length;
	char name[64];

	if (index > UINT32_MAX)
		return err_set(e, RC_INPUT, "example %" PRIu64
		    " is beyond the last one, %" PRIu32, index, UINT32_MAX);
	snprintf(name, sizeof name, "task.%s.%s%s", split_names[d->split],
	    task->name, easy ? ".easy" : "");
	s.key.name = random_name(name);
	for (k = 0; k < MAX_TRIES; k++) {
		draw_once(x, task, d->length, easy, &s);
		if (split_of(x, n) == d->split)
			return 0;
	}
	return err_set(e, RC_INPUT, "%s: no %s input of length %zu found",
	    task->name, split_names[d->split], d->length);
}
