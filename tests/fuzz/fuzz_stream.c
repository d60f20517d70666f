/*
 * Fuzz target: the stream reader.  The first byte says how the rest is to be
 * taken: even, as the bytes of a file; odd, as the content of frames, so that
 * the fuzzer gets past their checksums.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "stream/frame.h"
#include "stream/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static FILE *
file_of(const uint8_t *data, size_t n, int framed)
{
	FILE *fp = fdopen(memfd_create("fuzz", 0), "w+b");
	struct err e = { .rc = RC_OK };
	struct frame_writer *w;

	if (fp == NULL)
		abort();
	if (framed) {
		w = frame_writer_new(fp);
		if (frame_write(w, data, n, &e) != 0)
			abort();
		frame_writer_free(w);
	} else
		fwrite(data, 1, n, fp);
	fflush(fp);
	lseek(fileno(fp), 0, SEEK_SET);
	return fp;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ts_record rec;
	struct ts_chunk c;
	struct ts_reader *r;
	FILE *fp;
	size_t values = 0;
	int got;

	if (n == 0)
		return 0;
	fp = file_of(data + 1, n - 1, data[0] & 1);
	if ((r = ts_reader_new(fp, "fuzz")) == NULL)
		abort();
	while ((got = ts_read_record(r, &rec)) == 1)
		while (ts_read_chunk(r, &c) == 1)
			values += c.n;
	/* a failed stream stays failed and says why; an ended one ended */
	if (got < 0 ? ts_reader_err(r)->rc == RC_OK ||
	    ts_read_record(r, &rec) != -1 :
	    ts_reader_err(r)->rc != RC_OK || ts_reader_digest(r)[0] == '\0')
		abort();
	ts_reader_free(r);
	fclose(fp);
	return values > n;	/* data is in the file: never more than it */
}
