/* An adapter's directory. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "model/adapter.h"
#include "model/adapter_parts.h"
#include "model/file.h"
#include "model/weights.h"
#include "tensor/finite.h"
#include "tensor/safetensors.h"

enum { MAX_FACTORS = 1 << 14 };

static const char CONFIG[] = "adapter_config.json";
static const char WEIGHTS[] = "adapter_model.safetensors";
static const char PEFT_PREFIX[] = "base_model.model.";

/* By name, numbers within names by value: h.9 before h.10. */
static int
by_module(const void *a, const void *b)
{
	const char *x = ((const struct adapted *)a)->module;
	const char *y = ((const struct adapted *)b)->module;
	size_t n, m;
	int c;

	while (*x != '\0' && *y != '\0') {
		if (!isdigit((unsigned char)*x) ||
		    !isdigit((unsigned char)*y)) {
			if (*x != *y)
				break;
			x++, y++;
			continue;
		}
		n = strspn(x, "0123456789");
		m = strspn(y, "0123456789");
		if (n != m)
			return n < m ? -1 : 1;
		if ((c = strncmp(x, y, n)) != 0)
			return c;
		x += n, y += m;
	}
	return (unsigned char)*x - (unsigned char)*y;
}

static int
add_factor(struct layout *l, const char *module, const char *factor,
    size_t rows, size_t columns, struct err *e)
{
	size_t shape[2] = { rows, columns };
	char name[MODULE_MAX + 16];

	snprintf(name, sizeof name, "%s.lora_%s.weight", module, factor);
	return layout_add(l, name, DT_F32, 2, shape, e);
}

int
adapter_lay_out(struct adapter *a, struct err *e)
{
	struct adapted *d;

	qsort(a->at, a->n, sizeof *a->at, by_module);
	if ((a->layout = layout_new()) == NULL)
		return err_nomem(e);
	for (d = a->at; d < a->at + a->n; d++) {
		d->a = a->layout->n;
		if (add_factor(a->layout, d->module, "A", a->config.r, d->in,
		    e) != 0)
			return -1;
		d->b = a->layout->n;
		if (add_factor(a->layout, d->module, "B", d->out, a->config.r,
		    e) != 0)
			return -1;
	}
	a->params = mem_zalloc(a->layout->n, sizeof *a->params);
	return a->params == NULL ? err_nomem(e) : 0;
}

/* Takes the end off name (n bytes) where it has it. */
static int
cut_end(size_t *n, const char *name, const char *end)
{
	size_t k = strlen(end);

	if (*n < k || memcmp(name + *n - k, end, k) != 0)
		return 0;
	*n -= k;
	return 1;
}

/* The name of a factor, as a tensor's name says it: "A" or "B", and its
 * module in full; NULL: it is none. */
static const char *
parse_name(char module[MODULE_MAX], const char *name)
{
	const char *factor, *prefix = "";
	size_t n;

	if (strncmp(name, PEFT_PREFIX, sizeof PEFT_PREFIX - 1) == 0)
		name += sizeof PEFT_PREFIX - 1;
	n = strlen(name);
	if (!cut_end(&n, name, ".weight"))
		return NULL;
	cut_end(&n, name, ".default");
	factor = cut_end(&n, name, ".lora_A") ? "A" :
	    cut_end(&n, name, ".lora_B") ? "B" : NULL;
	/* written from a model without its head */
	if (strncmp(name, "h.", 2) == 0)
		prefix = "transformer.";
	else if (strncmp(name, "layers.", 7) == 0)
		prefix = "model.";
	if (factor == NULL || n == 0 || n + strlen(prefix) >= MODULE_MAX)
		return NULL;
	snprintf(module, MODULE_MAX, "%s%.*s", prefix, (int)n, name);
	return factor;
}

/* A module's in from its A, r x in, or its out from its B, out x r. */
static int
take_shape(struct adapter *a, struct adapted *d, const char *factor,
    const struct safetensor *t, struct err *e)
{
	int is_a = *factor == 'A';
	size_t *size = is_a ? &d->in : &d->out, r = a->config.r;

	if (!dtype_is_of_weights(t->dtype))
		return err_set(e, RC_INPUT, "tensor %s: dtype %s, supported "
		    "are F32, F16 and BF16", t->name, t->dtype_text);
	if (t->rank != 2 || t->shape[is_a ? 0 : 1] != r || t->n == 0)
		return err_set(e, RC_INPUT, "tensor %s: %zu dimensions of "
		    "%zu and %zu, %s with r %zu is (%s)", t->name, t->rank,
		    t->rank > 0 ? t->shape[0] : 0, t->rank > 1 ? t->shape[1] :
		    0, factor, r, is_a ? "r, in" : "out, r");
	if (*size != 0)
		return err_set(e, RC_INPUT, "tensor %s: occurs twice, under "
		    "two spellings", t->name);
	*size = t->shape[is_a ? 1 : 0];
	return 0;
}

static struct adapted *
find_or_add(struct adapter *a, const char *module, struct err *e)
{
	size_t i;

	for (i = a->n; i > 0; i--)	/* its other factor is near */
		if (strcmp(a->at[i - 1].module, module) == 0)
			return &a->at[i - 1];
	if ((a->at[a->n].module = mem_strdup(module)) == NULL) {
		err_nomem(e);
		return NULL;
	}
	return &a->at[a->n++];
}

/* The modules, from the names and shapes of the file. */
static int
list_modules(struct adapter *a, const struct safetensors *s, struct err *e)
{
	char module[MODULE_MAX];
	const char *factor;
	struct adapted *d;
	size_t i;

	if (s->n_tensors > MAX_FACTORS)
		return err_set(e, RC_INPUT, "%zu tensors, at most %d are "
		    "supported", s->n_tensors, MAX_FACTORS);
	if ((a->at = mem_zalloc(s->n_tensors, sizeof *a->at)) == NULL)
		return err_nomem(e);
	for (i = 0; i < s->n_tensors; i++) {
		if ((factor = parse_name(module, s->t[i].name)) == NULL)
			return err_set(e, RC_INPUT, "tensor %.200s: not "
			    "lora_A.weight or lora_B.weight of a module",
			    s->t[i].name);
		if ((d = find_or_add(a, module, e)) == NULL ||
		    take_shape(a, d, factor, &s->t[i], e) != 0)
			return -1;
	}
	for (i = 0; i < a->n; i++)
		if (a->at[i].in == 0 || a->at[i].out == 0)
			return err_set(e, RC_INPUT, "no tensor "
			    "%s.lora_%s.weight", a->at[i].module,
			    a->at[i].in == 0 ? "A" : "B");
	return a->n > 0 ? 0 : err_set(e, RC_INPUT, "holds no factors");
}

static int
read_values(struct adapter *a, const struct safetensors *s, struct err *e)
{
	char name[MODULE_MAX + 16], module[MODULE_MAX];
	const struct tensor_spec *to;
	size_t i, bad;

	for (i = 0; i < s->n_tensors; i++) {
		const struct safetensor *t = &s->t[i];
		const char *factor = parse_name(module, t->name);
		float *x;

		snprintf(name, sizeof name, "%s.lora_%s.weight", module,
		    factor);
		to = layout_find(a->layout, name);
		x = a->params + to->offset;
		if (safetensors_read_f32(x, s, t, e) != 0)
			return -1;
		if ((bad = finite_prefix_f32(x, t->n)) < t->n)
			return err_set(e, RC_INPUT, "tensor %s: value %zu is "
			    "not finite", t->name, bad);
	}
	return 0;
}

int
adapter_files(char *path[2], const char *dir, struct err *e)
{
	path[0] = path_in(dir, CONFIG, e);
	path[1] = path_in(dir, WEIGHTS, e);
	if (path[0] != NULL && path[1] != NULL)
		return 0;
	mem_free(path[0]);
	mem_free(path[1]);
	return -1;
}

static int
read_weights(struct adapter *a, const char *path, struct err *e)
{
	struct safetensors *s = safetensors_open(path, e);
	int r;

	if (s == NULL)
		return -1;
	r = list_modules(a, s, e) != 0 || adapter_lay_out(a, e) != 0 ||
	    read_values(a, s, e) != 0 ? err_prefix(e, path) : 0;
	safetensors_close(s);
	return r;
}

struct adapter *
adapter_read(const char *dir, struct err *e)
{
	struct adapter *a = mem_zalloc(1, sizeof *a);
	char *path[2];
	int r = -1;

	if (a == NULL) {
		err_nomem(e);
		return NULL;
	}
	if (adapter_files(path, dir, e) == 0) {
		r = adapter_config_load(&a->config, path[0], e);
		if (r == 0)
			r = read_weights(a, path[1], e);
		mem_free(path[0]);
		mem_free(path[1]);
	}
	if (r == 0)
		return a;
	adapter_free(a);
	return NULL;
}

struct adapter *
adapter_load(const char *dir, const struct model_config *m,
    const struct layout *l, struct err *e)
{
	struct adapter *a = adapter_read(dir, e);

	if (a == NULL || adapter_bind(a, m, l, e) == 0)
		return a;
	err_prefix(e, dir);
	adapter_free(a);
	return NULL;
}

/* The factors' layout under PEFT's full names. */
static struct layout *
peft_layout(const struct adapter *a, struct err *e)
{
	char name[sizeof PEFT_PREFIX + MODULE_MAX + 16];
	struct layout *l = layout_new();
	size_t i;

	if (l == NULL)
		err_nomem(e);
	for (i = 0; l != NULL && i < a->layout->n_tensors; i++) {
		const struct tensor_spec *t = &a->layout->t[i];

		snprintf(name, sizeof name, "%s%s", PEFT_PREFIX, t->name);
		if (layout_add(l, name, t->dtype, t->rank, t->shape, e) != 0) {
			layout_free(l);
			return NULL;
		}
	}
	return l;
}

static int
save_weights(const struct adapter *a, const char *path, struct err *e)
{
	struct layout *l = peft_layout(a, e);
	struct file_out f;
	int r;

	if (l == NULL || file_out_open(&f, path, e) != 0) {
		layout_free(l);
		return -1;
	}
	if ((r = safetensors_write(f.fp, l, a->params, e)) != 0) {
		file_out_cancel(&f);
		err_prefix(e, path);
	} else
		r = file_out_close(&f, e);
	layout_free(l);
	return r;
}

int
adapter_save(const struct adapter *a, const char *dir, struct err *e)
{
	int gpt2 = strncmp(a->at[0].module, "transformer.", 12) == 0, r = -1;
	char *path[2];

	if (adapter_files(path, dir, e) != 0)
		return -1;
	if (mkdir(dir, 0777) != 0 && errno != EEXIST)
		err_errno(e, dir);
	else if (adapter_config_save(&a->config, path[0], gpt2, e) == 0)
		r = save_weights(a, path[1], e);
	mem_free(path[0]);
	mem_free(path[1]);
	return r;
}

int
adapter_is_directory(const char *dir)
{
	struct err e = { .rc = RC_OK };
	char *path = path_in(dir, CONFIG, &e);
	int is = path != NULL && access(path, F_OK) == 0;

	mem_free(path);
	return is;
}
