#include "cmd/cmd.h"
#include "model/model.h"

void
cmd_note_model(const char *dir)
{
	struct err e = { .rc = RC_OK };
	size_t n, i;
	char **file = model_directory_files(dir, &n, &e);

	if (file == NULL)
		die_err(&e);
	for (i = 0; i < n; i++) {
		cmd_note_input(file[i]);
		mem_free(file[i]);
	}
	mem_free(file);
}
