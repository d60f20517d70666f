/*
 * config_read: values of config.json, with messages that name the key.
 * Within the room.
 */
#ifndef MODEL_CONFIG_READ_H
#define MODEL_CONFIG_READ_H

#include <jansson.h>

#include "model/config.h"

/* The n bytes of a file that may be one; free with mem_free().  NULL: cannot
 * be read, or is too long. */
char	*config_file(size_t *n, const char *path, struct err *e);
/* -1: v is not a want ("a number"). */
int	config_wrong_type(const char *key, const json_t *v, const char *want,
	    struct err *e);
/* A whole number of at least 1. */
int	config_size(size_t *n, const char *key, const json_t *v,
	    struct err *e);
int	config_number(double *x, const char *key, const json_t *v,
	    struct err *e);
/* Checks that v, which is about training, is a number from 0 to 1. */
int	config_rate(const char *key, const json_t *v, struct err *e);
/* rope_theta, rope_scaling or rope_parameters: what o says of rotary
 * positions, for n_positions already read. */
int	config_rotary(struct model_config *c, const json_t *o, struct err *e);
/* use_sliding_window, sliding_window, max_window_layers and layer_types:
 * refused where a window would leave out a position. */
int	config_window(const struct model_config *c, const json_t *o,
	    struct err *e);

#endif
