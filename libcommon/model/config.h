/*
 * config: the shape of a model, and its config.json in the Hugging Face
 * layout.
 */
#ifndef MODEL_CONFIG_H
#define MODEL_CONFIG_H

#include <stddef.h>

#include "base/err.h"
#include "nn/act.h"
#include "tensor/layout.h"

/* What varies between architectures.  The engine is one; what it does not
 * know yet is refused by name in model_config_check(). */
enum model_norm { NORM_LAYER, NORM_RMS };
enum model_pos { POS_LEARNED, POS_ROTARY };
enum model_mlp { MLP_PLAIN, MLP_GATED };

struct model_config {
	size_t		n_layer;
	size_t		n_head;
	size_t		n_kv_head;	/* n_head: multi-head attention */
	size_t		n_embd;		/* width */
	size_t		n_inner;	/* width of the MLP */
	size_t		n_positions;	/* longest sequence */
	size_t		vocab;
	float		norm_eps;
	float		init_std;
	enum nn_act	act;
	enum model_norm	norm;
	enum model_pos	pos;
	enum model_mlp	mlp;
	int		bias;		/* linear layers have biases */
	int		tied;		/* the head is wte, transposed */
};

/* GPT-2's choices for everything but the sizes, which stay 0; n_inner 0 and
 * n_kv_head 0 stand for 4 n_embd and n_head until model_config_check(). */
void	model_config_default(struct model_config *c);
/*
 * Fills in what follows from the rest, then refuses what makes no model
 * (a size of 0, n_embd not a multiple of n_head, more parameters than a
 * vector may have) and what the engine lacks, by key name and value.
 */
int	model_config_check(struct model_config *c, struct err *e);
/*
 * Reads config.json of a GPT-2 model.  A duplicate or unknown key, a wrong
 * type, a missing size or an impossible shape is an error that names the
 * file and the key.  Keys that do not change what the model computes are
 * known and skipped, dropout rates among them: there is no dropout here, in
 * training neither.
 */
int	model_config_load(struct model_config *c, const char *path,
	    struct err *e);
/* The same from text in memory; what names it in messages. */
int	model_config_parse(struct model_config *c, const char *text,
	    size_t n, const char *what, struct err *e);
/* Writes config.json so that Hugging Face transformers load it, by way of a
 * temporary name. */
int	model_config_save(const struct model_config *c, const char *path,
	    struct err *e);

/*
 * The parameters in the order of a forward pass, under their Hugging Face
 * names without "transformer."; weights of linear layers are (in, out).
 * Free with layout_free().
 */
struct layout *model_layout(const struct model_config *c, struct err *e);

#endif
