/*
 * corpus: the streams of schemas/good and schemas/bad, from the notation of
 * unit/notation.h.  usage: corpus directory
 */
#include <errno.h>
#include <sys/stat.h>

#include "unit/notation.h"

enum how {
	WHOLE,
	CUT,		/* without its last bytes */
	FLIPPED,	/* a bit of it, in the middle */
	UNCHECKED,	/* no checksum */
	SKIPPABLE,	/* skippable frames around it */
	RAW		/* the text is the file, as hexadecimal digits */
};

struct entry {
	const char *name;
	const char *text[4];	/* of each segment */
	enum how how;
};

#define TENSOR(name, dtype, shape) "{name:" name " dtype:" dtype " shape:[" \
	shape "]} "
#define RECORD_WITH(labels) "{record:0 layout:0 labels:{" labels "}} "
#define SEGMENT(shard) HEAD_OF("vectors", shard, PAIR) RECORD("0") "#8 " \
	END("1", "8")
#define PLAIN HEAD RECORD("0") "#8 " END("1", "8")
#define EMPTY_SHARD(shard) HEAD_OF("vectors", shard, "") END("0", "0")
#define DRAWN(kind, scheme, numbers, cites) "{record:0 layout:0 labels:{} " \
	"recipe:[{kind:" kind " scheme:" scheme " seed:1 draw:2 " numbers \
	" tensors:~ " cites "}]} "
#define NUMBERS "weight:1.0 sigma:0.5 norm:0.0"
#define NO_CITES "basis:~ deviations:~"
#define BASIS(i, rows) "{resource:" i " kind:basis rows:" rows " layout:" \
	PAIR "} "

static const struct entry good[] = {
	{ "plain", { PLAIN }, WHOLE },
	{ "no-records", { HEAD END("0", "0") }, WHOLE },
	{ "no-layouts", { HEAD_OF("activations", "1 1", "")
	    "{record:0 layout:[" TENSOR("h", "f32", "2 3") "] labels:{}} #24 "
	    "{record:1 layout:[" TENSOR("h", "f32", "0 3") "] labels:{}} "
	    "{record:2 layout:[] labels:{}} " END("3", "24") }, WHOLE },
	{ "single-value", { HEAD_OF("vectors", "1 1", "["
	    TENSOR("a", "f32", "") "]") RECORD("0") "%c4040000c03f "
	    END("1", "4") }, WHOLE },
	{ "dtypes", { HEAD_OF("vectors", "1 1", "[" TENSOR("a", "f64", "1")
	    TENSOR("b", "f16", "2") TENSOR("c", "bf16", "2")
	    TENSOR("d", "i32", "1") TENSOR("e", "i64", "1")
	    TENSOR("f", "u8", "3") "]") RECORD("0") "%c408182d4454fb210940 "
	    "%c404003c0100 %c404803f49c0 %c404fbffffff "
	    "%c408ffffffffffffff7f %c4030001ff " END("1", "31") }, WHOLE },
	{ "labels", { HEAD RECORD_WITH("index:0 step:-5 seed:1 batch:2 "
	    "example:3 delta:4 basis:5 component:6 rank:7 vectors:8 "
	    "centred:1 position:9 pair:10 sign:-1 draw:11 loss:0.5 "
	    "singular_value:2.5 total:6.25 sigma:0.125 norm:1.0 task:copy "
	    "split:test control:none group:g method:svd site:s label:l "
	    "side:a name:'K\xc3\xa4se' contrast:answer at:all") "#8 "
	    END("1", "8") }, WHOLE },
	{ "frames", { HEAD "|" RECORD("0") "|#8 |" RECORD("1") "#8 ||"
	    END("2", "16") }, WHOLE },
	{ "chunks", { HEAD_OF("vectors", "1 1", "["
	    TENSOR("a", "f32", "65537") TENSOR("b", "u8", "262144") "]")
	    RECORD("0") "#262144 #4 #262144 " END("1", "524292") }, WHOLE },
	{ "segments", { PLAIN, HEAD_OF("basis", "1 1", "") END("0", "0"),
	    PLAIN }, WHOLE },
	{ "shards", { SEGMENT("3 3"), SEGMENT("1 3"), SEGMENT("2 3") },
	    WHOLE },
	{ "skippable", { PLAIN }, SKIPPABLE },
	{ "not-finite", { HEAD RECORD("0") "%c4080000c07f000080ff "
	    END("1", "8") }, WHOLE },
	{ "recipe", { HEAD_OF("perturbations", "1 1", PAIR)
	    DRAWN("gaussian", "independent", NUMBERS, NO_CITES)
	    "{record:1 layout:0 labels:{} recipe:[]} " END("2", "0") },
	    WHOLE },
	{ "recipe-basis", { HEAD_OF("perturbations", "1 1", PAIR)
	    BASIS("0", "2") "%c4080000803f00000000 %c408000000000000803f "
	    DRAWN("gaussian", "reseeded", "weight:-1.0 sigma:1.0 norm:3.0",
	    "basis:0 deviations:~") END("1", "16") }, WHOLE },
	{ "recipe-deviations", { HEAD_OF("perturbations", "1 1", PAIR)
	    "{resource:0 kind:deviations rows:1 layout:["
	    TENSOR("d", "f32", "1") "]} %c40400000040 "
	    DRAWN("gaussian", "independent", NUMBERS,
	    "basis:~ deviations:0") END("1", "4") }, WHOLE },
};

static const struct entry bad[] = {
	{ "foreign", { "93 4e 55 4d 50 59 01 00" }, RAW },
	{ "empty", { "" }, RAW },
	{ "claims-a-huge-frame", { "28b52ffde4 0000000000010000 010000 "
	    "99e9d851" }, RAW },
	{ "no-checksum", { PLAIN }, UNCHECKED },
	{ "cut", { PLAIN }, CUT },
	{ "flipped", { PLAIN }, FLIPPED },
	{ "no-end", { HEAD RECORD("0") "#8 " }, WHOLE },
	{ "no-end-of-the-second", { PLAIN, HEAD }, WHOLE },
	{ "no-header", { RECORD("0") "#8 " END("1", "8") }, WHOLE },
	{ "header-twice", { HEAD HEAD END("0", "0") }, WHOLE },
	{ "behind-the-end", { HEAD END("0", "0") RECORD("0") "#8 " }, WHOLE },
	{ "array-of-2-to-the-32", { "%ddffffffff" }, WHOLE },
	{ "text-of-2-to-the-32", { "%81dbffffffff" }, WHOLE },
	{ "chunk-of-2-to-the-32", { HEAD RECORD("0") "%c6ffffffff00" },
	    WHOLE },
	{ "nested", { "[[[[[[[[[[[[1]]]]]]]]]]]]" }, WHOLE },
	{ "extension-type", { HEAD "%d40000" }, WHOLE },
	{ "layout-of-2-to-the-64", { HEAD_OF("vectors", "1 1", "["
	    TENSOR("a", "f32", "4294967296 4294967296") "]")
	    END("0", "0") }, WHOLE },
	{ "layout-without-its-values", { HEAD_OF("vectors", "1 1", "["
	    TENSOR("a", "f32", "1099511627776") "]") RECORD("0")
	    END("1", "0") }, WHOLE },
	{ "version-2", { "{format:plumbline version:2 new:1}" }, WHOLE },
	{ "another-format", { "{format:other version:1 content:vectors "
	    "shard:[1 1] layouts:[] " PROV "} " END("0", "0") }, WHOLE },
	{ "unknown-key", { "{format:plumbline version:1 content:vectors "
	    "shard:[1 1] layouts:[] more:1 " PROV "} " END("0", "0") },
	    WHOLE },
	{ "missing-key", { "{format:plumbline version:1 content:vectors "
	    "layouts:[] " PROV "} " END("0", "0") }, WHOLE },
	{ "key-twice", { "{format:plumbline version:1 content:vectors "
	    "content:vectors shard:[1 1] layouts:[] " PROV "} "
	    END("0", "0") }, WHOLE },
	{ "unknown-content", { HEAD_OF("pictures", "1 1", PAIR)
	    END("0", "0") }, WHOLE },
	{ "unknown-dtype", { HEAD_OF("vectors", "1 1", "["
	    TENSOR("a", "f8", "1") "]") END("0", "0") }, WHOLE },
	{ "tensor-twice", { HEAD_OF("vectors", "1 1", "["
	    TENSOR("a", "f32", "1") TENSOR("a", "f32", "1") "]")
	    END("0", "0") }, WHOLE },
	{ "nameless-tensor", { HEAD_OF("vectors", "1 1", "["
	    TENSOR("''", "f32", "1") "]") END("0", "0") }, WHOLE },
	{ "rank-9", { HEAD_OF("vectors", "1 1", "["
	    TENSOR("a", "f32", "1 1 1 1 1 1 1 1 1") "]") END("0", "0") },
	    WHOLE },
	{ "not-utf8", { HEAD_OF("vectors", "1 1", "["
	    TENSOR("'\xc3('", "f32", "1") "]") END("0", "0") }, WHOLE },
	{ "no-provenance", { "{format:plumbline version:1 content:vectors "
	    "shard:[1 1] layouts:[] provenance:[]} " END("0", "0") }, WHOLE },
	{ "reads-itself", { "{format:plumbline version:1 content:vectors "
	    "shard:[1 1] layouts:[] provenance:[{tool:t release:r argv:[] "
	    "seed:~ inputs:[{name:a digest:~ from:[0]}]}]} "
	    END("0", "0") }, WHOLE },
	{ "out-of-order", { HEAD RECORD("1") "#8 " END("1", "8") }, WHOLE },
	{ "no-such-layout", { HEAD "{record:0 layout:1 labels:{}} #8 "
	    END("1", "8") }, WHOLE },
	{ "unknown-label", { HEAD RECORD_WITH("colour:red") "#8 "
	    END("1", "8") }, WHOLE },
	{ "label-of-another-type", { HEAD RECORD_WITH("step:one") "#8 "
	    END("1", "8") }, WHOLE },
	{ "label-f32", { HEAD RECORD_WITH("loss:%ca3f000000") "#8 "
	    END("1", "8") }, WHOLE },
	{ "label-not-finite", { HEAD RECORD_WITH("loss:%cb7ff8000000000000")
	    "#8 " END("1", "8") }, WHOLE },
	{ "short-chunk", { HEAD RECORD("0") "#4 #4 " END("1", "8") }, WHOLE },
	{ "missing-chunk", { HEAD RECORD("0") END("1", "0") }, WHOLE },
	{ "surplus-chunk", { HEAD RECORD("0") "#8 #8 " END("1", "16") },
	    WHOLE },
	{ "chunk-across-frames", { HEAD RECORD("0") "%c40800000000|"
	    "%00000000 " END("1", "8") }, WHOLE },
	{ "count-of-records", { HEAD RECORD("0") "#8 " END("2", "8") },
	    WHOLE },
	{ "count-of-bytes", { HEAD RECORD("0") "#8 " END("1", "9") }, WHOLE },
	{ "digest", { HEAD "{end:0 bytes:0 digest:"
	    "'00000000000000000000000000000000' " PROV "} " }, WHOLE },
	{ "shard-missing", { SEGMENT("1 3"), SEGMENT("3 3") }, WHOLE },
	{ "shard-twice", { SEGMENT("1 2"), SEGMENT("1 2"), SEGMENT("2 2") },
	    WHOLE },
	{ "shards-of-two-sets", { EMPTY_SHARD("1 2"), EMPTY_SHARD("2 3") },
	    WHOLE },
	{ "shard-0", { EMPTY_SHARD("0 2") }, WHOLE },
	{ "recipe-of-unknown-kind", { HEAD
	    DRAWN("uniform", "independent", NUMBERS, NO_CITES)
	    END("1", "0") }, WHOLE },
	{ "recipe-of-unknown-scheme", { HEAD
	    DRAWN("gaussian", "sobol", NUMBERS, NO_CITES) END("1", "0") },
	    WHOLE },
	{ "recipe-cites-nothing", { HEAD DRAWN("gaussian", "independent",
	    NUMBERS, "basis:0 deviations:~") END("1", "0") }, WHOLE },
	{ "recipe-cites-another-kind", { HEAD BASIS("0", "1") "#8 "
	    DRAWN("gaussian", "independent", NUMBERS,
	    "basis:~ deviations:0") END("1", "8") }, WHOLE },
	{ "recipe-with-chunks", { HEAD DRAWN("gaussian", "independent",
	    NUMBERS, NO_CITES) "#8 " END("1", "8") }, WHOLE },
	{ "resource-of-unknown-kind", { HEAD "{resource:0 kind:mean rows:1 "
	    "layout:" PAIR "} #8 " END("0", "8") }, WHOLE },
	{ "resource-out-of-order", { HEAD BASIS("1", "1") "#8 "
	    END("0", "8") }, WHOLE },
	{ "resource-rows-without-values", { HEAD "{resource:0 kind:basis "
	    "rows:4611686018427387904 layout:[]} " END("0", "0") }, WHOLE },
};

static struct bytes
raw(const char *hex)
{
	struct bytes s = { calloc(strlen(hex) + 1, 1), 0 };
	char two[3] = "";

	for (; *hex != '\0'; hex += 2 + strspn(hex + 2, " ")) {
		memcpy(two, hex, 2);
		s.p[s.n++] = (char)strtoul(two, NULL, 16);
	}
	return s;
}

/* b is appended to a and freed. */
static void
append(struct bytes *a, struct bytes b)
{
	struct bytes all = joined(a->p, a->n, b.p, b.n);

	free(a->p);
	free(b.p);
	*a = all;
}

static struct bytes
made(const struct entry *e)
{
	static const char skip[] = "512a4d18 03000000 666f6f 502a4d18 00000000";
	struct bytes all = { calloc(1, 1), 0 };
	struct notation *t;
	size_t i;

	if (e->how == RAW) {
		free(all.p);
		return raw(e->text[0]);
	}
	if (e->how == UNCHECKED) {
		t = encode(e->text[0]);
		append(&all, framed(t->b, t->n, 0));
		free(t);
		return all;
	}
	for (i = 0; i < 4 && e->text[i] != NULL; i++) {
		if (e->how == SKIPPABLE)
			append(&all, raw(skip));
		append(&all, stream_of(e->text[i]));
		if (e->how == SKIPPABLE)
			append(&all, raw(skip));
	}
	if (e->how == CUT)
		all.n -= 7;
	if (e->how == FLIPPED)
		all.p[all.n / 2] = (char)(all.p[all.n / 2] ^ 8);
	return all;
}

static int
write_all(const char *dir, const char *kind, const struct entry *e, size_t n)
{
	char path[512];
	struct bytes s;
	FILE *fp;
	int bad;

	snprintf(path, sizeof path, "%s/%s", dir, kind);
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		return perror(path), -1;
	for (; n > 0; n--, e++) {
		snprintf(path, sizeof path, "%s/%s/%s.mpk.zst", dir, kind,
		    e->name);
		if ((fp = fopen(path, "wb")) == NULL)
			return perror(path), -1;
		s = made(e);
		bad = fwrite(s.p, 1, s.n, fp) != s.n;
		free(s.p);
		if (fclose(fp) != 0 || bad)
			return perror(path), -1;
	}
	return 0;
}

int
main(int argc, char *argv[])
{
	if (argc != 2) {
		fputs("usage: corpus directory\n", stderr);
		return 2;
	}
	if (mkdir(argv[1], 0777) != 0 && errno != EEXIST) {
		perror(argv[1]);
		return 4;
	}
	if (write_all(argv[1], "good", good, sizeof good / sizeof *good) != 0 ||
	    write_all(argv[1], "bad", bad, sizeof bad / sizeof *bad) != 0)
		return 4;
	return 0;
}
