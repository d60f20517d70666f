#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "tensor/npy.h"

enum {
	MAGIC_BYTES = 6,
	MAX_HEADER = 1 << 16,		/* numpy's own limit is 10000 */
	FIRST_PIECE = 1 << 20,
	MIN_HEADER = 128
};
static const char magic[MAGIC_BYTES + 1] = "\x93NUMPY";
static const size_t MAX_VALUES = (size_t)1 << 59;

static const char *const descr[DT_COUNT] = {
	[DT_F32] = "<f4", [DT_F64] = "<f8", [DT_F16] = "<f2",
	[DT_I32] = "<i4", [DT_I64] = "<i8", [DT_U8] = "|u1",
};

static const char *
blank(const char *s)
{
	while (*s == ' ' || *s == '\t' || *s == '\n')
		s++;
	return s;
}

/* A quoted word at *s into word; -1 when there is none, or a longer one. */
static int
quoted(char *word, size_t size, const char **s)
{
	const char *end;

	if (**s != '\'' && **s != '"')
		return -1;
	end = strchr(*s + 1, **s);
	if (end == NULL || (size_t)(end - *s) > size)
		return -1;
	memcpy(word, *s + 1, (size_t)(end - *s - 1));
	word[end - *s - 1] = '\0';
	*s = end + 1;
	return 0;
}

static int
read_descr(struct npy *a, const char **s, struct err *e)
{
	char word[32];
	int d;

	if (**s == '[')
		return err_set(e, RC_INPUT, "a structured array");
	if (quoted(word, sizeof word, s) != 0)
		return err_set(e, RC_INPUT, "header: descr is not a string");
	if (strchr(word, 'O') != NULL)
		return err_set(e, RC_INPUT, "dtype %s: Python objects are "
		    "not read", word);
	for (d = 0; d < DT_COUNT; d++) {
		if (descr[d] == NULL || *word == '\0' ||
		    strcmp(descr[d] + 1, word + 1) != 0)
			continue;
		/* '|': the order of bytes does not matter */
		if (strchr(dtype_size((enum dtype)d) == 1 ? "<>=|" : "<>=",
		    *word) == NULL)
			break;
		a->dtype = (enum dtype)d;
		a->swapped = *word == '>' && dtype_size(a->dtype) > 1;
		return 0;
	}
	return err_set(e, RC_INPUT, "dtype %s is not one that is read (f4, "
	    "f8, f2, i4, i8, u1)", word);
}

static int
read_order(struct npy *a, const char **s, struct err *e)
{
	static const char yes[] = "True", no[] = "False";

	if (strncmp(*s, yes, sizeof yes - 1) == 0) {
		a->fortran = 1;
		*s += sizeof yes - 1;
		return 0;
	}
	if (strncmp(*s, no, sizeof no - 1) != 0)
		return err_set(e, RC_INPUT,
		    "header: fortran_order is not a truth value");
	*s += sizeof no - 1;
	return 0;
}

static int
read_dimension(struct npy *a, const char **s, struct err *e)
{
	size_t d = 0;

	if (a->rank == LAYOUT_MAX_RANK)
		return err_set(e, RC_INPUT, "more than %d dimensions",
		    LAYOUT_MAX_RANK);
	for (; isdigit((unsigned char)**s); ++*s) {
		d = 10 * d + (size_t)(**s - '0');
		if (d > MAX_VALUES)
			return err_set(e, RC_INPUT, "dimension %zu is too "
			    "large", a->rank);
	}
	if (d != 0 && a->n > MAX_VALUES / d)
		return err_set(e, RC_INPUT, "too many values");
	a->shape[a->rank++] = d;
	a->n *= d;
	return 0;
}

/* A tuple: "()", "(3,)", "(3, 4)". */
static int
read_shape(struct npy *a, const char **s, struct err *e)
{
	int comma = 0;

	a->n = 1;
	if (*(*s)++ != '(')
		goto bad;
	for (*s = blank(*s); isdigit((unsigned char)**s); *s = blank(*s)) {
		if (read_dimension(a, s, e) != 0)
			return -1;
		*s = blank(*s);
		if (!(comma = **s == ','))
			break;
		++*s;
	}
	if (**s != ')' || (a->rank == 1 && !comma))
		goto bad;
	++*s;
	return 0;
bad:
	return err_set(e, RC_INPUT, "header: shape is not a tuple of sizes");
}

/* {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } */
static int
read_dictionary(struct npy *a, const char *s, struct err *e)
{
	static const struct {
		const char *key;
		int (*read)(struct npy *, const char **, struct err *);
	} field[] = { { "descr", read_descr }, { "fortran_order", read_order },
	    { "shape", read_shape } };
	enum { FIELDS = sizeof field / sizeof *field, ALL = (1 << FIELDS) - 1 };
	unsigned seen = 0;
	char key[16];
	int i;

	if (*s++ != '{')
		return err_set(e, RC_INPUT, "header: not a dictionary");
	while (*(s = blank(s)) != '}') {
		if (quoted(key, sizeof key, &s) != 0 || *(s = blank(s)) != ':')
			return err_set(e, RC_INPUT,
			    "header: a key and a value are expected");
		for (i = 0; i < FIELDS && strcmp(field[i].key, key); i++)
			;
		if (i == FIELDS || seen & 1u << i)
			return err_set(e, RC_INPUT, "header: key \"%s\" %s",
			    key, i == FIELDS ? "is unknown" : "occurs twice");
		seen |= 1u << i;
		s = blank(s + 1);
		if (field[i].read(a, &s, e) != 0)
			return -1;
		if (*(s = blank(s)) == ',')
			s++;
		else if (*s != '}')
			return err_set(e, RC_INPUT,
			    "header: no comma after \"%s\"", key);
	}
	if (seen != ALL)
		return err_set(e, RC_INPUT, "header: descr, fortran_order "
		    "or shape is missing");
	return *blank(s + 1) == '\0' ? 0 : err_set(e, RC_INPUT,
	    "header: text after the dictionary");
}

/* The bytes of the header's text, from what comes before it. */
static int
read_length(size_t *n, const struct byte_source *in, struct err *e)
{
	unsigned char head[MAGIC_BYTES + 2], length[4];
	size_t got, bytes;

	if (byte_source_read(in, head, sizeof head, &got, e) != 0)
		return -1;
	if (got < sizeof head || memcmp(head, magic, MAGIC_BYTES) != 0)
		return err_set(e, RC_INPUT, "not an .npy array: no magic "
		    "number");
	if (head[6] < 1 || head[6] > 3 || head[7] != 0)
		return err_set(e, RC_INPUT, "version %d.%d, 1.0 to 3.0 are "
		    "read", head[6], head[7]);
	bytes = head[6] == 1 ? 2 : 4;
	if (byte_source_read(in, length, bytes, NULL, e) != 0)
		return err_prefix(e, "header");
	for (*n = 0; bytes > 0; )
		*n = *n << 8 | length[--bytes];
	return *n <= MAX_HEADER ? 0 : err_set(e, RC_INPUT, "a header of %zu "
	    "bytes, at most %d are allowed", *n, MAX_HEADER);
}

int
npy_open(struct npy *a, struct byte_source in, struct err *e)
{
	size_t n = 0;
	char *text;
	int bad;

	memset(a, 0, sizeof *a);
	a->in = in;
	if (read_length(&n, &in, e) != 0)
		return -1;
	if ((text = mem_alloc(n + 1, 1)) == NULL)
		return err_nomem(e);
	if ((bad = byte_source_read(&in, text, n, NULL, e)) != 0)
		err_prefix(e, "header");
	text[n] = '\0';
	if (!bad && strlen(text) != n)
		bad = err_set(e, RC_INPUT, "header: a NUL byte");
	if (!bad)
		bad = read_dictionary(a, text, e);
	mem_free(text);
	if (a->rank < 2)
		a->fortran = 0;		/* both orders are the same */
	return bad;
}

static int
cut(const struct npy *a, size_t got, struct err *e)
{
	return err_set(e, RC_INPUT, "data end after %zu bytes, dtype and "
	    "shape need %zu", got, a->n * dtype_size(a->dtype));
}

/* The whole array, in memory that grows as the data arrive. */
static int
read_whole(struct npy *a, struct err *e)
{
	size_t need = a->n * dtype_size(a->dtype), have = 0, room, got;
	unsigned char *p;

	while (have < need) {
		room = have < FIRST_PIECE ? FIRST_PIECE : 2 * have;
		if (room > need)
			room = need;
		if ((p = mem_grow(a->all, room, 1)) == NULL)
			return err_nomem(e);
		a->all = p;
		if (byte_source_read(&a->in, p + have, room - have, &got,
		    e) != 0)
			return -1;
		have += got;
		if (have < room)
			return cut(a, have, e);
	}
	return 0;
}

/* n values from value a->done on, counted in row-major order. */
static void
gather(const struct npy *a, unsigned char *p, size_t n)
{
	size_t index[LAYOUT_MAX_RANK], stride[LAYOUT_MAX_RANK];
	size_t size = dtype_size(a->dtype), left = a->done, at = 0, k;

	for (k = 0; k < a->rank; k++)
		stride[k] = k == 0 ? size : stride[k - 1] * a->shape[k - 1];
	for (k = a->rank; k-- > 0; left /= a->shape[k]) {
		index[k] = left % a->shape[k];
		at += index[k] * stride[k];
	}
	for (; n > 0; n--, p += size) {
		memcpy(p, a->all + at, size);
		for (k = a->rank; k-- > 0; index[k] = 0) {
			at += stride[k];
			if (++index[k] < a->shape[k])
				break;
			at -= stride[k] * a->shape[k];
		}
	}
}

static void
swap_bytes(unsigned char *p, size_t n, size_t size)
{
	unsigned char c;
	size_t i, k;

	for (i = 0; i < n; i++, p += size)
		for (k = 0; k < size / 2; k++) {
			c = p[k];
			p[k] = p[size - 1 - k];
			p[size - 1 - k] = c;
		}
}

int
npy_read(struct npy *a, void *p, size_t n, struct err *e)
{
	size_t size = dtype_size(a->dtype), got;

	if (n > a->n - a->done)
		return err_set(e, RC_SYSTEM, "%zu values, %zu are left", n,
		    a->n - a->done);
	if (n == 0)
		return 0;
	if (a->fortran) {
		if (a->all == NULL && read_whole(a, e) != 0)
			return -1;
		gather(a, p, n);
	} else {
		if (byte_source_read(&a->in, p, n * size, &got, e) != 0)
			return -1;
		if (got < n * size)
			return cut(a, a->done * size + got, e);
	}
	if (a->swapped)
		swap_bytes(p, n, size);
	a->done += n;
	return 0;
}

ptrdiff_t
npy_source(void *from, void *p, size_t n, struct err *e)
{
	struct npy *a = from;

	return npy_read(a, p, n / dtype_size(a->dtype), e) != 0 ? -1 :
	    (ptrdiff_t)n;
}

int
npy_end(struct npy *a, struct err *e)
{
	char c;
	size_t got;

	if (byte_source_read(&a->in, &c, 1, &got, e) != 0)
		return -1;
	return got == 0 ? 0 : err_set(e, RC_INPUT, "more bytes follow the "
	    "array's %zu values", a->n);
}

void
npy_close(struct npy *a)
{
	mem_free(a->all);
	a->all = NULL;
}

size_t
npy_header(char buf[NPY_HEADER_MAX], enum dtype dtype, size_t rank,
    const size_t shape[])
{
	size_t n = MAGIC_BYTES + 4, k, total;

	if (descr[dtype] == NULL)
		return 0;
	n += (size_t)snprintf(buf + n, NPY_HEADER_MAX - n, "{'descr': '%s', "
	    "'fortran_order': False, 'shape': (", descr[dtype]);
	for (k = 0; k < rank; k++)
		n += (size_t)snprintf(buf + n, NPY_HEADER_MAX - n,
		    k ? ", %zu" : "%zu", shape[k]);
	n += (size_t)snprintf(buf + n, NPY_HEADER_MAX - n,
	    rank == 1 ? ",), }" : "), }");
	total = n + 1 <= MIN_HEADER ? MIN_HEADER : (n + 1 + 63) / 64 * 64;
	memset(buf + n, ' ', total - n - 1);
	buf[total - 1] = '\n';
	memcpy(buf, magic, MAGIC_BYTES);
	buf[6] = 1;
	buf[7] = 0;
	buf[8] = (char)((total - MAGIC_BYTES - 4) & 0xff);
	buf[9] = (char)((total - MAGIC_BYTES - 4) >> 8);
	return total;
}
