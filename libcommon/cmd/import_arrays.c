/* Arrays that NumPy saved, as records. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/import.h"
#include "tensor/npz.h"

static _Noreturn void
refuse(struct err *e, const char *path, const char *member)
{
	if (member != NULL)
		err_prefix(e, member);
	err_prefix(e, path);
	die_err(e);
}

/* The array as a tensor of each of its rows, or of one record. */
static struct import_tensor
tensor_of(struct npy *a, const char *name, int rows)
{
	return (struct import_tensor){ name, a->dtype, a->rank - (size_t)rows,
	    a->shape + rows, { npy_source, a } };
}

/* The base name without ".npy"; free with mem_free(). */
static char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash == NULL ? path : slash + 1;
	size_t n = strlen(base);

	if (import_has_suffix(base, ".npy") && n > strlen(".npy"))
		n -= strlen(".npy");
	return cmd_must(mem_strndup(base, n));
}

void
import_npy(const char *path)
{
	const struct import_options *o = &import_options;
	char *name = o->name != NULL ? cmd_must(mem_strdup(o->name)) :
	    base_name(path);
	struct err e = { .rc = RC_OK };
	struct import_tensor t;
	struct npy a;
	size_t i, n = 1;
	FILE *fp = fopen(path, "rb");
	int rows;

	if (fp == NULL)
		die(RC_SYSTEM, "%s: %s", path, strerror(errno));
	if (npy_open(&a, byte_source_file(fp), &e) != 0)
		refuse(&e, path, NULL);
	rows = o->rows || (!o->whole && a.rank == 2);
	if (rows && a.rank == 0)
		die(RC_INPUT, "%s: a single value has no rows", path);
	if (rows)
		n = a.shape[0];
	t = tensor_of(&a, name, rows);
	for (i = 0; i < n; i++)
		import_record(path, &t, 1, -1);
	if (npy_end(&a, &e) != 0)
		refuse(&e, path, NULL);
	npy_close(&a);
	fclose(fp);
	mem_free(name);
}

/* Opens the members that are wanted: *n of them, tensors of a record. */
static void
open_members(struct npz *z, const char *path, struct npy *a,
    struct import_tensor *t, size_t *n, size_t *records)
{
	int rows = import_options.rows != 0;
	struct err e = { .rc = RC_OK };
	const char *name;
	size_t i;

	for (i = *n = 0, *records = 1; i < npz_members(z); i++) {
		name = npz_name(z, i);
		if (!import_wanted(name))
			continue;
		if (npz_array(z, i, &a[*n], &e) != 0)
			refuse(&e, path, name);
		if (rows && a[*n].rank == 0)
			die(RC_INPUT, "%s: %s: a single value has no rows",
			    path, name);
		if (rows && *n > 0 && a[*n].shape[0] != *records)
			die(RC_INPUT, "%s: %s: %zu rows, %s has %zu", path,
			    name, a[*n].shape[0], t[0].name, *records);
		if (rows)
			*records = a[*n].shape[0];
		t[*n] = tensor_of(&a[*n], name, rows);
		++*n;
	}
	if (*n == 0)
		die(RC_INPUT, "%s: none of its %zu members is wanted", path,
		    npz_members(z));
}

void
import_npz(const char *path)
{
	struct err e = { .rc = RC_OK };
	struct npz *z = npz_open(path, &e);
	struct import_tensor *t;
	struct npy *a;
	size_t i, n, records;

	if (z == NULL)
		die_err(&e);
	a = cmd_must(mem_zalloc(npz_members(z), sizeof *a));
	t = cmd_must(mem_zalloc(npz_members(z), sizeof *t));
	open_members(z, path, a, t, &n, &records);
	for (i = 0; i < records; i++)
		import_record(path, t, n, -1);
	for (i = 0; i < n; i++) {
		if (npy_end(&a[i], &e) != 0)
			refuse(&e, path, t[i].name);
		npy_close(&a[i]);
	}
	mem_free(t);
	mem_free(a);
	npz_close(z);
}
