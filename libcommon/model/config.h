/*
 * config: the shape of a model, and its config.json in the Hugging Face
 * layout.
 */
#ifndef MODEL_CONFIG_H
#define MODEL_CONFIG_H

#include <stddef.h>

#include "base/err.h"
#include "linalg/gemm.h"
#include "nn/act.h"
#include "nn/attention.h"
#include "nn/norm.h"
#include "nn/rotary.h"
#include "tensor/layout.h"

/* Architectures by their model_type.  A family fixes names, the orientation
 * of weights and which keys a config.json has; what is computed is in the
 * fields below alone. */
enum model_family { FAMILY_GPT2, FAMILY_LLAMA, FAMILY_MISTRAL, FAMILY_QWEN2,
	FAMILY_QWEN3, FAMILY_OLMO, FAMILY_OLMO2, FAMILY_COUNT };

enum model_pos { POS_LEARNED, POS_ROTARY };
enum model_mlp { MLP_PLAIN, MLP_GATED };
/* Normalisation of queries and keys: none, each head by itself with weights
 * of head_dim (Qwen3), all heads at once with weights for each (OLMo 2). */
enum model_qk_norm { QK_NORM_NONE, QK_NORM_HEAD, QK_NORM_WIDTH };
/* Which linear layers have biases: a sum. */
enum { BIAS_NONE = 0, BIAS_QKV = 1, BIAS_PROJ = 2, BIAS_MLP = 4,
	BIAS_ALL = 7 };

enum { CONFIG_IDS = 128 };

struct model_config {
	enum model_family family;
	size_t		n_layer;
	size_t		n_head;
	size_t		n_kv_head;	/* n_head: multi-head attention */
	size_t		head_dim;
	size_t		n_embd;		/* width */
	size_t		n_inner;	/* width of the MLP */
	size_t		n_positions;	/* longest sequence */
	size_t		vocab;
	float		norm_eps;
	float		init_std;
	float		clip_qkv;	/* 0: q, k and v are not clipped */
	enum nn_act	act;
	enum nn_norm	norm;
	int		norm_weights;	/* 0: norms are without parameters */
	int		norm_after;	/* norms after attention and MLP, not
					   before: OLMo 2 */
	enum model_qk_norm qk_norm;
	enum model_pos	pos;
	struct rotary	rotary;		/* POS_ROTARY */
	enum model_mlp	mlp;
	int		bias;		/* BIAS_ */
	int		tied;		/* the head is the token embedding */
	/* for others that read the model: JSON as config.json has it, a
	 * number, a list of them or null; "": it does not have it */
	char		bos_token_id[CONFIG_IDS];
	char		eos_token_id[CONFIG_IDS];
	char		pad_token_id[CONFIG_IDS];
};

/* GPT-2's choices for everything but the sizes, which stay 0; n_inner 0,
 * n_kv_head 0 and head_dim 0 stand for 4 n_embd, n_head and n_embd / n_head
 * until model_config_check(). */
void	model_config_default(struct model_config *c);
/* What a family fixes, and its defaults for the rest. */
void	model_config_family(struct model_config *c, enum model_family f);
/* "gpt2", "llama", ... */
const char *model_family_name(enum model_family f);
/* MAT_N: weights of linear layers are (in, out), else (out, in). */
enum mat_op model_orientation(const struct model_config *c);
struct attention_shape model_attention(const struct model_config *c);
/*
 * Fills in what follows from the rest, then refuses what makes no model
 * (a size of 0, n_embd not a multiple of n_head, more parameters than a
 * vector may have), by key name and value.
 */
int	model_config_check(struct model_config *c, struct err *e);
/*
 * Reads config.json of a model of one of the families.  A duplicate key, one
 * that the family does not have, a wrong type, a missing size, an impossible
 * shape or what the engine lacks is an error that names the file and the key.
 * Keys that do not change what the model computes are known and skipped,
 * dropout rates among them: there is no dropout here, in training neither.
 */
int	model_config_load(struct model_config *c, const char *path,
	    struct err *e);
/* The same from text in memory; what names it in messages. */
int	model_config_parse(struct model_config *c, const char *text,
	    size_t n, const char *what, struct err *e);
/* Writes config.json so that Hugging Face transformers load it, by way of a
 * temporary name; weights: f32, f16 or bf16, which it names. */
int	model_config_save(const struct model_config *c, enum dtype weights,
	    const char *path, struct err *e);

/*
 * The parameters in the order of a forward pass, under the names and with the
 * shapes of the family's Hugging Face class, which GPT-2 has without
 * "transformer.": "h.0.attn.c_attn.weight", but
 * "model.layers.0.self_attn.q_proj.weight".  Weights of linear layers are
 * (in, out) for GPT-2, (out, in) for all others.  An untied head is last.
 * Free with layout_free().
 */
struct layout *model_layout(const struct model_config *c, struct err *e);

#endif
