/*
 * provenance: merging DAGs, the way through a stream, and every allocation
 * of writing and reading made to fail in turn.
 */
#include "notation.h"
#include "stream/prov_shell.h"

static char *no_argv[] = { NULL };

static char *
told(const struct prov *p)
{
	char *text = NULL;
	size_t size;
	FILE *fp = open_memstream(&text, &size);

	tell_prov(fp, p);
	fclose(fp);
	return text;
}

static void
input(struct prov *p, size_t node, const char *name, size_t from)
{
	assert_int_equal(prov_add_input(p, node, name, "", &from, 1), 0);
}

/* root -> left, right -> both */
static struct prov *
diamond(void)
{
	struct prov *p = prov_new();

	prov_add_node(p, "root", "1", no_argv, 0, NULL);
	prov_add_node(p, "left", "1", no_argv, 0, NULL);
	prov_add_node(p, "right", "1", no_argv, 0, NULL);
	prov_add_node(p, "both", "1", no_argv, 0, NULL);
	input(p, 1, "-", 0);
	input(p, 2, "-", 0);
	input(p, 3, "a", 1);
	input(p, 3, "b", 2);
	return p;
}

static void
equal_nodes_are_merged(void **state)
{
	struct prov *p = prov_new(), *d = diamond();
	size_t map[4], again[4], i;
	char *want, *got;

	(void)state;
	assert_int_equal(prov_add_node(p, "other", "1", no_argv, 0, NULL), 0);
	assert_int_equal(prov_merge(p, d, map), 0);
	assert_int_equal(prov_merge(p, d, again), 0);
	assert_int_equal(p->n, 5);
	assert_memory_equal(map, again, sizeof map);
	for (i = 0; i < 4; i++)
		assert_int_equal(map[i], i + 1);
	want = "0: other 1\n1: root 1\n2: left 1 < - ( 1)\n"
	    "3: right 1 < - ( 1)\n4: both 1 < a ( 2) < b ( 3)\n";
	got = told(p);
	assert_string_equal(got, want);
	free(got);
	prov_free(p);
	prov_free(d);
}

static void
what_differs_is_kept_apart(void **state)
{
	static char *argv[] = { "--rank=3", NULL };
	const uint64_t seed[2] = { 0, 1 };
	struct prov *p = diamond(), *q;
	size_t map[4], i, n = p->n;

	(void)state;
	for (i = 0; i < 6; i++) {
		q = prov_new();
		prov_add_node(q, i == 0 ? "Root" : "root", i == 1 ? "2" : "1",
		    i == 2 ? argv : no_argv, i == 2,
		    i == 3 || i == 5 ? &seed[i == 5] : NULL);
		if (i == 4)
			assert_int_equal(prov_add_input(q, 0, "f", "", NULL,
			    0), 0);
		assert_int_equal(prov_merge(p, q, map), 0);
		assert_int_equal(map[0], n++);
		assert_int_equal(p->n, n);
		prov_free(q);
	}
	prov_free(p);
}

/* cat of many segments of one run: an input with more origins than there are
 * nodes. */
static void
an_input_may_come_from_a_node_many_times(void **state)
{
	enum { MANY = 1000 };
	struct prov *p = prov_new(), *q = prov_new();
	size_t from[MANY] = { 0 }, map[2];
	char *a, *b;

	(void)state;
	prov_add_node(p, "maker", "1", no_argv, 0, NULL);
	prov_add_node(p, "reader", "1", no_argv, 0, NULL);
	assert_int_equal(prov_add_input(p, 1, "-", "", from, MANY), 0);
	assert_int_equal(prov_merge(q, p, map), 0);
	a = told(p);
	b = told(q);
	assert_string_equal(a, b);
	free(a);
	free(b);
	prov_free(p);
	prov_free(q);
}

/* Each of 60 nodes reads two files that the one before it made. */
static void
shell_commands_are_few(void **state)
{
	enum { NODES = 60 };
	struct prov *p = prov_new();
	const size_t last = NODES - 1;
	char name[32], *text = NULL, *s;
	size_t i, size, lines = 0;
	FILE *fp;

	(void)state;
	for (i = 0; i < NODES; i++) {
		snprintf(name, sizeof name, "tool-%zu", i);
		prov_add_node(p, name, "1", no_argv, 0, NULL);
		if (i == 0)
			continue;
		snprintf(name, sizeof name, "left %zu", i);
		input(p, i, name, i - 1);
		snprintf(name, sizeof name, "right%zu", i);
		input(p, i, name, i - 1);
	}
	fp = open_memstream(&text, &size);
	assert_int_equal(prov_shell(fp, p, &last, 1), 0);
	fclose(fp);
	for (s = text; *s != '\0'; s++)
		lines += *s == '\n';
	assert_int_equal(lines, 2 * (NODES - 1) + 1);
	assert_memory_equal(text, "tool-0 > 'left 1'\ntool-0 > right1\n", 34);
	free(text);
	prov_free(p);
}

static void
bytes_that_are_not_text_are_replaced(void **state)
{
	static char *argv[] = { "--name=\xc3\xa9\xff", NULL };
	struct prov *p = prov_new();

	(void)state;
	prov_add_node(p, "t", "1", argv, 1, NULL);
	assert_string_equal(p->node[0].argv[0], "--name=\xc3\xa9?");
	assert_int_equal(prov_add_input(p, 0, "\xed\xa0\x80x", "", NULL, 0),
	    0);
	assert_string_equal(p->node[0].input[0].name, "???x");
	prov_free(p);
}

static void
streams_carry_it(void **state)
{
	struct bytes s = { NULL, 0 };
	FILE *fp = open_memstream(&s.p, &s.n);
	struct prov *p = diamond();
	struct err e = { .rc = RC_OK };
	struct ts_writer *w = ts_writer_new(fp, "vectors", NULL, 0, 1, 1, p,
	    &e);
	const uint64_t seed = UINT64_MAX;
	struct ts_reader *r;
	struct ts_record rec;
	size_t n;
	char *want, *got;

	(void)state;
	assert_non_null(w);
	memcpy(p->node[3].input[1].digest, "0123456789abcdef0123456789abcdef",
	    DIGEST_SIZE);
	p->node[3].has_seed = 1;
	p->node[3].seed = seed;
	assert_int_equal(ts_write_end(w, p, &e), 0);
	fclose(fp);
	r = ts_reader_new(as_file(s.p, s.n), "s");
	assert_int_equal(ts_reader_start(r), 1);
	/* the header says what was known then */
	assert_string_equal(
	    ts_reader_header_provenance(r)->node[3].input[1].digest, "");
	assert_int_equal(ts_read_record(r, &rec), 0);
	want = told(p);
	got = told(ts_reader_provenance(r));
	assert_string_equal(got, want);
	assert_int_equal(ts_reader_origins(r, &n)[0], 3);
	assert_int_equal(n, 1);
	free(want);
	free(got);
	ts_reader_free(r);
	ts_writer_free(w);
	prov_free(p);
	free(s.p);
}

/* Reads s with the k-th allocation failing: 1 when all of it was read. */
static int
read_failing(const struct bytes *s, unsigned long k)
{
	FILE *fp = as_file(s->p, s->n);
	struct ts_record rec;
	struct ts_reader *r;
	float x[16];
	int got = -1;

	mem_fail_at(k);
	if ((r = ts_reader_new(fp, "s")) != NULL) {
		while ((got = ts_read_record(r, &rec)) == 1 &&
		    (got = ts_read_f32(r, x)) == 0)
			;
		if (got < 0)
			assert_int_equal(ts_reader_err(r)->rc, RC_SYSTEM);
	}
	ts_reader_free(r);
	mem_fail_at(0);
	return got == 0;
}

static void
reading_survives_a_failed_allocation(void **state)
{
	struct bytes a = small_stream(2, 1), s;
	struct bytes b = stream_of("{format:plumbline version:1 "
	    "content:vectors shard:[1 1] layouts:[] " PROV "} "
	    "{record:0 layout:" PAIR " labels:{task:t name:n}} #8 "
	    "{end:1 bytes:8 digest:@ provenance:[{tool:t release:r argv:[a] "
	    "seed:1 inputs:[]} {tool:u release:r argv:[] seed:~ inputs:["
	    "{name:a digest:~ from:[0]}]}]}");
	unsigned long k = 1;

	(void)state;
	s = joined(a.p, a.n, b.p, b.n);
	while (!read_failing(&s, k))
		k++;
	assert_true(k > 50);
	free(s.p);
	free(a.p);
	free(b.p);
}

/* The same for writing. */
static int
write_failing(unsigned long k)
{
	struct layout *l = small_layout();
	const struct layout *ls[] = { l };
	struct prov *p = diamond();
	struct err e = { .rc = RC_OK };
	FILE *fp = as_file("", 0);
	struct ts_labels labels;
	struct ts_writer *w;
	float x[7] = { 0 };
	int bad;

	labels_init(&labels);
	mem_fail_at(k);
	w = ts_writer_new(fp, "vectors", ls, 1, 1, 1, p, &e);
	bad = w == NULL || ts_write_f32(w, l, &labels, x, &e) != 0 ||
	    ts_write_flush(w, &e) != 0 ||
	    ts_write_f32(w, l, &labels, x, &e) != 0 ||
	    ts_write_end(w, p, &e) != 0;
	mem_fail_at(0);
	if (bad)
		assert_int_equal(e.rc, RC_SYSTEM);
	ts_writer_free(w);
	prov_free(p);
	layout_free(l);
	return !bad;
}

static void
writing_survives_a_failed_allocation(void **state)
{
	unsigned long k = 1;

	(void)state;
	while (!write_failing(k))
		k++;
	assert_true(k > 10);
}

static void
merging_survives_a_failed_allocation(void **state)
{
	struct prov *d = diamond(), *p;
	size_t map[4];
	unsigned long k = 1;
	int bad;

	(void)state;
	do {
		assert_non_null(p = prov_new());
		mem_fail_at(k++);
		bad = prov_merge(p, d, map);
		mem_fail_at(0);
		prov_free(p);
	} while (bad);
	assert_true(k > 20);
	prov_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_nodes_are_merged),
		cmocka_unit_test(what_differs_is_kept_apart),
		cmocka_unit_test(an_input_may_come_from_a_node_many_times),
		cmocka_unit_test(shell_commands_are_few),
		cmocka_unit_test(bytes_that_are_not_text_are_replaced),
		cmocka_unit_test(streams_carry_it),
		cmocka_unit_test(reading_survives_a_failed_allocation),
		cmocka_unit_test(writing_survives_a_failed_allocation),
		cmocka_unit_test(merging_survives_a_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
