#include <stdio.h>
#include <string.h>

#include "cmd/gradients.h"
#include "cmd/places.h"
#include "cmd/trained.h"
#include "stream/digest.h"

static struct adapter *
new_adapter(const struct train_options *o, const struct model *m)
{
	struct err e = { .rc = RC_OK };
	struct adapter_config c;
	struct adapter *a;

	adapter_config_init(&c);
	c.r = o->lora_rank;
	c.alpha = o->lora_alpha;
	c.rslora = o->lora_rslora;
	if (adapter_config_targets(&c, o->lora_targets, &e) != 0 ||
	    (a = adapter_new(&c, &m->config, m->layout, &e)) == NULL) {
		err_prefix(&e, "--lora-targets");
		die_err(&e);
	}
	a->config.base = cmd_must(mem_strdup(o->model));
	adapter_init(a, o->seed);
	return a;
}

void
trained_open(struct trained *t, const struct model *m,
    const struct train_options *o)
{
	struct err e = { .rc = RC_OK };

	*t = (struct trained){ .model = m, .theta = m->block,
	    .layout = m->layout, .params = m->params, .streamed = m->layout };
	if (o->adapter == NULL && o->lora_rank == 0)
		return;
	t->adapter = o->adapter != NULL ?
	    places_load_adapter(o->adapter, m) : new_adapter(o, m);
	t->theta = t->adapter->params;
	t->layout = t->adapter->layout;
	t->streamed = o->coordinates == COORDINATES_PRODUCT ?
	    t->adapter->product : t->layout;
	if ((t->changed = params_copy(m->params, &e)) == NULL)
		die_err(&e);
	t->block = cmd_must(mem_alloc(t->adapter->product->n,
	    sizeof *t->block));
	t->params = t->changed;
	trained_follow(t);
}

static void
name_id(char to[CONFIG_IDS], const struct model_config *c,
    const struct tokenizer *t, const char *dir, const char *key)
{
	struct err e = { .rc = RC_OK };
	int32_t id;

	cmd_check(tokenizer_named(&id, t, dir, key, &e), &e);
	if (*to == '\0' && id >= 0 && (size_t)id < c->vocab)
		snprintf(to, CONFIG_IDS, "%d", (int)id);
}

void
trained_name_ids(struct model_config *c, const struct tokenizer *t,
    const char *dir)
{
	struct err e = { .rc = RC_OK };
	struct tokenizer *own = NULL;

	if (t == NULL && (t = own = tokenizer_load(dir, &e)) == NULL)
		die_err(&e);
	name_id(c->bos_token_id, c, t, dir, "bos_token");
	name_id(c->eos_token_id, c, t, dir, "eos_token");
	tokenizer_free(own);
}

void
trained_close(struct trained *t)
{
	adapter_free(t->adapter);
	params_free(t->changed);
	mem_free(t->block);
	mem_free(t->products);
}

void
trained_follow(struct trained *t)
{
	if (t->adapter != NULL)
		adapter_apply(t->changed, t->block, t->adapter, t->theta,
		    t->model->params);
}

const float *
trained_now(struct trained *t)
{
	if (t->streamed == t->layout)
		return t->theta;
	if (t->products == NULL)
		t->products = cmd_must(mem_alloc(t->streamed->n,
		    sizeof *t->products));
	adapter_products(t->products, t->adapter, t->theta);
	return t->products;
}

void
trained_digest(char digest[DIGEST_SIZE], const struct trained *t, int texts)
{
	char *id;

	if (t->adapter == NULL && !texts) {
		model_digest(digest, t->model);
		return;
	}
	id = cmd_identity();
	digest_bytes(digest, id, strlen(id));
	mem_free(id);
}
