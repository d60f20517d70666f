/*
 * serve: the files of a directory over HTTP on the loopback, for tests of what
 * fetches; with the faults that networks have.
 *
 * usage: serve [-c bytes] [-r] directory
 * -c: the first answer of more bytes than this is cut there.  -r: ranges are
 * not understood.  Writes the port, then a line for every request: its status,
 * path and first byte.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"

static long cut = -1;
static int no_ranges;

/* The request's head; 0 when there is none. */
static int
read_head(FILE *fp, char *path, size_t n_path, long *first, long *last)
{
	char line[4096], format[32];

	*first = 0;
	*last = -1;
	snprintf(format, sizeof format, "GET /%%%zus HTTP", n_path - 1);
	if (fgets(line, sizeof line, fp) == NULL ||
	    sscanf(line, format, path) != 1)
		return 0;
	while (fgets(line, sizeof line, fp) != NULL && line[0] != '\r')
		if (!no_ranges)
			sscanf(line, "Range: bytes=%ld-%ld", first, last);
	return 1;
}

static void
send_part(FILE *out, FILE *in, long size, long first, long last)
{
	char head[256];
	long i;
	int c;

	if (last < 0 || last >= size)
		last = size - 1;
	if (first > 0 || last < size - 1)
		snprintf(head, sizeof head, "HTTP/1.1 206 Partial Content\r\n"
		    "Content-Range: bytes %ld-%ld/%ld\r\n", first, last, size);
	else
		snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\n");
	fprintf(out, "%sContent-Length: %ld\r\nConnection: close\r\n\r\n",
	    head, last - first + 1);
	fseek(in, first, SEEK_SET);
	for (i = first; i <= last && (c = getc(in)) != EOF; i++) {
		if (cut >= 0 && i - first >= cut) {
			cut = -1;
			return;
		}
		putc(c, out);
	}
}

static int
answer(FILE *out, FILE *in, long first, long last)
{
	struct stat st;
	int status = 404;

	if (in != NULL && fstat(fileno(in), &st) == 0 && S_ISREG(st.st_mode))
		status = first < st.st_size || first == 0 ? 200 : 416;
	if (status == 200)
		send_part(out, in, (long)st.st_size, first, last);
	else
		fprintf(out, "HTTP/1.1 %d No\r\nContent-Length: 0\r\n"
		    "Connection: close\r\n\r\n", status);
	return status;
}

static void
serve(int fd)
{
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w"), *file;
	char path[1024];
	long first, last;

	if (in == NULL || out == NULL)
		die(RC_SYSTEM, "fdopen");
	if (read_head(in, path, sizeof path, &first, &last)) {
		file = fopen(path, "r");
		printf("%d %s %ld\n", answer(out, file, first, last), path,
		    first);
		fflush(stdout);
		if (file != NULL)
			fclose(file);
	}
	fclose(out);
	fclose(in);
}

static int
listen_somewhere(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 ||
	    listen(fd, 16) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) != 0)
		die(RC_SYSTEM, "no port");
	printf("%d\n", ntohs(a.sin_port));
	fflush(stdout);
	return fd;
}

int
main(int argc, char *argv[])
{
	int c, fd;

	diag_init(argv[0]);
	while ((c = getopt(argc, argv, "c:r")) != -1)
		if (c == 'c')
			cut = atol(optarg);
		else if (c == 'r')
			no_ranges = 1;
		else
			return RC_USAGE;
	if (argc - optind != 1 || chdir(argv[optind]) != 0)
		return RC_USAGE;
	signal(SIGPIPE, SIG_IGN);
	fd = listen_somewhere();
	for (;;)
		if ((c = accept(fd, NULL, NULL)) >= 0)
			serve(c);
}
