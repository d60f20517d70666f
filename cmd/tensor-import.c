/* tensor-import: arrays, weights and control vectors as a stream. */
#include "cmd/import.h"

static const char *const formats[] = { "auto", "npy", "npz", "safetensors",
    "gguf", "checkpoints", NULL };	/* enum import_format */
static const char *const contents[] = { "auto", TS_CONTENTS, NULL };
static int content;

static const struct opt options[] = {
	{ 'f', "format", "name", OPT_CHOICE, &import_options.format,
	    "auto, npy, npz, safetensors, gguf or checkpoints", formats, 0 },
	{ 'c', "content", "word", OPT_CHOICE, &content,
	    "what the vectors are (parameters for weights, else vectors)",
	    contents, 0 },
	{ 'r', "rows", NULL, OPT_FLAG, &import_options.rows,
	    "an array's first index counts records", NULL, 0 },
	{ 'w', "whole", NULL, OPT_FLAG, &import_options.whole,
	    "an array is one record, also a matrix", NULL, 0 },
	{ 'n', "name", "name", OPT_STRING, &import_options.name,
	    "what the tensor of an .npy file is called", NULL, 0 },
	{ 't', "tensors", "glob", OPT_STRINGS, &import_options.tensors,
	    "only tensors whose name matches one of the globs", NULL, 0 },
	{ 'x', "exclude", "glob", OPT_STRINGS, &import_options.exclude,
	    "no tensors whose name matches one of the globs", NULL, 0 },
	{ 0, "strip-prefix", "text", OPT_STRING, &import_options.strip,
	    "take this away where a name begins with it", NULL, 0 },
	{ 0, "name-prefix", "text", OPT_STRING, &import_options.prefix,
	    "put this before every name", NULL, 0 },
	OPT_END
};

/* Weights are parameters unless something else is said. */
static const char *
content_of(const struct import_plan *p)
{
	if (content != 0)
		return contents[content];
	return p->item[0].format == IMPORT_SAFETENSORS ? "parameters" :
	    "vectors";
}

int
main(int argc, char *argv[])
{
	struct tool tool = {
		.name = "tensor-import",
		.summary = "Write arrays, weights and control vectors as a "
		    "stream.",
		.operands = "file | directory ...", .opts = options,
		.min_operands = 1, .max_operands = SIZE_MAX,
	};
	struct import_plan plan;
	size_t i;

	cmd_begin(&tool, argc, argv);
	if (import_options.rows && import_options.whole)
		opts_usage("one of --rows and --whole");
	import_plan(&plan, tool.operand, tool.n_operands);
	import_options.content = content_of(&plan);
	for (i = 0; i < plan.n; i++) {
		const struct import_item *it = &plan.item[i];

		switch (it->format) {
		case IMPORT_NPY: import_npy(it->path); break;
		case IMPORT_NPZ: import_npz(it->path); break;
		case IMPORT_GGUF: import_gguf(it->path); break;
		default: import_weights(it->path, it->step); break;
		}
	}
	import_end();
	import_plan_free(&plan);
	return cmd_finish();
}
