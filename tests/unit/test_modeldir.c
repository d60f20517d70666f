/*
 * Model directories: config.json, model.safetensors, and what is refused.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "model/model.h"
#include "tensor/safetensors.h"

static char dir[] = "/tmp/test_modeldir.XXXXXX";

static const char *
in_dir(const char *name)
{
	static char path[4][256];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
	return path[turn];
}

static void
write_file(const char *name, const void *data, size_t n)
{
	FILE *fp = fopen(in_dir(name), "w");

	assert_non_null(fp);
	assert_int_equal(fwrite(data, 1, n, fp), n);
	assert_int_equal(fclose(fp), 0);
}

static struct model *
small(void)
{
	struct err e = { .rc = RC_OK };
	struct model_config c;
	struct model *m;

	model_config_default(&c);
	c.vocab = 5, c.n_positions = 4, c.n_embd = 6, c.n_layer = 2;
	c.n_head = 2, c.act = ACT_GELU, c.norm_eps = 3e-6f;
	assert_non_null(m = model_new(&c, &e));
	assert_int_equal(model_init(m, 1, &e), 0);
	return m;
}

/* n's parameters, wherever they are, are those of m's block. */
static void
same_values(const struct model *n, const struct model *m)
{
	float *x = mem_alloc(n->layout->n, sizeof *x);

	assert_int_equal(n->layout->n, m->layout->n);
	params_read_all(x, n->params);
	assert_memory_equal(x, m->block, m->layout->n * sizeof *x);
	mem_free(x);
}

static void
test_round_trip(void **state)
{
	struct err e = { .rc = RC_OK };
	struct model *m = small(), *n;
	struct stat st;

	(void)state;
	assert_int_equal(model_save(m, DT_F32, in_dir("m"), &e), 0);
	assert_int_equal(stat(in_dir("m/config.json.tmp"), &st), -1);
	assert_int_equal(stat(in_dir("m/model.safetensors.tmp"), &st), -1);
	assert_non_null(n = model_load(in_dir("m"), &e));
	assert_memory_equal(&n->config, &m->config, sizeof m->config);
	assert_true(layout_equal(n->layout, m->layout));
	same_values(n, m);
	model_free(n);
	/* over itself */
	assert_int_equal(model_save(m, DT_F32, in_dir("m"), &e), 0);
	/* the disk is full */
	assert_int_equal(model_save(m, DT_F32, "/dev/full", &e), -1);
	model_free(m);
}

/* All families: what is written is what is read; an untied head is a tensor
 * of its own, norms begin as 1. */
static void
test_families_round_trip(void **state)
{
	struct err e = { .rc = RC_OK };
	struct model_config c;
	enum model_family f;
	struct model *m, *n;
	const struct tensor_spec *t;

	(void)state;
	for (f = 0; f < FAMILY_COUNT; f++) {
		model_config_family(&c, f);
		c.vocab = 7, c.n_positions = 4, c.n_embd = 8, c.n_layer = 2;
		c.n_head = 4, c.n_inner = 5, c.tied = 0;
		if (f != FAMILY_GPT2) {
			c.n_kv_head = 2, c.head_dim = 6;
			c.rotary = (struct rotary){ ROTARY_LLAMA3, 1e6, 8, 1,
			    4, 8192 };
		}
		if (f == FAMILY_OLMO)
			c.clip_qkv = 0.3f;
		if ((m = model_new(&c, &e)) == NULL)
			fail_msg("%s", e.msg);
		assert_int_equal(model_init(m, 1, &e), 0);
		t = layout_find(m->layout, "lm_head.weight");
		assert_non_null(t);
		assert_true(t->shape[0] == 7 && t->shape[1] == 8);
		assert_int_equal(model_save(m, DT_F32, in_dir("m"), &e), 0);
		if ((n = model_load(in_dir("m"), &e)) == NULL)
			fail_msg("%s", e.msg);
		assert_memory_equal(&n->config, &m->config,
		    sizeof m->config);
		assert_true(layout_equal(n->layout, m->layout));
		same_values(n, m);
		model_free(n), model_free(m);
	}
}

static void
refused_load(const char *path, const char *message)
{
	struct err e = { .rc = RC_OK };

	assert_null(model_load(in_dir(path), &e));
	if (strstr(e.msg, message) == NULL)
		fail_msg("\"%s\", expected \"%s\"", e.msg, message);
	assert_int_equal(e.rc, RC_INPUT);
}

/* One change to the header of a good file (same length), or to its data. */
static void
changed(const char *from, const char *to, const char *message)
{
	static char b[1 << 16];
	FILE *fp = fopen(in_dir("m/model.safetensors"), "r");
	size_t n, k = strlen(from), i;

	assert_int_equal(strlen(to), k);
	assert_non_null(fp);
	n = fread(b, 1, sizeof b, fp);
	fclose(fp);
	for (i = 0; i + k < n && memcmp(b + i, from, k) != 0; i++)
		continue;
	assert_true(i + k < n);
	memcpy(b + i, to, k);
	mkdir(in_dir("bad"), 0777);
	write_file("bad/model.safetensors", b, n);
	refused_load("bad", message);
}

static void
test_bad_weights(void **state)
{
	struct err e = { .rc = RC_OK };
	struct model *m = small();
	struct model_config c = m->config;

	(void)state;
	assert_int_equal(model_save(m, DT_F32, in_dir("m"), &e), 0);
	mkdir(in_dir("bad"), 0777);
	refused_load("bad", "/bad/config.json: No such file");
	assert_int_equal(model_config_save(&c, DT_F32, in_dir("bad/config.json"),
	    &e), 0);
	refused_load("bad", "/bad/model.safetensors: No such file");
	changed("\"h.1.ln_2.bias\"", "\"h.1.ln_2.bios\"", "tensor "
	    "h.1.ln_2.bios: not one of this configuration");
	changed("\"h.1.ln_2.bias\"", "\"h.1.attn.bias\"",
	    "no tensor h.1.ln_2.bias");	/* a mask, by its name */
	changed("[5,6]", "[6,5]", "tensor wte.weight: shape [6,5], the "
	    "configuration has [5,6]");
	changed("[5,6]", "[5,7]", "tensor wte.weight: 120 bytes of data, "
	    "dtype and shape need 140");
	c.n_layer = 1;
	assert_int_equal(model_config_save(&c, DT_F32, in_dir("bad/config.json"),
	    &e), 0);
	changed("[5,6]", "[5,6]", "tensor h.1.ln_1.weight: not one of this "
	    "configuration");
	c = m->config;
	assert_int_equal(model_config_save(&c, DT_F32, in_dir("bad/config.json"),
	    &e), 0);
	m->block[33] = 1.0f / 0.0f;
	assert_int_equal(model_save(m, DT_F32, in_dir("m"), &e), 0);
	changed("[5,6]", "[5,6]",
	    "tensor wpe.weight: value 3 is not finite");
	model_free(m);
}

/* Writes the tensors of m, the first under that name, and one more beside
 * them: a copy of the embedding, with something added to its value 7. */
static void
write_with(const struct model *m, const char *wte, const char *more,
    float added)
{
	struct layout *l = layout_new();
	size_t n = m->layout->n, v = m->layout->t[0].n, i;
	float *x = mem_alloc(n + v, sizeof *x);
	struct err e = { .rc = RC_OK };
	FILE *fp;

	memcpy(x, m->block, n * sizeof *x);
	memcpy(x + n, m->block, v * sizeof *x);
	x[n + 7] += added;
	for (i = 0; i < m->layout->n_tensors; i++)
		assert_int_equal(layout_add(l, i == 0 ? wte :
		    m->layout->t[i].name, DT_F32, m->layout->t[i].rank,
		    m->layout->t[i].shape, &e), 0);
	assert_int_equal(layout_add(l, more, DT_F32, 2,
	    m->layout->t[0].shape, &e), 0);
	assert_non_null(fp = fopen(in_dir("bad/model.safetensors"), "w"));
	assert_int_equal(safetensors_write(fp, l, x, &e), 0);
	fclose(fp);
	layout_free(l);
	mem_free(x);
}

static void
test_heads(void **state)
{
	struct err e = { .rc = RC_OK };
	struct model *m = small(), *n;

	(void)state;
	mkdir(in_dir("bad"), 0777);
	assert_int_equal(model_config_save(&m->config, DT_F32,
	    in_dir("bad/config.json"), &e), 0);
	write_with(m, "transformer.wte.weight", "lm_head.weight", 0);
	assert_non_null(n = model_load(in_dir("bad"), &e));
	same_values(n, m);
	model_free(n);
	write_with(m, "wte.weight", "lm_head.weight", 1);
	refused_load("bad", "tensor lm_head.weight: value 7 differs from the "
	    "token embedding, but tie_word_embeddings is true");
	m->config.tied = 0;		/* then it is another parameter */
	assert_int_equal(model_config_save(&m->config, DT_F32,
	    in_dir("bad/config.json"), &e), 0);
	assert_non_null(n = model_load(in_dir("bad"), &e));
	assert_int_equal(model_own(n, &e), 0);
	assert_true(n->block[m->layout->n + 7] == m->block[7] + 1);
	model_free(n);
	write_with(m, "wte.weight", "transformer.wte.weight", 0);
	refused_load("bad", "tensor wte.weight: occurs twice");
	model_free(m);
}

/* A safetensors file from a header and a number of data bytes. */
static void
refused_header(const char *header, size_t n_data, const char *message)
{
	struct err e = { .rc = RC_OK };
	struct safetensors *s;
	char b[1024] = { 0 };
	size_t n = strlen(header);

	b[0] = (char)(n & 0xff), b[1] = (char)(n >> 8);
	memcpy(b + 8, header, n);
	write_file("x", b, 8 + n + n_data);
	s = safetensors_open(in_dir("x"), &e);
	if (message == NULL) {
		if (s == NULL)
			fail_msg("%s: %s", header, e.msg);
	} else if (s != NULL || strstr(e.msg, message) == NULL)
		fail_msg("%s: \"%s\", expected \"%s\"", header, e.msg,
		    message);
	safetensors_close(s);
}

#define T(shape, from, to) "{\"dtype\":\"F32\",\"shape\":" shape \
	",\"data_offsets\":[" from "," to "]}"

static void
test_headers(void **state)
{
	(void)state;
	refused_header("{\"a\":" T("[2]", "0", "8") "}  ", 8, NULL);
	refused_header("{\"a\":" T("[]", "4", "8") ",\"b\":" T("[1]", "0",
	    "4") ",\"c\":" T("[0]", "4", "4") "}", 8, NULL);
	refused_header("{}", 0, NULL);
	refused_header("{}", 1, "tensors cover 0 bytes of 1");
	refused_header("[]", 0, "header");
	refused_header("{\"a\":", 0, "header");
	refused_header("{\"a\":" T("[2]", "0", "8") ",\"a\":" T("[2]", "0",
	    "8") "}", 8, "duplicate");
	refused_header("{\"a\":" T("[2]", "0", "8") "}", 9,
	    "tensors cover 8 bytes of 9");
	refused_header("{\"a\":" T("[2]", "0", "8") "}", 7,
	    "tensor a: data end at 8, the file has 7");
	refused_header("{\"a\":" T("[2]", "0", "4") "}", 4,
	    "tensor a: 4 bytes of data, dtype and shape need 8");
	refused_header("{\"a\":" T("[2]", "8", "0") "}", 8,
	    "tensor a: data from 8 to 0");
	refused_header("{\"a\":" T("[1]", "0", "4") ",\"b\":" T("[1]", "8",
	    "12") "}", 12, "tensor b: data begin at 8");
	refused_header("{\"a\":" T("[2]", "0", "8") ",\"b\":" T("[1]", "4",
	    "8") "}", 8, "tensor b: data begin at 4");
	refused_header("{\"a\":" T("[4294967296,4294967296]", "0", "8") "}",
	    8, "tensor a: too many values");
	refused_header("{\"a\":" T("[-1]", "0", "8") "}", 8,
	    "tensor a: dimension 0 is not a size");
	refused_header("{\"a\":{\"dtype\":\"F31\",\"shape\":[],"
	    "\"data_offsets\":[0,4]}}", 4, "tensor a: unknown dtype");
	refused_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", 4,
	    "tensor a: no pair of data_offsets");
	refused_header("{\"__metadata__\":{\"format\":1}}", 0,
	    "__metadata__: \"format\" is not a string");
}

static void
test_header_length(void **state)
{
	struct err e = { .rc = RC_OK };

	(void)state;
	write_file("x", "", 0);
	assert_null(safetensors_open(in_dir("x"), &e));
	e.rc = RC_OK;
	write_file("x", "\377\377\377\377\0\0\0\0{}", 10);
	assert_null(safetensors_open(in_dir("x"), &e));
	assert_non_null(strstr(e.msg, "at most 100000000 are allowed"));
	e.rc = RC_OK;
	write_file("x", "\011\0\0\0\0\0\0\0{}", 10);
	assert_null(safetensors_open(in_dir("x"), &e));
	assert_non_null(strstr(e.msg, "a header of 9 bytes"));
}

/* A trained model of others, where it is at hand. */
static void
test_capp(void **state)
{
	const char *data = getenv("PLUMBLINE_DATA");
	struct err e = { .rc = RC_OK };
	char path[1024];
	struct model *m;

	(void)state;
	snprintf(path, sizeof path, "%s/gpt2-capp",
	    data == NULL ? "../shared/data" : data);
	if (access(path, R_OK) != 0)
		skip();
	if ((m = model_load(path, &e)) == NULL)
		fail_msg("%s", e.msg);
	assert_int_equal(m->config.vocab, 53);
	assert_int_equal(m->layout->n, 53 * 64 + 512 * 64 + 4 * (12 * 64 * 64
	    + 13 * 64) + 2 * 64);
	model_free(m);
}

static int
make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
remove_dir(void **state)
{
	static const char *const names[] = { "x", "m/config.json",
	    "m/model.safetensors", "m", "bad/config.json",
	    "bad/model.safetensors", "bad" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof names / sizeof *names; i++)
		remove(in_dir(names[i]));
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_families_round_trip),
		cmocka_unit_test(test_bad_weights),
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_header_length),
		cmocka_unit_test(test_capp),
	};

	return cmocka_run_group_tests_name("modeldir", tests, make_dir,
	    remove_dir);
}
