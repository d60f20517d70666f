#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "tensor/gguf.h"

enum { VERSION = 3, ALIGNMENT = 32, V_U32 = 4, V_STRING = 8, T_F32 = 0 };

static uint64_t
padded(uint64_t n)
{
	return (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void
put_number(FILE *fp, uint64_t v, size_t bytes)
{
	for (; bytes > 0; bytes--, v >>= 8)
		putc((int)(v & 0xff), fp);
}

static void
put_text(FILE *fp, const char *s)
{
	put_number(fp, strlen(s), 8);
	fputs(s, fp);
}

static void
put_string(FILE *fp, const char *key, const char *value)
{
	put_text(fp, key);
	put_number(fp, V_STRING, 4);
	put_text(fp, value);
}

static void
put_padding(FILE *fp, uint64_t n)
{
	put_number(fp, 0, (size_t)(padded(n) - n));
}

int
gguf_write_control(FILE *fp, const struct layout *l, const float *x,
    const char *hint, struct err *e)
{
	uint64_t offset = 0;
	size_t i;

	fputs("GGUF", fp);
	put_number(fp, VERSION, 4);
	put_number(fp, l->n_tensors, 8);
	put_number(fp, hint != NULL ? 3 : 2, 8);
	put_string(fp, "general.architecture", "controlvector");
	if (hint != NULL)
		put_string(fp, "controlvector.model_hint", hint);
	put_text(fp, "controlvector.layer_count");
	put_number(fp, V_U32, 4);
	put_number(fp, l->n_tensors, 4);
	for (i = 0; i < l->n_tensors; i++) {
		put_text(fp, l->t[i].name);
		put_number(fp, 1, 4);
		put_number(fp, l->t[i].n, 8);
		put_number(fp, T_F32, 4);
		put_number(fp, offset, 8);
		offset = padded(offset + l->t[i].n * sizeof *x);
	}
	put_padding(fp, (uint64_t)ftello(fp));
	for (i = 0; i < l->n_tensors; i++) {
		fwrite(x + l->t[i].offset, sizeof *x, l->t[i].n, fp);
		put_padding(fp, l->t[i].n * sizeof *x);
	}
	return ferror(fp) ? err_set(e, RC_SYSTEM, "%s", strerror(errno)) : 0;
}
