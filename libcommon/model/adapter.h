/*
 * adapter: low-rank changes of a model's linear layers (LoRA), and their
 * directory in the layout of PEFT.
 *
 * The engine knows nothing of adapters: it runs at w + scale B A, and the
 * gradients of the factors follow from that of the weight (nn/lora.h), so
 * every architecture has them.  scale is alpha / r, or alpha / sqrt(r) with
 * rslora (Kalajdzievski, "A rank stabilization scaling factor for fine-tuning
 * with LoRA", 2023).
 */
#ifndef MODEL_ADAPTER_H
#define MODEL_ADAPTER_H

#include <stdint.h>

#include "base/err.h"
#include "model/config.h"
#include "model/params.h"
#include "nn/lora.h"
#include "tensor/layout.h"

/* What adapter_config.json says.  All owned. */
struct adapter_config {
	size_t		 r;
	double		 alpha;
	int		 rslora;
	char		**target;	/* names of modules, or their ends
					   after a dot */
	size_t		 n_targets;
	char		*pattern;	/* instead: "all-linear", or a regular
					   expression for whole names */
	char		*base;		/* base_model_name_or_path, or NULL */
};

/* A layer that is changed. */
struct adapted {
	char		*module;	/* "transformer.h.0.attn.c_attn" */
	size_t		 a, b;		/* where A and B are in the factors */
	size_t		 in, out;
	/* once the adapter is bound to a model: */
	struct lora_shape shape;
	size_t		 tensor;	/* which of the model's layout */
	size_t		 product;	/* where it is in the products */
};

struct adapter {
	struct adapter_config config;
	struct adapted	*at;		/* sorted by module, numbers within
					   names by value */
	size_t		 n;
	struct layout	*layout;	/* of the factors: A and B of each
					   module, under PEFT's names without
					   "base_model.model." */
	float		*params;	/* layout->n values, one block */
	struct layout	*product;	/* of the weights that are changed, a
					   part of the model's layout; NULL:
					   not bound */
};

/* Empty; free with adapter_config_free(). */
void	adapter_config_init(struct adapter_config *c);
void	adapter_config_free(struct adapter_config *c);
/* targets: names separated by commas, or "all-linear". */
int	adapter_config_targets(struct adapter_config *c, const char *targets,
	    struct err *e);
/*
 * Reads adapter_config.json as PEFT writes it.  A key that asks for what is
 * not there (other ranks or scales for some modules, biases, DoRA, other
 * modules that are saved, ...), an unknown or duplicate key, and a value that
 * makes no adapter are errors that name the file and the key.  What matters
 * only to how an adapter was begun or trained is known and skipped, dropout
 * among it: there is no dropout here.
 */
int	adapter_config_load(struct adapter_config *c, const char *path,
	    struct err *e);
/* Writes it so that PEFT loads it; gpt2: weights are stored (in, out). */
int	adapter_config_save(const struct adapter_config *c, const char *path,
	    int gpt2, struct err *e);
/* 1 where the module is a target, 0 where it is not; -1: a pattern that is
 * none, or takes too long.  linear: whether "all-linear" means it. */
int	adapter_config_matches(const struct adapter_config *c,
	    const char *module, int linear, struct err *e);

/*
 * A new adapter, bound to the model of configuration m and layout l, all of
 * its factors 0.  *c is taken over, also on NULL: bad sizes, a target that
 * matches no linear layer, one that is an embedding or a tied head.  Free with
 * adapter_free().
 */
struct adapter	*adapter_new(struct adapter_config *c,
		    const struct model_config *m, const struct layout *l,
		    struct err *e);
/* Accepts NULL. */
void	adapter_free(struct adapter *a);
/*
 * PEFT's initialisation: B = 0, A uniform within 1 / sqrt(in) (Kaiming, with
 * a = sqrt(5)).  Value i of a tensor is (2 k + 1) 2^-23 - 1 times the bound in
 * f32, k the upper 23 bits of word i of the key (seed, name of the tensor, 0).
 */
void	adapter_init(struct adapter *a, uint64_t seed);

/*
 * Reads adapter_config.json and adapter_model.safetensors of a directory.
 * Names may have or lack "base_model.model.", "transformer." or "model.", and
 * ".default" before ".weight"; F32, F16 and BF16 become f32.  A module
 * without one of its factors, a shape that disagrees with r, any other
 * tensor and a value that is not finite are errors.  Not bound.
 */
struct adapter	*adapter_read(const char *dir, struct err *e);
/* Finds the layers in a model of configuration m and layout l: each module
 * must be one and of its shape, and each of the model's that is a target must
 * be in the adapter. */
int	adapter_bind(struct adapter *a, const struct model_config *m,
	    const struct layout *l, struct err *e);
/* adapter_read() and adapter_bind(). */
struct adapter	*adapter_load(const char *dir, const struct model_config *m,
		    const struct layout *l, struct err *e);
/* Writes both files under temporary names, then renames them; makes the
 * directory if there is none. */
int	adapter_save(const struct adapter *a, const char *dir, struct err *e);
/* 1 where dir holds an adapter_config.json. */
int	adapter_is_directory(const char *dir);
/* The two paths; 0, or -1 and nothing.  Free each with mem_free(). */
int	adapter_files(char *path[2], const char *dir, struct err *e);

/*
 * Of a bound adapter with factors f (layout->n values), on all threads:
 * products (product->n values, overwritten) = scale B A of each layer, as the
 * model has its weight.
 */
void	adapter_products(float *products, const struct adapter *a,
	    const float *f);
/* The weights of p changed: block (product->n values) = weight + product, the
 * same bits as those of the products added, and to's views of these tensors
 * point there. */
void	adapter_apply(struct params *to, float *block,
	    const struct adapter *a, const float *f, const struct params *p);
/* grad (layout->n values, overwritten): the gradients of the factors, from
 * those of the weights, laid out as products. */
void	adapter_gradient(float *grad, const struct adapter *a, const float *f,
	    const float *dw);

#endif
