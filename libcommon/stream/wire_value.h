/*
 * wire_value: one decoded msgpack value into one of ours.  Private to the
 * decoders of this room.  Each returns 0, or -1 after err_set() with the key.
 */
#ifndef STREAM_WIRE_VALUE_H
#define STREAM_WIRE_VALUE_H

#include <msgpack.h>

#include "stream/wire.h"

/* "key: what", RC_INPUT; returns -1. */
int	value_wrong(struct err *e, const char *key, const char *what);
/* A whole number of at most 2^62. */
int	value_size(size_t *v, const msgpack_object *o, const char *key,
	    struct err *e);
/* 1: a string, UTF-8 without NUL. */
int	value_is_text(const msgpack_object *o);
/* *s is the caller's to mem_free(). */
int	value_text(char **s, const msgpack_object *o, const char *key,
	    struct err *e);
/* *a is lent. */
int	value_array(const msgpack_object_array **a, const msgpack_object *o,
	    const char *key, struct err *e);
/* Points v[i] at the value of keys[i], NULL when it is not there; the first
 * `required' keys must be there, each at most once, and no other. */
int	value_keys(const msgpack_object *v[], const char *const keys[],
	    size_t n, size_t required, const msgpack_object *o,
	    const char *what, struct err *e);
/* A finite f64. */
int	value_real(double *x, const msgpack_object *o, const char *key,
	    struct err *e);
/* *l is the caller's to layout_free(), also after a failure. */
int	value_layout(struct layout **l, const msgpack_object *o,
	    struct err *e);
int	value_digest(char digest[DIGEST_SIZE], const msgpack_object *o,
	    struct err *e);
/* *p is the caller's to prov_free(), also after a failure. */
int	value_recipe(struct wire_record *r, const msgpack_object *o,
	    struct err *e);
int	value_resource(struct wire_resource *r, const msgpack_object *o,
	    struct err *e);
int	value_provenance(struct prov **p, const msgpack_object *o,
	    struct err *e);

#endif
