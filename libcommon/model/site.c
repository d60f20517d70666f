#include <stdio.h>
#include <string.h>

#include "model/site.h"

static const char *const layer_names[SITES_OF_LAYER] = {
	[SITE_ATTN_IN] = "attn_in", [SITE_ATTN_OUT] = "attn_out",
	[SITE_MLP_IN] = "mlp_in", [SITE_MLP_OUT] = "mlp_out",
	[SITE_OUT] = "out"
};

size_t
site_count(size_t n_layer)
{
	return site_final_norm(n_layer) + 1;
}

size_t
site_of_layer(size_t layer, enum layer_site s)
{
	return 1 + layer * SITES_OF_LAYER + (size_t)s;
}

size_t
site_final_norm(size_t n_layer)
{
	return 1 + n_layer * SITES_OF_LAYER;
}

char *
site_name(char *buf, size_t size, size_t site, size_t n_layer)
{
	if (site == SITE_EMBED)
		snprintf(buf, size, "embed");
	else if (site == site_final_norm(n_layer))
		snprintf(buf, size, "final_norm");
	else
		snprintf(buf, size, "h.%zu.%s", (site - 1) / SITES_OF_LAYER,
		    layer_names[(site - 1) % SITES_OF_LAYER]);
	return buf;
}

size_t
site_find(const char *name, size_t n_layer)
{
	char buf[SITE_NAME_MAX];
	size_t i, n = site_count(n_layer);

	for (i = 0; i < n; i++)
		if (strcmp(site_name(buf, sizeof buf, i, n_layer), name) == 0)
			break;
	return i;
}
