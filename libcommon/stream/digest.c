#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>	/* XXH3 by what the processor has */
#endif

#include "base/mem.h"
#include "stream/digest.h"

struct digest {
	XXH3_state_t *state;
};

struct digest *
digest_new(void)
{
	struct digest *d = mem_zalloc(1, sizeof *d);

	if (d == NULL)
		return NULL;
	if ((d->state = XXH3_createState()) == NULL) {
		mem_free(d);
		return NULL;
	}
	digest_reset(d);
	return d;
}

void
digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	XXH3_freeState(d->state);
	mem_free(d);
}

void
digest_reset(struct digest *d)
{
	XXH3_128bits_reset(d->state);
}

void
digest_update(struct digest *d, const void *p, size_t n)
{
	XXH3_128bits_update(d->state, p, n);
}

static void
to_hex(char hex[DIGEST_SIZE], XXH128_hash_t h)
{
	snprintf(hex, DIGEST_SIZE, "%016" PRIx64 "%016" PRIx64, h.high64,
	    h.low64);
}

void
digest_hex(const struct digest *d, char hex[DIGEST_SIZE])
{
	to_hex(hex, XXH3_128bits_digest(d->state));
}

void
digest_bytes(char hex[DIGEST_SIZE], const void *p, size_t n)
{
	to_hex(hex, XXH3_128bits(p, n));
}

int
digest_file(char hex[DIGEST_SIZE], const char *path, struct err *e)
{
	FILE *fp = fopen(path, "rb");
	struct digest *d;
	char buf[1 << 16];
	size_t n;
	int bad;

	if (fp == NULL)
		return errno == ENOENT ? err_set(e, RC_INPUT, "%s: %s", path,
		    strerror(errno)) : err_errno(e, path);
	if ((d = digest_new()) == NULL) {
		fclose(fp);
		return err_nomem(e);
	}
	while ((n = fread(buf, 1, sizeof buf, fp)) > 0)
		digest_update(d, buf, n);
	digest_hex(d, hex);
	bad = ferror(fp) ? err_errno(e, path) : 0;
	digest_free(d);
	fclose(fp);
	return bad;
}
