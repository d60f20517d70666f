/* Tokenizers in the older layout: vocab.json and merges.txt, with what
 * tokenizer_config.json adds. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "tensor/map.h"
#include "text/json.h"
#include "text/parts.h"

static const char pattern_qwen2[] = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|"
    "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|"
    "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/* "a b" of line number `line'. */
static int
read_line(struct tokenizer *t, const char *s, size_t n, size_t line,
    struct err *e)
{
	const char *b = memchr(s, ' ', n);
	char where[32];
	size_t na;

	if (b != NULL && memchr(b + 1, ' ', (size_t)(s + n - b - 1)) == NULL) {
		na = (size_t)(b - s);
		if (add_merge(t, s, na, b + 1, n - na - 1, e) == 0)
			return 0;
	} else {
		err_set(e, RC_INPUT, "not two tokens");
	}
	snprintf(where, sizeof where, "line %zu", line);
	return err_prefix(e, where);
}

static int
read_lines(struct tokenizer *t, const char *s, size_t n, struct err *e)
{
	const char *end;
	size_t i, len, lines = 1, line = 1;

	for (i = 0; i < n; i++)
		lines += s[i] == '\n';
	if (merges_init(&t->merges, lines, e) != 0)
		return -1;
	for (; n > 0; line++) {
		end = memchr(s, '\n', n);
		len = end == NULL ? n : (size_t)(end - s);
		n -= end == NULL ? len : len + 1;
		if (len > 0 && s[len - 1] == '\r')
			len--;
		/* a last line may be empty */
		if (!(line == 1 && len >= 8 && memcmp(s, "#version", 8) == 0)
		    && !(n == 0 && len == 0) &&
		    read_line(t, s, len, line, e) != 0)
			return -1;
		if (end != NULL)
			s = end + 1;
	}
	return 0;
}

static int
read_merges_file(struct tokenizer *t, const char *dir, struct err *e)
{
	char *path = path_in(dir, "merges.txt", e);
	struct file_map m;
	int bad = -1;

	if (path == NULL)
		return -1;
	if (file_map_open(&m, path, e) == 0) {
		bad = read_lines(t, m.n == 0 ? "" : (const char *)m.p, m.n,
		    e);
		file_map_close(&m);
	}
	if (bad != 0)
		err_prefix(e, path);
	mem_free(path);
	return bad;
}

/* {"vocab": what vocab.json holds, "merges": []}. */
static json_t *
read_vocab_file(const char *path, struct err *e)
{
	json_t *vocab = json_read_file(path, e), *model;

	if (vocab == NULL)
		return NULL;
	model = json_pack("{s:o, s:[]}", "vocab", vocab, "merges");
	if (model == NULL)
		err_nomem(e);
	return model;
}

/* The configuration, {} when there is none. */
static json_t *
read_config(const char *path, struct err *e)
{
	json_t *o;

	if (access(path, F_OK) != 0 && errno == ENOENT) {
		if ((o = json_object()) == NULL)
			err_nomem(e);
		return o;
	}
	return json_read_file(path, e);
}

/* {"151643": {"content": ...}, ...} as the list that tokenizer.json has. */
static json_t *
added_list(json_t *decoder, struct err *e)
{
	json_t *list = json_array(), *token;
	const char *id;
	char *end;
	long i;

	json_object_foreach(decoder, id, token) {
		errno = 0;
		i = strtol(id, &end, 10);
		if (!json_is_object(token) || errno != 0 || *id == '\0' ||
		    *end != '\0') {
			err_set(e, RC_INPUT, "added_tokens_decoder: \"%.64s\" "
			    "is not an id with a token", id);
			json_decref(list);
			return NULL;
		}
		if (json_object_set_new(token, "id", json_integer(i)) != 0 ||
		    json_array_append(list, token) != 0) {
			json_decref(list);
			list = NULL;
			break;
		}
	}
	if (list == NULL)
		err_nomem(e);
	return list;
}

/* The added tokens without a configuration: what GPT-2 ends a text with. */
static json_t *
default_list(json_t *vocab, struct err *e)
{
	static const char eot[] = "<|endoftext|>";
	json_t *id = json_object_get(vocab, eot);
	json_t *list = id == NULL ? json_array() : json_pack("[{s:O, s:s, "
	    "s:b, s:b}]", "id", id, "content", eot, "special", 1,
	    "normalized", 0);

	if (list == NULL)
		err_nomem(e);
	return list;
}

static int
must_be_false(json_t *config, const char *key, struct err *e)
{
	int set = 0;

	if (json_get_bool(&set, config, key, e) != 0)
		return -1;
	return set ? err_set(e, RC_INPUT, "%s is not supported", key) : 0;
}

static int
read_class(struct tokenizer *t, json_t *config, struct err *e)
{
	json_t *v = json_object_get(config, "tokenizer_class");
	const char *class = v == NULL ? "GPT2Tokenizer" : json_string_value(v);
	int prefix = 0, qwen;

	if (class == NULL)
		return err_set(e, RC_INPUT, "tokenizer_class is no string");
	qwen = strcmp(class, "Qwen2Tokenizer") == 0 ||
	    strcmp(class, "Qwen2TokenizerFast") == 0;
	if (!qwen && strcmp(class, "GPT2Tokenizer") != 0 &&
	    strcmp(class, "GPT2TokenizerFast") != 0)
		return err_set(e, RC_INPUT, "tokenizer_class \"%.64s\" is not "
		    "supported without tokenizer.json", class);
	if (must_be_false(config, "add_bos_token", e) != 0 ||
	    must_be_false(config, "add_eos_token", e) != 0 ||
	    json_get_bool(&prefix, config, "add_prefix_space", e) != 0)
		return -1;
	if (qwen && add_normal(t, NORMAL_NFC, "", NULL, e) != 0)
		return -1;
	if (add_split(t, pattern_new(qwen ? pattern_qwen2 : pattern_gpt2, e),
	    SPLIT_ISOLATED, e) != 0)
		return -1;
	t->split[0].prefix_space = prefix;
	t->byte_level = 1;
	t->decode_step[t->n_decode++].kind = DECODE_BYTE_LEVEL;
	t->has_decoder = 1;
	return 0;
}

/* The class and the added tokens: all that tokenizer_config.json says. */
static json_t *
read_config_parts(struct tokenizer *t, json_t *config, json_t *vocab,
    const char *path, struct err *e)
{
	static const char *const any[] = { NULL };
	json_t *decoder = json_object_get(config, "added_tokens_decoder");
	json_t *added = NULL;

	if (!json_is_object(config))
		json_only(config, any, e);
	else if (read_class(t, config, e) == 0)
		added = decoder == NULL ? default_list(vocab, e) :
		    added_list(decoder, e);
	if (added == NULL)
		err_prefix(e, path);
	return added;
}

/* All but the merges. */
static int
read_objects(struct tokenizer *t, json_t *model, const char *vocab_path,
    const char *config_path, struct err *e)
{
	json_t *vocab = json_object_get(model, "vocab"), *added = NULL;
	json_t *config = read_config(config_path, e);
	int bad;

	if (config != NULL)
		added = read_config_parts(t, config, vocab, config_path, e);
	bad = added == NULL;
	if (!bad && (bad = read_model(t, model, count_added(vocab, added),
	    e) != 0))
		err_prefix(e, vocab_path);
	if (!bad && (bad = read_added(t, added, e) != 0))
		err_prefix(e, config_path);
	json_decref(added);
	json_decref(config);
	return bad ? -1 : 0;
}

int
read_plain_files(struct tokenizer *t, const char *dir, struct err *e)
{
	char *vocab = path_in(dir, "vocab.json", e);
	char *config = path_in(dir, "tokenizer_config.json", e);
	json_t *model = NULL;
	int bad = -1;

	if (vocab != NULL && access(vocab, F_OK) != 0 && errno == ENOENT)
		err_set(e, RC_INPUT, "%s: neither tokenizer.json nor "
		    "vocab.json", dir);
	else if (vocab != NULL && config != NULL)
		model = read_vocab_file(vocab, e);
	if (model != NULL)
		bad = read_objects(t, model, vocab, config, e);
	json_decref(model);
	mem_free(vocab);
	mem_free(config);
	if (bad != 0)
		return -1;
	merges_free(&t->merges);
	return read_merges_file(t, dir, e) != 0 || find_bytes(t, e) != 0 ||
	    finish_added(t, e) != 0 ? -1 : 0;
}
