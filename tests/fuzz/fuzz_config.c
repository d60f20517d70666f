/* Fuzz target: config.json, and the layout of what it accepts. */
#include <stdint.h>
#include <stdlib.h>

#include "model/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Names are all that a layout allocates, however large the sizes. */
static void
use(const struct model_config *c)
{
	struct err e = { .rc = RC_OK };
	struct layout *l = model_layout(c, &e);

	if (l == NULL) {
		if (e.rc == RC_OK)
			abort();
		return;
	}
	if (l->n == 0 || l->n >> 41 != 0 || c->n_head % c->n_kv_head != 0 ||
	    l->t[0].shape[0] != c->vocab || l->t[0].shape[1] != c->n_embd)
		abort();
	layout_free(l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e = { .rc = RC_OK };
	struct model_config c;

	if (model_config_parse(&c, (const char *)data, n, "fuzz", &e) == 0)
		use(&c);
	else if (e.rc == RC_OK)
		abort();
	return 0;
}
