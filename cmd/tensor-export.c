/* tensor-export: a stream's records as a file that others read. */
#include <string.h>

#include "cmd/export.h"

enum format { AUTO, NPY, NPZ, SAFETENSORS, GGUF };
static const char *const formats[] = { "auto", "npy", "npz", "safetensors",
    "gguf", NULL };
static int format;
static struct opt_sizes layers;
static const char *hint;

static const struct opt options[] = {
	{ 'f', "format", "name", OPT_CHOICE, &format,
	    "auto (by the file's name), npy, npz, safetensors or gguf",
	    formats, 0 },
	{ 'O', "file", "file", OPT_OUTPUT, &opt_output,
	    "the file to write; the same as -o", NULL, OPT_NEUTRAL },
	{ 'l', "layers", "n,...", OPT_SIZES, &layers,
	    "gguf: layers of the vectors, in the stream's order", NULL, 0 },
	{ 0, "model-hint", "word", OPT_STRING, &hint,
	    "gguf: the kind of model that the vectors are for", NULL, 0 },
	OPT_END
};

/* The format of a file's suffix. */
static enum format
format_of(const char *path)
{
	const char *dot = strrchr(path, '.');
	int i;

	for (i = NPY; dot != NULL && formats[i] != NULL; i++)
		if (strcmp(dot + 1, formats[i]) == 0)
			return (enum format)i;
	opts_usage("%s: the name does not tell the format; use --format",
	    path);
}

static void
check_options(void)
{
	size_t i;

	if (opt_output == NULL || strcmp(opt_output, "-") == 0)
		opts_usage("a file must be given, with -O");
	if (format == AUTO)
		format = format_of(opt_output);
	if ((layers.n > 0 || hint != NULL) && format != GGUF)
		opts_usage("--%s is for gguf, not %s", layers.n > 0 ?
		    "layers" : "model-hint", formats[format]);
	for (i = 0; i < layers.n; i++)
		if (layers.v[i] == 0)
			opts_usage("--layers: 0, a layer is at least 1");
}

int
main(int argc, char *argv[])
{
	struct tool tool = {
		.name = "tensor-export",
		.summary = "Write a stream's records as a file that others "
		    "read.",
		.operands = "[file]", .opts = options, .max_operands = 1,
	};
	struct export x;

	cmd_begin(&tool, argc, argv);
	check_options();
	export_begin(&x, tool.operand[0], opt_output);
	switch (format) {
	case NPY: export_npy(&x); break;
	case NPZ: export_npz(&x); break;
	case SAFETENSORS: export_safetensors(&x); break;
	default: export_gguf(&x, &layers, hint); break;
	}
	export_end(&x);
	return cmd_finish();
}
