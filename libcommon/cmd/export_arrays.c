/* Records as arrays for NumPy. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/export.h"
#include "tensor/npz.h"

enum { PIECE = 1 << 12 };	/* values */

/* Writes values to a file, as f32 unless their dtype is kept. */
struct sink {
	const struct export *x;
	FILE		*fp;
	int		 as_f32;
};

/* NumPy has no bf16. */
static int
converts(const struct sink *s, enum dtype d)
{
	return d == DT_BF16 || (s->as_f32 && d != DT_F32);
}

static void
put_values(void *arg, const struct tensor_spec *t, size_t first,
    const void *data, size_t n)
{
	const struct sink *s = arg;
	const char *p = data;
	size_t k, size = dtype_size(t->dtype);
	float x[PIECE];

	(void)first;			/* pieces come in order */
	if (!converts(s, t->dtype)) {
		export_write(s->x, s->fp, p, n * size);
		return;
	}
	for (; n > 0; n -= k, p += k * size) {
		k = n < PIECE ? n : PIECE;
		dtype_to_f32(x, p, k, t->dtype);
		export_write(s->x, s->fp, x, k * sizeof *x);
	}
}

void
export_npy(struct export *x)
{
	struct sink s = { x, x->file.fp, 1 };
	size_t shape[2] = { 0, x->layout->n }, n;
	char header[NPY_HEADER_MAX];

	/* as long as the one that tells the number of records */
	n = npy_header(header, DT_F32, 2, shape);
	export_write(x, s.fp, header, n);
	do {
		export_values(x, put_values, &s);
		shape[0]++;
	} while (export_next(x));
	npy_header(header, DT_F32, 2, shape);
	if (fseeko(s.fp, 0, SEEK_SET) != 0)
		die(RC_SYSTEM, "%s: %s", x->path, strerror(errno));
	export_write(x, s.fp, header, n);
}

/* All records' values, in a file without a name beside the one to come. */
static FILE *
spool_new(const struct export *x)
{
	static const char end[] = ".spool.XXXXXX";
	size_t n = strlen(x->path) + sizeof end;
	char *path = cmd_must(mem_alloc(n, 1));
	FILE *fp = NULL;
	int fd;

	snprintf(path, n, "%s%s", x->path, end);
	if ((fd = mkstemp(path)) != -1) {
		unlink(path);
		fp = fdopen(fd, "w+b");
	}
	if (fp == NULL)
		die(RC_SYSTEM, "%s: %s", path, strerror(errno));
	mem_free(path);
	return fp;
}

/* One tensor of every record, from the spool. */
struct column {
	FILE	*spool;
	size_t	 offset, bytes;		/* of the tensor within a record */
	size_t	 stride;		/* bytes of a record */
	size_t	 records;
	size_t	 record, done;		/* done: bytes of the current one */
};

static ptrdiff_t
read_column(void *from, void *p, size_t n, struct err *e)
{
	struct column *c = from;
	size_t left;

	if (c->done == c->bytes) {
		c->record++;
		c->done = 0;
	}
	if (c->record >= c->records || c->bytes == 0)
		return 0;
	left = c->bytes - c->done;
	if (n > left)
		n = left;
	if (fseeko(c->spool, (off_t)(c->record * c->stride + c->offset +
	    c->done), SEEK_SET) != 0 || fread(p, 1, n, c->spool) != n)
		return err_errno(e, "spool");
	c->done += n;
	return (ptrdiff_t)n;
}

/* Every tensor as a member: that of one record as it is, those of several
 * stacked along a new first index. */
static void
describe(struct npz_member *m, struct column *c, const struct sink *s,
    const struct layout *l, size_t records)
{
	size_t i, more = records > 1, at = 0;

	for (i = 0; i < l->n_tensors; i++) {
		const struct tensor_spec *t = &l->t[i];

		m[i].name = t->name;
		m[i].dtype = converts(s, t->dtype) ? DT_F32 : t->dtype;
		m[i].rank = t->rank + more;
		if (m[i].rank > LAYOUT_MAX_RANK)
			die(RC_INPUT, "%s: tensor %s: rank %zu, stacking "
			    "allows %d", ts_reader_name(s->x->in), t->name,
			    t->rank, LAYOUT_MAX_RANK - 1);
		m[i].shape[0] = records;
		memcpy(m[i].shape + more, t->shape,
		    t->rank * sizeof *t->shape);
		c[i] = (struct column){ .spool = s->fp, .offset = at,
		    .bytes = t->n * dtype_size(m[i].dtype),
		    .records = records };
		at += c[i].bytes;
		m[i].values = (struct byte_source){ read_column, &c[i] };
	}
	for (i = 0; i < l->n_tensors; i++)
		c[i].stride = at;
}

void
export_npz(struct export *x)
{
	struct sink s = { x, spool_new(x), 0 };
	size_t n = x->layout->n_tensors, records = 0;
	struct npz_member *m = cmd_must(mem_zalloc(n, sizeof *m));
	struct column *c = cmd_must(mem_zalloc(n, sizeof *c));
	struct err e = { .rc = RC_OK };

	if (n == 0)
		die(RC_INPUT, "%s: its records have no tensors",
		    ts_reader_name(x->in));
	do {
		export_values(x, put_values, &s);
		records++;
	} while (export_next(x));
	if (fflush(s.fp) != 0)
		die(RC_SYSTEM, "%s: %s", x->path, strerror(errno));
	describe(m, c, &s, x->layout, records);
	export_check(x, npz_write(x->file.fp, m, n, &e), &e);
	fclose(s.fp);
	mem_free(c);
	mem_free(m);
}
