/* What tokenizer_config.json says of the tokens that begin and end texts. */
#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "text/json.h"
#include "text/parts.h"

/* A string, or an object with one as transformers writes an added token. */
static int
find_named(int32_t *id, const struct tokenizer *t, json_t *config,
    const char *key, struct err *e)
{
	static const char *const any[] = { NULL };
	json_t *v;
	const char *s;

	if (!json_is_object(config))
		return json_only(config, any, e);
	v = json_object_get(config, key);
	if (v == NULL || json_is_null(v))
		return 0;
	if (json_is_object(v) && json_get_string(&s, v, "content", e) != 0)
		return err_prefix(e, key);
	if (!json_is_object(v) && json_get_string(&s, config, key, e) != 0)
		return -1;
	*id = tokenizer_id(t, s);
	return 0;
}

int
tokenizer_named(int32_t *id, const struct tokenizer *t, const char *dir,
    const char *key, struct err *e)
{
	char *path = path_in(dir, "tokenizer_config.json", e);
	json_t *config;
	int r = -1;

	*id = -1;
	if (path == NULL)
		return -1;
	if (access(path, F_OK) != 0 && errno == ENOENT)
		r = 0;
	else if ((config = json_read_file(path, e)) != NULL) {
		if ((r = find_named(id, t, config, key, e)) != 0)
			err_prefix(e, path);
		json_decref(config);
	}
	mem_free(path);
	return r;
}
