/* DIR.part as a directory: what it holds, who uses it, what becomes of it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/train_parts.h"
#include "model/file.h"
#include "text/tokenizer.h"

/* What a model's and an adapter's directory hold, and what DIR.part does. */
static const char *const model_files[] = { "config.json",
	"model.safetensors", "train.tsv", TOKENIZER_FILES, NULL };
static const char *const adapter_files[] = { "adapter_config.json",
	"adapter_model.safetensors", "train.tsv", NULL };
static const char *const tokenizer_files[] = { TOKENIZER_FILES, NULL };
static const char *const part_files[] = { "config.json", "config.json.tmp",
	"model.safetensors", "model.safetensors.tmp", "adapter_config.json",
	"adapter_config.json.tmp", "adapter_model.safetensors",
	"adapter_model.safetensors.tmp", "train.tsv", "state", "state.tmp",
	"spool", "lock", TOKENIZER_FILES, NULL };

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
		train_die_errno(path);
	while ((f = readdir(dir)) != NULL)
		if (strcmp(f->d_name, ".") != 0 &&
		    strcmp(f->d_name, "..") != 0 &&
		    !is_one_of(f->d_name, names))
			die(RC_INPUT, "%s: holds %s, so it is not %s to be "
			    "replaced", path, f->d_name, is);
	closedir(dir);
	return 1;
}

/* Neither replaces the other: an adapter is nothing without its model. */
static int
check_final(const struct train_dir *d)
{
	return d->adapter ?
	    check_directory(d->final, adapter_files, "an adapter") :
	    check_directory(d->final, model_files, "a model directory");
}

static void
remove_files(const char *path, const char *const *names)
{
	for (; *names != NULL; names++) {
		char *file = join(path, "/", *names);

		if (unlink(file) != 0 && errno != ENOENT)
			train_die_errno(file);
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
		train_die_errno(path);
	if (fcntl(d->lock, F_SETLK, &l) != 0)
		die(RC_INPUT, "%s: another run is writing it", d->part);
	mem_free(path);
}

/* Opens a file that is appended to, cut to the length that counts. */
static FILE *
open_cut(const char *path, uint64_t length)
{
	FILE *fp = fopen(path, "a+b");
	struct stat st;

	if (fp == NULL || fstat(fileno(fp), &st) != 0)
		train_die_errno(path);
	if ((uint64_t)st.st_size < length)
		train_die_damaged(path);
	if (ftruncate(fileno(fp), (off_t)length) != 0)
		train_die_errno(path);
	rewind(fp);
	return fp;
}

int
train_dir_open(struct train_dir *d, const char *dir, int adapter,
    char *identity, struct progress *p)
{
	struct train_lengths len = { 0, 0 };
	size_t n;
	int resumed = 0;

	memset(d, 0, sizeof *d);
	d->adapter = adapter;
	d->identity = identity;
	d->lock = -1;
	if (dir == NULL) {
		if ((d->log = fopen("/dev/null", "w")) == NULL)
			train_die_errno("/dev/null");
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
	check_final(d);
	if (!check_directory(d->part, part_files, "an unfinished run") &&
	    mkdir(d->part, 0777) != 0)
		train_die_errno(d->part);
	lock(d);
	resumed = train_load_state(d, p, &len);
	d->log = open_cut(d->log_path, len.log);
	d->spool = open_cut(d->spool_path, len.spool);
	return resumed;
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
		if ((s = train_read_file(from, &n)) != NULL) {
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
	train_flushed(d->log, d->log_path);
	if (fclose(d->log) != 0 || fclose(d->spool) != 0)
		train_die_errno(d->log_path);
	remove_files(d->part, only_part);
	if (check_final(d))
		remove_files(d->final, d->adapter ? adapter_files :
		    model_files);
	if (rename(d->part, d->final) != 0)
		train_die_errno(d->final);
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
		train_die_errno(d->part);
	release(d);
}
