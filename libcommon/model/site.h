/*
 * site: named places in the forward pass where activations can be read and
 * changed.
 *
 *	embed		token vectors, and learned positions added
 *	h.N.attn_in	what attention reads: the first norm's output, or the
 *			residual stream where norms come after (OLMo 2)
 *	h.N.attn_out	what attention adds to the residual stream (where norms
 *			come after, the norm's output)
 *	h.N.mlp_in	what the MLP reads, likewise
 *	h.N.mlp_out	what the MLP adds to the residual stream
 *	h.N.out		the residual stream after block N
 *	final_norm	the last norm's output, from which scores are made
 *
 * All have the model's width.  A site is its number in the order of the
 * forward pass, which is the order above.
 */
#ifndef MODEL_SITE_H
#define MODEL_SITE_H

#include <stddef.h>

#include "model/batch.h"
#include "model/config.h"
#include "nn/real.h"

/* The sites of a layer, in the order of the forward pass. */
enum layer_site {
	SITE_ATTN_IN, SITE_ATTN_OUT, SITE_MLP_IN, SITE_MLP_OUT, SITE_OUT,
	SITES_OF_LAYER
};

enum { SITE_NAME_MAX = 40, SITE_EMBED = 0 };

/* How many sites a model of n_layer layers has. */
size_t	site_count(size_t n_layer);
size_t	site_of_layer(size_t layer, enum layer_site s);
size_t	site_final_norm(size_t n_layer);
/* Writes the name to buf (SITE_NAME_MAX bytes are enough); returns buf. */
char	*site_name(char *buf, size_t size, size_t site, size_t n_layer);
/* The site of that name; site_count(n_layer) when there is none. */
size_t	site_find(const char *name, size_t n_layer);

/*
 * 1: the glob matches the site's name, or one of the names that it has in
 * Hugging Face transformers and in TransformerLens, plumbline-model(5).
 */
int	site_matches(const char *glob, size_t site,
	    const struct model_config *c);

/*
 * What the forward pass calls at every site, if it has one: h (m x width) are
 * the activations of sequence seq of b, one row a token, and may be changed
 * in place.  A sequence comes to its sites in their order; several sequences
 * may take turns, and on several threads call it side by side.  Where
 * sequences are scored, of twins (batch.h) it sees the first.
 */
struct site_hook {
	void	(*visit)(void *arg, size_t site, const struct batch *b,
		    size_t seq, real *h, size_t m, size_t width);
	void	*arg;
};

#endif
