/*
 * basis: what the algebra tools share: runs of vectors that become a basis,
 * and bases in streams.  Every function ends the process, with one message
 * and the right status, when something is wrong.
 *
 * A basis is consecutive records of content "basis": its rows, orthonormal,
 * labelled basis, component (from 0) and rank (how many rows there are), and
 * side where halves of one run have a basis each.
 */
#ifndef CMD_BASIS_H
#define CMD_BASIS_H

#include "cmd/cmd.h"
#include "linalg/gram.h"

/* Refuses a record whose tensors are not those of l, whatever their dtype. */
void	same_tensors(const struct ts_reader *in, const struct ts_record *rec,
	    const struct layout *l, const char *what);
/* *shared becomes *l when l is the first; else it keeps what l has too. */
void	share_labels(struct ts_labels *shared, const struct ts_labels *l,
	    int first);

/* Sets what "--label" asks for, label=value; else a usage error. */
void	label_option(struct ts_labels *l, const char *arg);
/* The value of a label, or NA. */
void	table_label(struct table *t, const struct ts_labels *l,
	    enum label_key k);

/*
 * Rows that arrive one by one, in memory or, beyond their bound, in a file.
 * Starts zeroed but for the bounds.
 */
struct rows {
	size_t		 memory;	/* bytes that they may take; 0: any */
	size_t		 work;		/* bytes for products with them */
	struct layout	*layout;	/* f32; NULL before the first */
	struct spool	*spool;		/* the same */
};
/* Sets bounds that are together `bytes'. */
void	rows_bound(struct rows *r, size_t bytes);
/* The layout of the rows is rec's, or must be; what is said of the one that
 * they have. */
void	rows_layout(struct rows *r, const struct ts_reader *in,
	    const struct ts_record *rec, const char *what);
/*
 * Reads the current record's values to where the next row goes, the first in
 * memory that grows as they arrive, and returns where they are; rows_add()
 * then counts the row.
 */
float	*rows_read(struct rows *r, struct ts_reader *in);
void	rows_add(struct rows *r);
size_t	rows_n(const struct rows *r);
/* Row i, lent until the next call. */
const float *rows_row(struct rows *r, size_t i);
/* Rows first .. first + n for products. */
struct mat_rows rows_view(const struct rows *r, size_t first, size_t n);
/* All rows, to be freed with mem_free(), when they have no bound. */
float	*rows_take(struct rows *r);
void	rows_free(struct rows *r);

struct basis {
	struct rows	 rows;		/* orthonormal */
	struct ts_labels labels;	/* that its rows share */
};
void	basis_free(struct basis *b);

/* Bases of a stream one after the other.  Set in, leave the rest zero. */
struct basis_reader {
	struct ts_reader *in;
	struct ts_record rec;
	int		 pending;	/* rec is the next basis' first row */
};
/*
 * The next basis: 1, or 0 at the end.  b starts as its rows do.  It is handed
 * over as soon as its last row is here.  Refuses rows that are not
 * orthonormal.
 */
int	basis_next(struct basis_reader *r, struct basis *b);
/* The only basis of a file; b as above. */
void	basis_load(struct basis *b, const char *path);

/* The ranks that were asked for, or all rows of a basis; refuses 0. */
void	check_ranks(const struct opt_sizes *ranks);

#endif
