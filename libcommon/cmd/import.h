/*
 * import: files that are not streams, as the records of one.  Every function
 * ends the process, with one message and the right status, when something is
 * wrong.
 */
#ifndef CMD_IMPORT_H
#define CMD_IMPORT_H

#include "cmd/cmd.h"
#include "tensor/npy.h"

enum import_format { IMPORT_AUTO, IMPORT_NPY, IMPORT_NPZ, IMPORT_SAFETENSORS,
	IMPORT_GGUF, IMPORT_CHECKPOINTS };

struct import_options {
	int		 format;	/* enum import_format */
	const char	*content;	/* NULL: what the format suggests */
	const char	*strip, *prefix;	/* of names; NULL: none */
	const char	*name;		/* of an .npy file's tensor */
	struct opt_strings tensors, exclude;	/* globs */
	int		 rows, whole;	/* an array is many records, or one */
};
extern struct import_options import_options;

/* One record, or the rows of an array. */
struct import_item {
	enum import_format format;	/* neither auto nor checkpoints */
	char		*path;
	int64_t		 step;		/* of a checkpoint, or -1 */
};

struct import_plan {
	struct import_item *item;
	size_t		 n;
};
/* What the operands stand for, in order; checkpoints by their step.  All
 * files are noted as inputs. */
void	import_plan(struct import_plan *p, const char *const operand[],
	    size_t n);
void	import_plan_free(struct import_plan *p);
/* "dir/name"; free with mem_free(). */
char	*import_join(const char *dir, const char *name);
int	import_has_suffix(const char *path, const char *suffix);

/* A tensor of a record to come. */
struct import_tensor {
	const char	*name;		/* as the file has it */
	enum dtype	 dtype;
	size_t		 rank;
	const size_t	*shape;
	struct byte_source values;
};
/* 1 when the options want the tensor. */
int	import_wanted(const char *name);
/*
 * Writes a record of those tensors of a file that are wanted, under their new
 * names.  All records must have the layout of the first.  step: -1: none.
 */
void	import_record(const char *path, const struct import_tensor t[],
	    size_t n, int64_t step);
/* After the last record: there is an output, even an empty one. */
void	import_end(void);

/* The formats.  Weights are a .safetensors file or the .index.json of its
 * shards. */
void	import_npy(const char *path);
void	import_npz(const char *path);
void	import_gguf(const char *path);
void	import_weights(const char *path, int64_t step);
/* Notes the files that make up weights as inputs. */
void	import_weights_note(const char *path);

#endif
