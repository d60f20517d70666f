/*
 * json: an object's members, by key and type.  Messages name the key; the
 * caller puts the file before them.  Strings are borrowed from the object.
 */
#ifndef TEXT_JSON_H
#define TEXT_JSON_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Reads a file as one JSON value.  Duplicate keys, more than 256 MiB, what is
 * not JSON: an error that names the path.  Free with json_decref(). */
json_t	*json_read_file(const char *path, struct err *e);
/* The same from memory; what names it in messages. */
json_t	*json_read_text(const char *text, size_t n, const char *what,
	    struct err *e);
/* Refuses what is not an object, and keys that are not among keys (ends with
 * NULL). */
int	json_only(json_t *o, const char *const *keys, struct err *e);
/* Members that must be there and be of the type. */
int	json_get_string(const char **s, json_t *o, const char *key,
	    struct err *e);
int	json_get_array(json_t **a, json_t *o, const char *key,
	    struct err *e);
int	json_get_object(json_t **a, json_t *o, const char *key,
	    struct err *e);
/* A whole number from 0 to INT32_MAX. */
int	json_get_size(size_t *n, json_t *o, const char *key, struct err *e);
/* A boolean; *b stays as it is when the key is absent or null. */
int	json_get_bool(int *b, json_t *o, const char *key, struct err *e);
/* Refuses a member that is there and not null. */
int	json_must_be_null(json_t *o, const char *key, struct err *e);
/* "type "X" is not supported"; returns -1. */
int	json_bad_type(const char *type, struct err *e);

#endif
