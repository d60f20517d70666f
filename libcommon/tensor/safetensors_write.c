#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tensor/safetensors.h"

enum { LENGTH_BYTES = 8, ALIGNMENT = 8 };

static const char *const dtype_word[DT_COUNT] = {
	[DT_F32] = "F32", [DT_F64] = "F64", [DT_F16] = "F16",
	[DT_BF16] = "BF16", [DT_I32] = "I32", [DT_I64] = "I64",
	[DT_U8] = "U8",
};

/* Where each tensor's data begin within the data. */
static void
place(uint64_t at[], const struct layout *l)
{
	uint64_t next = 0;
	size_t width, i;

	for (width = ALIGNMENT; width > 0; width /= 2)
		for (i = 0; i < l->n_tensors; i++)
			if (dtype_size(l->t[i].dtype) == width) {
				at[i] = next;
				next += l->t[i].n * width;
			}
}

static int
add_entry(json_t *o, const struct tensor_spec *t, uint64_t at, struct err *e)
{
	json_t *shape, *entry;
	size_t j;
	int bad = 0;

	if (strcmp(t->name, "__metadata__") == 0)
		return err_set(e, RC_INPUT, "tensor %s: a name that "
		    "safetensors keep for themselves", t->name);
	shape = json_array();
	for (j = 0; j < t->rank; j++)
		bad |= json_array_append_new(shape,
		    json_integer((json_int_t)t->shape[j]));
	entry = json_pack("{s:s,s:o,s:[I,I]}", "dtype", dtype_word[t->dtype],
	    "shape", shape, "data_offsets", (json_int_t)at,
	    (json_int_t)(at + t->n * dtype_size(t->dtype)));
	if (bad || entry == NULL) {
		json_decref(entry);
		return err_nomem(e);
	}
	return json_object_set_new(o, t->name, entry) == 0 ? 0 : err_set(e,
	    RC_INPUT, "tensor %s: the name is not UTF-8", t->name);
}

/* NULL: *e.  Free with free(). */
static char *
header_text(const struct layout *l, const uint64_t at[], struct err *e)
{
	json_t *o = json_object();
	char *text = NULL;
	size_t i;
	int bad;

	bad = json_object_set_new(o, "__metadata__",
	    json_pack("{s:s}", "format", "pt"));
	for (i = 0; i < l->n_tensors && !bad; i++)
		bad = add_entry(o, &l->t[i], at[i], e);
	if (!bad)
		text = json_dumps(o, JSON_COMPACT);
	if (text == NULL)
		err_nomem(e);
	json_decref(o);
	return text;
}

int
safetensors_write_header(FILE *fp, const struct layout *l, uint64_t at[],
    struct err *e)
{
	unsigned char length[LENGTH_BYTES];
	size_t n, full, i;
	char *text;

	place(at, l);
	if ((text = header_text(l, at, e)) == NULL)
		return -1;
	n = strlen(text);
	full = (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	for (i = 0; i < LENGTH_BYTES; i++)
		length[i] = (unsigned char)(full >> 8 * i);
	fwrite(length, 1, sizeof length, fp);
	fprintf(fp, "%s%*s", text, (int)(full - n), "");
	free(text);
	for (i = 0; i < l->n_tensors; i++)
		at[i] += LENGTH_BYTES + full;
	return ferror(fp) ? err_set(e, RC_SYSTEM, "%s", strerror(errno)) : 0;
}

int
safetensors_write(FILE *fp, const struct layout *l, const float *x,
    struct err *e)
{
	uint64_t *at = mem_alloc(l->n_tensors, sizeof *at);
	int bad;

	if (at == NULL)
		return err_nomem(e);
	bad = safetensors_write_header(fp, l, at, e);
	mem_free(at);
	if (bad)
		return -1;
	fwrite(x, sizeof *x, l->n, fp);
	return ferror(fp) ? err_set(e, RC_SYSTEM, "%s", strerror(errno)) : 0;
}
