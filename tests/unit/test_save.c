/*
 * How models are written: half types, and a model as it starts, tensor by
 * tensor.
 */
#include <unistd.h>

#include "fixture.h"

static char dir[] = "/tmp/test_save.XXXXXX";

static struct model *
some_model(enum model_family f)
{
	struct err e = { .rc = RC_OK };
	struct model_config c;
	struct model *m;

	model_config_family(&c, f);
	c.vocab = 7, c.n_positions = 9, c.n_embd = 8, c.n_layer = 3;
	c.n_head = 4, c.n_inner = 10, c.init_std = 0.4f;
	if ((m = model_new(&c, &e)) == NULL)
		fail_msg("%s", e.msg);
	return m;
}

static void
read_file(unsigned char *b, size_t *n, const char *name)
{
	char path[256];
	FILE *fp;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	assert_non_null(fp = fopen(path, "rb"));
	*n = fread(b, 1, 1 << 16, fp);
	assert_true(*n > 0 && *n < 1 << 16);
	fclose(fp);
}

/* Written tensor by tensor: what model_init() makes. */
static void
test_initial(void **state)
{
	static const enum dtype as[] = { DT_F32, DT_F16, DT_BF16 };
	static unsigned char a[1 << 16], b[1 << 16];
	struct err e = { .rc = RC_OK };
	size_t n, k, i;
	enum model_family f;
	struct model *m;

	(void)state;
	for (f = 0; f < FAMILY_COUNT; f++)
		for (i = 0; i < 3; i++) {
			m = some_model(f);
			ok(model_init(m, 5, &e), &e);
			ok(model_save(m, as[i], dir, &e), &e);
			read_file(a, &n, "model.safetensors");
			ok(model_save_initial(&m->config, 5, as[i], dir, &e),
			    &e);
			read_file(b, &k, "model.safetensors");
			assert_int_equal(n, k);
			assert_memory_equal(a, b, n);
			ok(model_save_initial(&m->config, 6, as[i], dir, &e),
			    &e);
			read_file(b, &k, "model.safetensors");
			assert_true(memcmp(a, b, n) != 0);
			model_free(m);
		}
}

static void
test_too_large(void **state)
{
	struct model *m = some_model(FAMILY_GPT2);
	struct err e = { .rc = RC_OK };
	char path[256];

	(void)state;
	m->block[33] = 65520;
	snprintf(path, sizeof path, "%s/new", dir);
	assert_int_equal(model_save(m, DT_F16, path, &e), -1);
	assert_int_equal(e.rc, RC_INPUT);
	if (strstr(e.msg, "/new/model.safetensors: tensor wte.weight: value "
	    "33, 65520, is too large for f16") == NULL)
		fail_msg("%s", e.msg);
	strcat(path, "/model.safetensors");
	assert_int_equal(access(path, F_OK), -1);
	m->block[33] = 65519;
	ok(model_save(m, DT_F16, dir, &e), &e);
	m->block[33] = 3.4e38f;
	assert_int_equal(model_save(m, DT_BF16, dir, &e), -1);
	model_free(m);
}

static int
remove_files(void **state)
{
	static const char *const name[] = { "model.safetensors",
	    "config.json", "new/config.json", "new" };
	char path[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof name / sizeof *name; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, name[i]);
		remove(path);
	}
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_initial),
		cmocka_unit_test(test_too_large),
	};

	if (mkdtemp(dir) == NULL)
		return 1;
	return cmocka_run_group_tests_name("save", tests, NULL, remove_files);
}
