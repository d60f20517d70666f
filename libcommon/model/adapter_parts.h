/*
 * adapter_parts: what the adapter's files share.  Within the room.
 */
#ifndef MODEL_ADAPTER_PARTS_H
#define MODEL_ADAPTER_PARTS_H

#include "model/adapter.h"

enum { MODULE_MAX = 256 };	/* bytes of a module's name, with the NUL */

/* Is the module that target, by its name or the end of it? */
int	adapter_target_is(const char *target, const char *module);
/* Sorts a->at, whose modules, in and out are given, and makes the layout of
 * the factors and their memory, zeroed.  -1: a module that occurs twice, too
 * large, out of memory. */
int	adapter_lay_out(struct adapter *a, struct err *e);

#endif
