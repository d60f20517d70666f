/*
 * export: the records of a stream as files that others read.  Every function
 * ends the process, with one message and the right status, when something is
 * wrong; a file gets its name only when it is complete and the stream's end
 * was seen.
 */
#ifndef CMD_EXPORT_H
#define CMD_EXPORT_H

#include "cmd/cmd.h"
#include "model/file.h"

/* A stream whose records are all of one layout, and the file to come. */
struct export {
	struct ts_reader *in;
	struct ts_record rec;		/* the current record */
	struct layout	*layout;	/* of the first */
	const char	*path;
	struct file_out	 file;
};

/* Opens the stream at its first record, which must exist, and the file. */
void	export_begin(struct export *x, const char *in, const char *path);
/* The next record: 1, or 0 at the end; refuses one of another layout. */
int	export_next(struct export *x);
/* Refuses a second record of a stream whose format holds one. */
void	export_only(struct export *x, const char *format);
/* Ends the process when status is not 0; the message gets the file's name. */
void	export_check(const struct export *x, int status, struct err *e);
/* Flushes, renames, frees. */
void	export_end(struct export *x);

/*
 * Hands over the current record piece by piece: n values, the first of which
 * is number `first' of the tensor, in its dtype.  Recipes are drawn.
 */
typedef void	export_put(void *arg, const struct tensor_spec *t,
		    size_t first, const void *data, size_t n);
void	export_values(struct export *x, export_put *put, void *arg);
/* Writes n bytes to fp; the end of the process when that fails. */
void	export_write(const struct export *x, FILE *fp, const void *p,
	    size_t n);

/* The formats, from the first record on. */
void	export_npy(struct export *x);
void	export_npz(struct export *x);
void	export_safetensors(struct export *x);
/* layers: numbers of the vectors, when their names do not give them; hint:
 * the kind of model, or NULL. */
void	export_gguf(struct export *x, const struct opt_sizes *layers,
	    const char *hint);

#endif
