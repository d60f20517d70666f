#include <string.h>
#include <zip.h>

#include "base/mem.h"
#include "tensor/npz.h"

static const char suffix[] = ".npy";
enum { SUFFIX = sizeof suffix - 1 };

struct member {
	char		*name;
	zip_file_t	*file;		/* NULL: not open */
};

struct npz {
	char		*path;
	zip_t		*zip;
	struct member	*m;
	size_t		 n;
};

static int
fault(struct err *e, zip_error_t *z)
{
	return err_set(e, zip_error_code_zip(z) == ZIP_ER_MEMORY ? RC_SYSTEM :
	    RC_INPUT, "%s", zip_error_strerror(z));
}

static int
open_zip(struct npz *z, struct err *e)
{
	zip_error_t why;
	int code;

	z->zip = zip_open(z->path, ZIP_RDONLY | ZIP_CHECKCONS, &code);
	if (z->zip != NULL)
		return 0;
	zip_error_init_with_code(&why, code);
	fault(e, &why);
	zip_error_fini(&why);
	return -1;
}

static int
list_members(struct npz *z, struct err *e)
{
	size_t i, len, n = (size_t)zip_get_num_entries(z->zip, 0);
	const char *name;

	if ((z->m = mem_zalloc(n, sizeof *z->m)) == NULL)
		return err_nomem(e);
	for (i = 0; i < n; i++) {
		if ((name = zip_get_name(z->zip, i, 0)) == NULL)
			return fault(e, zip_get_error(z->zip));
		len = strlen(name);
		if (len <= SUFFIX || strcmp(name + len - SUFFIX, suffix) != 0)
			return err_set(e, RC_INPUT, "member %s: not an .npy "
			    "array", name);
		z->m[i].name = mem_strndup(name, len - SUFFIX);
		if (z->m[i].name == NULL)
			return err_nomem(e);
		z->n++;
	}
	return 0;
}

struct npz *
npz_open(const char *path, struct err *e)
{
	struct npz *z = mem_zalloc(1, sizeof *z);

	if (z == NULL || (z->path = mem_strdup(path)) == NULL) {
		mem_free(z);
		err_nomem(e);
		return NULL;
	}
	if (open_zip(z, e) == 0 && list_members(z, e) == 0)
		return z;
	npz_close(z);
	err_prefix(e, path);
	return NULL;
}

void
npz_close(struct npz *z)
{
	size_t i;

	if (z == NULL)
		return;
	for (i = 0; i < z->n; i++) {
		if (z->m[i].file != NULL)
			zip_fclose(z->m[i].file);
		mem_free(z->m[i].name);
	}
	mem_free(z->m);
	if (z->zip != NULL)
		zip_discard(z->zip);
	mem_free(z->path);
	mem_free(z);
}

size_t
npz_members(const struct npz *z)
{
	return z->n;
}

const char *
npz_name(const struct npz *z, size_t i)
{
	return z->m[i].name;
}

static ptrdiff_t
read_member(void *from, void *p, size_t n, struct err *e)
{
	zip_file_t *f = from;
	zip_int64_t got = zip_fread(f, p, n);

	return got < 0 ? fault(e, zip_file_get_error(f)) : (ptrdiff_t)got;
}

int
npz_array(struct npz *z, size_t i, struct npy *a, struct err *e)
{
	memset(a, 0, sizeof *a);
	if ((z->m[i].file = zip_fopen_index(z->zip, i, 0)) == NULL)
		return fault(e, zip_get_error(z->zip));
	return npy_open(a, (struct byte_source){ read_member, z->m[i].file },
	    e);
}

/* What libzip asks of a member while it writes the archive. */
struct content {
	const struct npz_member *m;
	char		 header[NPY_HEADER_MAX];
	size_t		 n_header, done;	/* done: bytes of the header */
	size_t		 bytes;			/* of header and values */
	zip_error_t	 error;
	struct err	*e;
};

static zip_int64_t
read_content(struct content *c, void *p, size_t n)
{
	size_t left = c->n_header - c->done;
	ptrdiff_t got;

	if (left > 0) {
		n = n < left ? n : left;
		memcpy(p, c->header + c->done, n);
		c->done += n;
		return (zip_int64_t)n;
	}
	got = c->m->values.read(c->m->values.from, p, n, c->e);
	if (got < 0)
		zip_error_set(&c->error, ZIP_ER_READ, 0);
	return got;
}

static zip_int64_t
serve_content(void *state, void *data, zip_uint64_t len, zip_source_cmd_t cmd)
{
	struct content *c = state;

	switch (cmd) {
	case ZIP_SOURCE_READ:
		return read_content(c, data, (size_t)len);
	case ZIP_SOURCE_STAT:
		zip_stat_init(data);
		((zip_stat_t *)data)->size = c->bytes;
		((zip_stat_t *)data)->valid = ZIP_STAT_SIZE;
		return sizeof(zip_stat_t);
	case ZIP_SOURCE_ERROR:
		return zip_error_to_data(&c->error, data, len);
	case ZIP_SOURCE_SUPPORTS:
		return ZIP_SOURCE_SUPPORTS_READABLE;
	case ZIP_SOURCE_OPEN:		/* once: it cannot be read again */
	case ZIP_SOURCE_CLOSE:
	case ZIP_SOURCE_FREE:
		return 0;
	default:
		zip_error_set(&c->error, ZIP_ER_OPNOTSUPP, 0);
		return -1;
	}
}

/* The archive as libzip writes it: to a FILE of the caller's. */
struct target {
	FILE		*fp;
	zip_error_t	 error;
};

static zip_int64_t
seek_target(struct target *t, void *data, zip_uint64_t len)
{
	zip_source_args_seek_t *to = ZIP_SOURCE_GET_ARGS(
	    zip_source_args_seek_t, data, len, &t->error);

	if (to == NULL)
		return -1;
	if (fseeko(t->fp, (off_t)to->offset, to->whence) == 0)
		return 0;
	zip_error_set(&t->error, ZIP_ER_SEEK, 0);
	return -1;
}

static zip_int64_t
serve_target(void *state, void *data, zip_uint64_t len, zip_source_cmd_t cmd)
{
	struct target *t = state;

	switch (cmd) {
	case ZIP_SOURCE_STAT:		/* an empty file: nothing is known */
		zip_stat_init(data);
		return sizeof(zip_stat_t);
	case ZIP_SOURCE_WRITE:
		if (fwrite(data, 1, (size_t)len, t->fp) == len)
			return (zip_int64_t)len;
		zip_error_set(&t->error, ZIP_ER_WRITE, 0);
		return -1;
	case ZIP_SOURCE_SEEK_WRITE:
		return seek_target(t, data, len);
	case ZIP_SOURCE_TELL_WRITE:
		return (zip_int64_t)ftello(t->fp);
	case ZIP_SOURCE_ERROR:
		return zip_error_to_data(&t->error, data, len);
	case ZIP_SOURCE_SUPPORTS:
		return ZIP_SOURCE_SUPPORTS_WRITABLE;
	case ZIP_SOURCE_OPEN:
	case ZIP_SOURCE_BEGIN_WRITE:
	case ZIP_SOURCE_COMMIT_WRITE:
	case ZIP_SOURCE_ROLLBACK_WRITE:
	case ZIP_SOURCE_REMOVE:
	case ZIP_SOURCE_CLOSE:
	case ZIP_SOURCE_FREE:
		return 0;
	default:			/* it is not read */
		zip_error_set(&t->error, ZIP_ER_OPNOTSUPP, 0);
		return -1;
	}
}

static int
add_member(zip_t *zip, struct content *c, struct err *e)
{
	enum { FIRST_DAY = 1 << 5 | 1 };	/* 1980-01-01 */
	size_t n = strlen(c->m->name) + sizeof suffix;
	char *name = mem_alloc(n, 1);
	zip_source_t *s;
	zip_int64_t at = -1;

	if (name == NULL)
		return err_nomem(e);
	snprintf(name, n, "%s%s", c->m->name, suffix);
	s = zip_source_function(zip, serve_content, c);
	if (s != NULL && (at = zip_file_add(zip, name, s,
	    ZIP_FL_ENC_UTF_8)) < 0)
		zip_source_free(s);
	mem_free(name);
	if (at < 0 || zip_set_file_compression(zip, (zip_uint64_t)at,
	    ZIP_CM_STORE, 0) != 0 || zip_file_set_dostime(zip,
	    (zip_uint64_t)at, 0, FIRST_DAY, 0) != 0) {
		fault(e, zip_get_error(zip));
		return err_prefix(e, c->m->name);
	}
	return 0;
}

static int
add_members(zip_t *zip, struct content *c, const struct npz_member m[],
    size_t n, struct err *e)
{
	size_t i, k, values;

	for (i = 0; i < n; i++) {
		c[i].m = &m[i];
		c[i].e = e;
		zip_error_init(&c[i].error);
		c[i].n_header = npy_header(c[i].header, m[i].dtype, m[i].rank,
		    m[i].shape);
		for (k = 0, values = 1; k < m[i].rank; k++)
			values *= m[i].shape[k];
		c[i].bytes = c[i].n_header + values * dtype_size(m[i].dtype);
		if (add_member(zip, &c[i], e) != 0)
			return -1;
	}
	return 0;
}

int
npz_write(FILE *fp, const struct npz_member m[], size_t n, struct err *e)
{
	struct target t = { .fp = fp };
	struct content *c = mem_zalloc(n, sizeof *c);
	zip_source_t *s = NULL;
	zip_t *zip = NULL;
	zip_error_t why;
	int bad;

	if (c == NULL)
		return err_nomem(e);
	zip_error_init(&t.error);
	zip_error_init(&why);
	s = zip_source_function_create(serve_target, &t, &why);
	if (s != NULL)
		zip = zip_open_from_source(s, ZIP_CREATE | ZIP_TRUNCATE, &why);
	if (zip == NULL) {
		zip_source_free(s);
		bad = fault(e, &why);
	} else if ((bad = add_members(zip, c, m, n, e)) != 0)
		zip_discard(zip);
	else if ((bad = zip_close(zip)) != 0) {
		err_set(e, RC_SYSTEM, "%s", zip_strerror(zip));
		zip_discard(zip);
	}
	zip_error_fini(&why);
	zip_error_fini(&t.error);
	mem_free(c);
	return bad;
}
