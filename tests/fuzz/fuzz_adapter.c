/*
 * Fuzz target: directories of adapters, and what they are over a small model.
 * adapter_config.json is what comes before the first NUL, and what comes after
 * it adapter_model.safetensors.
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "base/mem.h"
#include "model/adapter.h"
#include "tensor/finite.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char BASE[] = "{ \"model_type\": \"gpt2\", \"vocab_size\": 8, "
    "\"n_positions\": 8, \"n_embd\": 4, \"n_layer\": 2, \"n_head\": 2 }";
static const char *const names[2] = { "/adapter_config.json",
	"/adapter_model.safetensors" };
static char dir[64], paths[2][128];
static struct model_config model;
static struct layout *layout;

static void
clean_up(void)
{
	unlink(paths[0]);
	unlink(paths[1]);
	rmdir(dir);
	layout_free(layout);
}

/* A directory with links to two files in memory, and a model. */
static void
set_up(int fd[2])
{
	struct err e = { .rc = RC_OK };
	char file[64];
	int i;

	strcpy(dir, "/tmp/fuzz-adapter-XXXXXX");
	if (mkdtemp(dir) == NULL || atexit(clean_up) != 0 ||
	    model_config_parse(&model, BASE, sizeof BASE - 1, "base",
	    &e) != 0 || (layout = model_layout(&model, &e)) == NULL)
		abort();
	for (i = 0; i < 2; i++) {
		fd[i] = memfd_create("fuzz", 0);
		snprintf(file, sizeof file, "/proc/self/fd/%d", fd[i]);
		snprintf(paths[i], sizeof paths[i], "%s%s", dir, names[i]);
		if (fd[i] == -1 || symlink(file, paths[i]) != 0)
			abort();
	}
}

static void
fill(int fd, const uint8_t *data, size_t n)
{
	if (ftruncate(fd, 0) != 0 || pwrite(fd, data, n, 0) != (ssize_t)n)
		abort();
}

static void
use(struct adapter *a)
{
	struct err e = { .rc = RC_OK };
	size_t i, n = 0;

	for (i = 0; i < a->n; i++)
		n += a->config.r * (a->at[i].in + a->at[i].out);
	if (a->n == 0 || a->layout->n_tensors != 2 * a->n ||
	    a->layout->n != n || finite_prefix_f32(a->params, n) != n ||
	    !(a->config.alpha > 0))
		abort();
	if (adapter_bind(a, &model, layout, &e) != 0) {
		if (e.rc != RC_INPUT)
			abort();
	} else if (a->product->n_tensors != a->n)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const uint8_t *end = n > 0 ? memchr(data, '\0', n) : NULL;
	size_t first = end == NULL ? n : (size_t)(end - data);
	struct err e = { .rc = RC_OK };
	static int fd[2] = { -1, -1 };
	struct adapter *a;

	if (fd[0] == -1)
		set_up(fd);
	fill(fd[0], data, first);
	if (end == NULL)
		fill(fd[1], data, 0);
	else
		fill(fd[1], end + 1, n - first - 1);
	if ((a = adapter_read(dir, &e)) != NULL)
		use(a);
	else if (e.rc == RC_OK)
		abort();
	adapter_free(a);
	return 0;
}
