/* Sites by the names that other libraries have for them. */
#include <fnmatch.h>
#include <stdio.h>

#include "model/site.h"

/* Of layer N, which stands for %zu; n: its number or that of the next one. */
struct alias {
	const char	*format;
	enum layer_site	 site;
	enum { ANY, BEFORE, AFTER } norms;	/* where the norms must be */
};

static const struct alias aliases[] = {
	{ "transformer.h.%zu.ln_1", SITE_ATTN_IN, BEFORE },
	{ "model.layers.%zu.input_layernorm", SITE_ATTN_IN, BEFORE },
	{ "blocks.%zu.ln1.hook_normalized", SITE_ATTN_IN, BEFORE },
	{ "transformer.h.%zu.attn", SITE_ATTN_OUT, BEFORE },
	{ "model.layers.%zu.self_attn", SITE_ATTN_OUT, BEFORE },
	{ "model.layers.%zu.post_attention_layernorm", SITE_ATTN_OUT, AFTER },
	{ "blocks.%zu.hook_attn_out", SITE_ATTN_OUT, ANY },
	{ "transformer.h.%zu.ln_2", SITE_MLP_IN, BEFORE },
	{ "model.layers.%zu.post_attention_layernorm", SITE_MLP_IN, BEFORE },
	{ "blocks.%zu.ln2.hook_normalized", SITE_MLP_IN, BEFORE },
	{ "transformer.h.%zu.mlp", SITE_MLP_OUT, BEFORE },
	{ "model.layers.%zu.mlp", SITE_MLP_OUT, BEFORE },
	{ "model.layers.%zu.post_feedforward_layernorm", SITE_MLP_OUT, AFTER },
	{ "blocks.%zu.hook_mlp_out", SITE_MLP_OUT, ANY },
	{ "transformer.h.%zu", SITE_OUT, ANY },
	{ "model.layers.%zu", SITE_OUT, ANY },
	{ "blocks.%zu.hook_resid_post", SITE_OUT, ANY },
};

/* The residual stream before layer n, which is the output of the one before
 * or the embedding. */
static const char *const before[] = { "blocks.%zu.hook_resid_pre",
	"hidden_states.%zu" };
static const char *const at_end[] = { "transformer.ln_f", "model.norm",
	"ln_final.hook_normalized", "hidden_states.%zu" };

static int
matches(const char *glob, const char *format, size_t n)
{
	char name[2 * SITE_NAME_MAX];

	snprintf(name, sizeof name, format, n);
	return fnmatch(glob, name, 0) == 0;
}

static int
layer_matches(const char *glob, size_t layer, enum layer_site site,
    int norm_after)
{
	const struct alias *a = aliases;
	size_t i;

	for (i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (a[i].site == site && (a[i].norms == ANY ||
		    (a[i].norms == AFTER) == norm_after) &&
		    matches(glob, a[i].format, layer))
			return 1;
	return 0;
}

int
site_matches(const char *glob, size_t site, const struct model_config *c)
{
	size_t n = c->n_layer, layer = (site - 1) / SITES_OF_LAYER, i;
	enum layer_site of = (enum layer_site)((site - 1) % SITES_OF_LAYER);
	char name[SITE_NAME_MAX];
	int found;

	found = fnmatch(glob, site_name(name, sizeof name, site, n), 0) == 0;
	if (site == site_final_norm(n)) {
		for (i = 0; i < sizeof at_end / sizeof *at_end; i++)
			found |= matches(glob, at_end[i], n);
		return found;
	}
	if (site == SITE_EMBED || (of == SITE_OUT && layer + 1 < n))
		for (i = 0; i < sizeof before / sizeof *before; i++)
			found |= matches(glob, before[i],
			    site == SITE_EMBED ? 0 : layer + 1);
	return found || (site != SITE_EMBED &&
	    layer_matches(glob, layer, of, c->norm_after));
}
