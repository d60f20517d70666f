/* The files of DIR.part that a run goes on from: the state and the spool. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/cmd.h"
#include "cmd/train_parts.h"
#include "model/file.h"
#include "stream/digest.h"

static const char MAGIC[] = "plumbline train state 1\n";

_Noreturn void
train_die_errno(const char *path)
{
	die(RC_SYSTEM, "%s: %s", path, strerror(errno));
}

_Noreturn void
train_die_damaged(const char *path)
{
	die(RC_INPUT, "%s: is damaged; remove its directory to start anew",
	    path);
}

char *
train_read_file(const char *path, size_t *n)
{
	FILE *fp = fopen(path, "rb");
	struct stat st;
	char *s;

	if (fp == NULL && errno == ENOENT)
		return NULL;
	if (fp == NULL || fstat(fileno(fp), &st) != 0)
		train_die_errno(path);
	*n = (size_t)st.st_size;
	s = cmd_must(mem_alloc(*n + 1, 1));
	if (fread(s, 1, *n, fp) != *n)
		train_die_damaged(path);
	s[*n] = '\0';
	fclose(fp);
	return s;
}

uint64_t
train_flushed(FILE *fp, const char *path)
{
	struct stat st;

	if (fflush(fp) != 0 || ferror(fp) || fstat(fileno(fp), &st) != 0)
		train_die_errno(path);
	return (uint64_t)st.st_size;
}

/* Says where two identities first differ. */
static _Noreturn void
die_other(const struct train_dir *d, const char *theirs)
{
	const char *a = theirs, *b = d->identity;
	int n, m;

	for (;; a += n + 1, b += n + 1) {
		n = (int)strcspn(a, "\n");
		m = (int)strcspn(b, "\n");
		if (n != m || n == 0 || strncmp(a, b, (size_t)n) != 0)
			break;
	}
	die(RC_INPUT, "%s: was begun with other arguments: %.*s, not %.*s; "
	    "remove it to start anew", d->part, n > 0 ? n : 4,
	    n > 0 ? a : "none", m > 0 ? m : 4, m > 0 ? b : "none");
}

/* Fills in *p from the numbers and arrays after the identity. */
static int
parse_progress(struct progress *p, struct train_lengths *len, const char *s,
    const char *end)
{
	size_t i, bytes;
	int at = 0;

	if (sscanf(s, "step %" SCNu64 " recorded %" SCNu64 " loss %lf done "
	    "%d log %" SCNu64 " spool %" SCNu64 "%n", &p->step, &p->recorded,
	    &p->loss, &p->done, &len->log, &len->spool, &at) != 6 ||
	    s[at] != '\n')
		return -1;
	s += at + 1;
	for (i = 0; i < STATE_ARRAYS; i++) {
		if (p->array[i] == NULL)
			continue;
		bytes = p->n[i] * sizeof(float);
		if ((size_t)(end - s) < bytes)
			return -1;
		memcpy(p->array[i], s, bytes);
		s += bytes;
	}
	return s == end ? 0 : -1;
}

int
train_load_state(struct train_dir *d, struct progress *p,
    struct train_lengths *len)
{
	size_t n, magic = sizeof MAGIC - 1, digest = DIGEST_SIZE - 1;
	char *s = train_read_file(d->state, &n), *id, *end, hex[DIGEST_SIZE];

	if (s == NULL)
		return 0;
	if (n < magic + digest || memcmp(s, MAGIC, magic) != 0)
		train_die_damaged(d->state);
	digest_bytes(hex, s, n - digest);
	if (memcmp(hex, s + n - digest, digest) != 0)
		train_die_damaged(d->state);
	id = s + magic;
	if ((end = strstr(id, "\n\n")) == NULL)
		train_die_damaged(d->state);
	end[1] = '\0';
	if (strcmp(id, d->identity) != 0)
		die_other(d, id);
	if (parse_progress(p, len, end + 2, s + n - digest) != 0)
		train_die_damaged(d->state);
	mem_free(s);
	return 1;
}

/* Writes and adds to the digest. */
static void
put(struct file_out *f, struct digest *g, const void *x, size_t n)
{
	fwrite(x, 1, n, f->fp);
	digest_update(g, x, n);
}

void
train_dir_save(struct train_dir *d, const struct progress *p)
{
	struct err e = { .rc = RC_OK };
	struct digest *g;
	char text[256], hex[DIGEST_SIZE];
	struct file_out f;
	size_t i;

	if (d->part == NULL)
		return;
	g = cmd_must(digest_new());
	snprintf(text, sizeof text, "\nstep %" PRIu64 " recorded %" PRIu64
	    " loss %a done %d log %" PRIu64 " spool %" PRIu64 "\n", p->step,
	    p->recorded, p->loss, p->done,
	    train_flushed(d->log, d->log_path),
	    train_flushed(d->spool, d->spool_path));
	cmd_check(file_out_open(&f, d->state, &e), &e);
	put(&f, g, MAGIC, sizeof MAGIC - 1);
	put(&f, g, d->identity, strlen(d->identity));
	put(&f, g, text, strlen(text));
	for (i = 0; i < STATE_ARRAYS; i++)
		if (p->array[i] != NULL)
			put(&f, g, p->array[i], p->n[i] * sizeof(float));
	digest_hex(g, hex);
	fwrite(hex, 1, sizeof hex - 1, f.fp);
	cmd_check(file_out_close(&f, &e), &e);
	digest_free(g);
}

/* What stands before a record's values in the spool. */
struct spooled {
	uint64_t	step;
	double		loss;
	char		digest[DIGEST_SIZE];	/* of the values */
};

void
train_dir_spool(struct train_dir *d, uint64_t step, double loss,
    const float *x, size_t n)
{
	struct spooled h = { .step = step, .loss = loss };

	if (d->part == NULL)
		return;
	digest_bytes(h.digest, x, n * sizeof *x);
	if (fwrite(&h, sizeof h, 1, d->spool) != 1 ||
	    fwrite(x, sizeof *x, n, d->spool) != n)
		train_die_errno(d->spool_path);
}

int
train_dir_unspool(struct train_dir *d, uint64_t *step, double *loss,
    float *x, size_t n)
{
	char hex[DIGEST_SIZE];
	struct spooled h;

	if (d->part == NULL)
		return 0;
	if (fread(&h, sizeof h, 1, d->spool) != 1) {
		if (ferror(d->spool))
			train_die_errno(d->spool_path);
		return 0;
	}
	if (fread(x, sizeof *x, n, d->spool) != n)
		train_die_damaged(d->spool_path);
	digest_bytes(hex, x, n * sizeof *x);
	if (memcmp(hex, h.digest, sizeof hex) != 0)
		train_die_damaged(d->spool_path);
	*step = h.step;
	*loss = h.loss;
	return 1;
}
