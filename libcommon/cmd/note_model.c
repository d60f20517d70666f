#include "cmd/cmd.h"
#include "model/adapter.h"
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

void
cmd_note_adapter(const char *dir)
{
	struct err e = { .rc = RC_OK };
	char *path[2];
	int i;

	cmd_check(adapter_files(path, dir, &e), &e);
	for (i = 0; i < 2; i++) {
		cmd_note_input(path[i]);
		mem_free(path[i]);
	}
}
