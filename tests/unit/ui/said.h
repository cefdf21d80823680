/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program, run in a process of its own: what it printed, how it ended. */
#ifndef UNBRICK_TESTS_UI_SAID_H
#define UNBRICK_TESTS_UI_SAID_H

#include <stdbool.h>
#include <stddef.h>

#define SAID_ARGS 24

struct said {
	int status; /* -1: ended by a signal */
	char *out, *err;
};

/** unbrick ARGS... with NULL behind the last; standard input is /dev/null. */
void said_run(struct said *ret, ...) __attribute__((sentinel));
/** @fn in a process of its own; what it returns is the exit status. */
void said_call(struct said *ret, int (*fn)(void *user), void *user);
/** The same with a terminal for input and errors, on which @typed is typed, a line each time
 * something ends with "] " or ": ". ret->err is what was shown there. */
void said_call_on_terminal(struct said *ret, int (*fn)(void *user), void *user, const char *typed);
void said_done(struct said *s);
/** Fails with what was said where it did not end so. */
void said_expect(const struct said *s, int status, const char *out_part, const char *err_part);

#endif
