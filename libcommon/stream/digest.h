/*
 * digest: XXH3, 128 bits: what names an input and guards weights against
 * change by mistake.  Not a defence against an adversary.
 */
#ifndef STREAM_DIGEST_H
#define STREAM_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/provenance.h"

struct digest;

struct digest	*digest_new(void);		/* NULL: out of memory */
void		 digest_free(struct digest *d);	/* accepts NULL */
void		 digest_reset(struct digest *d);
void		 digest_update(struct digest *d, const void *p, size_t n);
/* As 32 hexadecimal digits; updating may go on. */
void		 digest_hex(const struct digest *d, char hex[DIGEST_SIZE]);
/* Of n bytes at once. */
void		 digest_bytes(char hex[DIGEST_SIZE], const void *p, size_t n);
/* Of a file's bytes. */
int		 digest_file(char hex[DIGEST_SIZE], const char *path,
		    struct err *e);

#endif
