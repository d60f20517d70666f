/*
 * watch: the activations of a model at chosen sites, kept as it computes them.
 * Functions end the process when something is wrong.
 */
#ifndef CMD_WATCH_H
#define CMD_WATCH_H

#include "model/model.h"
#include "task/position.h"

struct watch {
	size_t		 width;
	size_t		 n;		/* sites chosen */
	char		(*name)[SITE_NAME_MAX];		/* of each of them */
	struct site_hook hook;		/* for model_pool_hook() */
	/* private: */
	size_t		*slot;		/* of every site; n: not chosen */
	struct position_rule rule;
	size_t		 rows;		/* of a sequence, at most */
	float		*x;		/* sequences x n x rows x width */
	size_t		*where;		/* the row of each sequence */
};

/*
 * globs: patterns separated by commas; what: names the model where none
 * matches.  At most n_seq sequences of max_tokens are watched at a time.  The
 * hook points into *w, which must stay where it is.
 */
void	watch_open(struct watch *w, const struct model_config *c,
	    const char *globs, const char *what,
	    const struct position_rule *rule, size_t n_seq,
	    size_t max_tokens);
void	watch_close(struct watch *w);
/* Before a batch goes through the model: where its tokens are.  -1, and *seq
 * the sequence that lacks the position. */
int	watch_find(struct watch *w, size_t *seq, const struct batch *b,
	    struct err *e);
/* After it: what sequence seq had at chosen site i; lent until the next. */
float	*watch_kept(const struct watch *w, size_t seq, size_t i);
/* Which token that is; not with POSITION_ALL. */
size_t	watch_position(const struct watch *w, size_t seq);

#endif
