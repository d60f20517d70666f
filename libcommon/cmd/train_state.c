#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/train_state.h"
#include "model/file.h"
#include "stream/digest.h"
#include "text/tokenizer.h"

static const char MAGIC[] = "plumbline train state 1\n";

/* What a model's or an adapter's directory holds, and what only DIR.part does. */
static const char *const model_files[] = { "config.json",
	"model.safetensors", "adapter_config.json",
	"adapter_model.safetensors", "train.tsv", TOKENIZER_FILES, NULL };
static const char *const tokenizer_files[] = { TOKENIZER_FILES, NULL };
static const char *const part_files[] = { "config.json", "config.json.tmp",
	"model.safetensors", "model.safetensors.tmp", "adapter_config.json",
	"adapter_config.json.tmp", "adapter_model.safetensors",
	"adapter_model.safetensors.tmp", "train.tsv", "state", "state.tmp",
	"spool", "lock", TOKENIZER_FILES, NULL };

/* What the state says of the log and the spool. */
struct lengths {
	uint64_t	log, spool;
};

static _Noreturn void
die_errno(const char *path)
{
	die(RC_SYSTEM, "%s: %s", path, strerror(errno));
}

static char *
join(const char *a, const char *sep, const char *b)
{
	size_t n = strlen(a) + strlen(sep) + strlen(b) + 1;
	char *s = cmd_must(mem_alloc(n, 1));

	snprintf(s, n, "%s%s%s", a, sep, b);
	return s;
}

static int
is_one_of(const char *name, const char *const *names)
{
	while (*names != NULL && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

/* Refuses to replace what is not ours; 0 when there is nothing there. */
static int
check_directory(const char *path, const char *const *names, const char *is)
{
	DIR *dir = opendir(path);
	struct dirent *f;

	if (dir == NULL && errno == ENOENT)
		return 0;
	if (dir == NULL)
		die_errno(path);
	while ((f = readdir(dir)) != NULL)
		if (strcmp(f->d_name, ".") != 0 &&
		    strcmp(f->d_name, "..") != 0 &&
		    !is_one_of(f->d_name, names))
			die(RC_INPUT, "%s: holds %s, so it is not %s to be "
			    "replaced", path, f->d_name, is);
	closedir(dir);
	return 1;
}

static void
remove_files(const char *path, const char *const *names)
{
	for (; *names != NULL; names++) {
		char *file = join(path, "/", *names);

		if (unlink(file) != 0 && errno != ENOENT)
			die_errno(file);
		mem_free(file);
	}
}

/* One run at a time. */
static void
lock(struct train_dir *d)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char *path = join(d->part, "/", "lock");

	if ((d->lock = open(path, O_RDWR | O_CREAT, 0666)) < 0)
		die_errno(path);
	if (fcntl(d->lock, F_SETLK, &l) != 0)
		die(RC_INPUT, "%s: another run is writing it", d->part);
	mem_free(path);
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

static _Noreturn void
die_damaged(const char *path)
{
	die(RC_INPUT, "%s: is damaged; remove its directory to start anew",
	    path);
}

/* The whole file and a NUL; NULL when there is none. */
static char *
read_file(const char *path, size_t *n)
{
	FILE *fp = fopen(path, "rb");
	struct stat st;
	char *s;

	if (fp == NULL && errno == ENOENT)
		return NULL;
	if (fp == NULL || fstat(fileno(fp), &st) != 0)
		die_errno(path);
	*n = (size_t)st.st_size;
	s = cmd_must(mem_alloc(*n + 1, 1));
	if (fread(s, 1, *n, fp) != *n)
		die_damaged(path);
	s[*n] = '\0';
	fclose(fp);
	return s;
}

/* Fills in *p from the numbers and arrays after the identity. */
static int
parse_progress(struct progress *p, struct lengths *len, const char *s,
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

/* 1 when there is a state, which must be this run's. */
static int
load_state(struct train_dir *d, struct progress *p, struct lengths *len)
{
	size_t n, magic = sizeof MAGIC - 1, digest = DIGEST_SIZE - 1;
	char *s = read_file(d->state, &n), *id, *end, hex[DIGEST_SIZE];

	if (s == NULL)
		return 0;
	if (n < magic + digest || memcmp(s, MAGIC, magic) != 0)
		die_damaged(d->state);
	digest_bytes(hex, s, n - digest);
	if (memcmp(hex, s + n - digest, digest) != 0)
		die_damaged(d->state);
	id = s + magic;
	if ((end = strstr(id, "\n\n")) == NULL)
		die_damaged(d->state);
	end[1] = '\0';
	if (strcmp(id, d->identity) != 0)
		die_other(d, id);
	if (parse_progress(p, len, end + 2, s + n - digest) != 0)
		die_damaged(d->state);
	mem_free(s);
	return 1;
}

/* Opens a file that is appended to, cut to the length that counts. */
static FILE *
open_cut(const char *path, uint64_t length)
{
	FILE *fp = fopen(path, "a+b");
	struct stat st;

	if (fp == NULL || fstat(fileno(fp), &st) != 0)
		die_errno(path);
	if ((uint64_t)st.st_size < length)
		die_damaged(path);
	if (ftruncate(fileno(fp), (off_t)length) != 0)
		die_errno(path);
	rewind(fp);
	return fp;
}

int
train_dir_open(struct train_dir *d, const char *dir, char *identity,
    struct progress *p)
{
	struct lengths len = { 0, 0 };
	size_t n;
	int resumed = 0;

	memset(d, 0, sizeof *d);
	d->identity = identity;
	d->lock = -1;
	if (dir == NULL) {
		if ((d->log = fopen("/dev/null", "w")) == NULL)
			die_errno("/dev/null");
		return 0;
	}
	n = strlen(dir);
	while (n > 1 && dir[n - 1] == '/')
		n--;
	d->final = cmd_must(mem_strndup(dir, n));
	d->part = join(d->final, "", ".part");
	d->state = join(d->part, "/", "state");
	d->log_path = join(d->part, "/", "train.tsv");
	d->spool_path = join(d->part, "/", "spool");
	check_directory(d->final, model_files, "a model directory");
	if (!check_directory(d->part, part_files, "an unfinished run") &&
	    mkdir(d->part, 0777) != 0)
		die_errno(d->part);
	lock(d);
	resumed = load_state(d, p, &len);
	d->log = open_cut(d->log_path, len.log);
	d->spool = open_cut(d->spool_path, len.spool);
	return resumed;
}

static uint64_t
flushed_length(FILE *fp, const char *path)
{
	struct stat st;

	if (fflush(fp) != 0 || ferror(fp) || fstat(fileno(fp), &st) != 0)
		die_errno(path);
	return (uint64_t)st.st_size;
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
	    flushed_length(d->log, d->log_path),
	    flushed_length(d->spool, d->spool_path));
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
		die_errno(d->spool_path);
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
			die_errno(d->spool_path);
		return 0;
	}
	if (fread(x, sizeof *x, n, d->spool) != n)
		die_damaged(d->spool_path);
	digest_bytes(hex, x, n * sizeof *x);
	if (memcmp(hex, h.digest, sizeof hex) != 0)
		die_damaged(d->spool_path);
	*step = h.step;
	*loss = h.loss;
	return 1;
}

void
train_dir_keep_tokenizer(struct train_dir *d, const char *dir)
{
	struct err e = { .rc = RC_OK };
	const char *const *name;
	struct file_out f;
	char *from, *to, *s;
	size_t n, kept = 0;

	for (name = tokenizer_files; d->part != NULL && *name != NULL;
	    name++) {
		from = join(dir, "/", *name);
		to = join(d->part, "/", *name);
		if ((s = read_file(from, &n)) != NULL) {
			cmd_check(file_out_open(&f, to, &e), &e);
			fwrite(s, 1, n, f.fp);
			cmd_check(file_out_close(&f, &e), &e);
			kept++;
		}
		mem_free(s);
		mem_free(from);
		mem_free(to);
	}
	if (d->part != NULL && kept == 0)
		die(RC_INPUT, "%s: no tokenizer", dir);
}

static void
release(struct train_dir *d)
{
	mem_free(d->final);
	mem_free(d->part);
	mem_free(d->state);
	mem_free(d->log_path);
	mem_free(d->spool_path);
	mem_free(d->identity);
	if (d->lock >= 0)
		close(d->lock);
}

void
train_dir_finish(struct train_dir *d)
{
	static const char *const only_part[] = { "state", "state.tmp",
	    "spool", "lock", NULL };

	if (d->part == NULL) {
		fclose(d->log);
		release(d);
		return;
	}
	flushed_length(d->log, d->log_path);
	if (fclose(d->log) != 0 || fclose(d->spool) != 0)
		die_errno(d->log_path);
	remove_files(d->part, only_part);
	if (check_directory(d->final, model_files, "a model directory"))
		remove_files(d->final, model_files);
	if (rename(d->part, d->final) != 0)
		die_errno(d->final);
	release(d);
}

void
train_dir_abandon(struct train_dir *d)
{
	if (d->part == NULL)
		return;
	fclose(d->log);
	fclose(d->spool);
	remove_files(d->part, part_files);
	if (rmdir(d->part) != 0)
		die_errno(d->part);
	release(d);
}
