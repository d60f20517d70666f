/*
 * err: how library functions report a failure.
 *
 * A function that can fail takes a struct err and returns -1 (or NULL) after
 * err_set().  The library never prints and never exits; a tool turns the err
 * into one message and an exit status with die_err() of base/diag.h.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/* Exit statuses of every tool; over 1 means trouble. */
enum rc {
	RC_OK = 0,	/* done */
	RC_NO = 1,	/* ran, and the answer is no */
	RC_USAGE = 2,	/* wrong options or operands */
	RC_INPUT = 3,	/* bad input: file, stream, configuration */
	RC_SYSTEM = 4	/* memory, disk, operating system */
};

struct err {
	enum rc	rc;		/* RC_OK while nothing went wrong */
	char	msg[512];	/* what is wrong, without the tool's name */
};

/* Fills *e (printf-like) unless it already holds a failure; returns -1. */
int	err_set(struct err *e, enum rc rc, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* Out of memory, RC_SYSTEM; returns -1. */
int	err_nomem(struct err *e);
/* "what: strerror(errno)", RC_SYSTEM; returns -1. */
int	err_errno(struct err *e, const char *what);
/* Puts "prefix: " before a message that is already there; returns -1. */
int	err_prefix(struct err *e, const char *prefix);

#endif
