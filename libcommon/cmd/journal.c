#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/journal.h"
#include "stream/digest.h"

struct journal {
	char	*path;		/* NULL: nothing is kept */
	char	*identity;
	FILE	*fp;
	int	 reading;	/* results of an unfinished run are left */
	off_t	 end;		/* of the results that count; 0: there is no
				   identity either */
	size_t	 n;		/* how many of the unfinished run's count */
};

/* What stands before a result's bytes. */
struct entry {
	char		key[DIGEST_SIZE], digest[DIGEST_SIZE];
	uint64_t	n;
};

static _Noreturn void
die_errno(const struct journal *j)
{
	die(RC_SYSTEM, "%s: %s", j->path, strerror(errno));
}

static int
is_regular_or_new(const char *path)
{
	struct stat st;

	return stat(path, &st) != 0 ? errno == ENOENT : S_ISREG(st.st_mode);
}

/* Opens the file for appending; one run at a time. */
static void
open_file(struct journal *j)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if ((j->fp = fopen(j->path, "a+b")) == NULL)
		die_errno(j);
	if (fcntl(fileno(j->fp), F_SETLK, &l) != 0)
		die(RC_INPUT, "%s: another run is writing it", j->path);
}

static void
say_how_many(const struct journal *j)
{
	if (j->reading && diag_verbose)
		warn("%s: %zu results were there", j->path, j->n);
}

/* What does not count from here on is dropped, and new results follow. */
static void
cut(struct journal *j)
{
	say_how_many(j);
	j->reading = 0;
	if (fseeko(j->fp, j->end, SEEK_SET) != 0 ||
	    ftruncate(fileno(j->fp), j->end) != 0)
		die_errno(j);
}

/* 1, or 0 where the file ends before. */
static int
read_all(struct journal *j, void *x, size_t n)
{
	if (fread(x, 1, n, j->fp) == n)
		return 1;
	if (ferror(j->fp))
		die_errno(j);
	return 0;
}

/* 1 when it is this run that was not finished.  An identity that is cut is
 * followed by nothing. */
static int
is_same_run(struct journal *j)
{
	size_t n = strlen(j->identity), got;
	char *s = cmd_must(mem_alloc(n, 1));
	int same;

	got = fread(s, 1, n, j->fp);
	if (ferror(j->fp))
		die_errno(j);
	same = memcmp(s, j->identity, got) == 0;
	mem_free(s);
	if (!same)
		warn("%s: is of another command or other inputs: starting "
		    "anew", j->path);
	return same && got == n;
}

struct journal *
journal_open(void)
{
	struct journal *j = cmd_must(mem_zalloc(1, sizeof *j));
	size_t n;

	if (opt_output == NULL || strcmp(opt_output, "-") == 0 ||
	    !is_regular_or_new(opt_output))
		return j;
	n = strlen(opt_output) + sizeof ".part";
	j->path = cmd_must(mem_alloc(n, 1));
	snprintf(j->path, n, "%s.part", opt_output);
	j->identity = cmd_identity();
	open_file(j);
	if (is_same_run(j)) {
		j->end = (off_t)strlen(j->identity);
		j->reading = 1;
	} else {
		diag_add_temporary(j->path);	/* until it holds a result */
		cut(j);
	}
	return j;
}

int
journal_keeps(const struct journal *j)
{
	return j->path != NULL;
}

static size_t
length(const struct iovec *v, size_t n)
{
	size_t i, sum = 0;

	for (i = 0; i < n; i++)
		sum += v[i].iov_len;
	return sum;
}

static struct entry
entry_of(const char *key, const struct iovec *v, size_t n)
{
	struct digest *g = cmd_must(digest_new());
	struct entry h;
	size_t i;

	memset(&h, 0, sizeof h);
	memcpy(h.key, key, sizeof h.key);
	h.n = length(v, n);
	digest_update(g, h.key, sizeof h.key);
	for (i = 0; i < n; i++)
		digest_update(g, v[i].iov_base, v[i].iov_len);
	digest_hex(g, h.digest);
	digest_free(g);
	return h;
}

int
journal_get(struct journal *j, const char key[DIGEST_SIZE],
    const struct iovec *v, size_t n)
{
	struct entry h, want;
	size_t i;
	int ok;

	if (!j->reading)
		return 0;
	ok = read_all(j, &h, sizeof h) && h.n == length(v, n);
	for (i = 0; ok && i < n; i++)
		ok = read_all(j, v[i].iov_base, v[i].iov_len);
	if (ok) {
		want = entry_of(h.key, v, n);
		ok = memcmp(&h, &want, sizeof h) == 0;
	}
	if (ok && memcmp(h.key, key, sizeof h.key) != 0) {
		warn("%s: the inputs are others after %zu results; these are "
		    "kept", j->path, j->n);
		ok = 0;
	}
	if (!ok) {
		cut(j);
		return 0;
	}
	j->end += (off_t)(sizeof h + h.n);
	j->n++;
	return 1;
}

void
journal_put(struct journal *j, const char key[DIGEST_SIZE],
    const struct iovec *v, size_t n)
{
	struct entry h;
	size_t i;

	if (j->path == NULL)
		return;
	if (j->end == 0)
		fputs(j->identity, j->fp);
	h = entry_of(key, v, n);
	fwrite(&h, sizeof h, 1, j->fp);
	for (i = 0; i < n; i++)
		fwrite(v[i].iov_base, 1, v[i].iov_len, j->fp);
	if (fflush(j->fp) != 0 || ferror(j->fp))
		die_errno(j);
	if (j->end == 0)
		diag_forget_temporary(j->path);
	j->end = ftello(j->fp);
}

void
journal_close(struct journal *j)
{
	if (j->path != NULL) {
		say_how_many(j);
		fclose(j->fp);
		if (unlink(j->path) != 0 && errno != ENOENT)
			die_errno(j);
		diag_forget_temporary(j->path);
	}
	mem_free(j->path);
	mem_free(j->identity);
	mem_free(j);
}
