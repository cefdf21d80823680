/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program on a pseudo-terminal of its own: the work. What it says goes to @output, and what is
 * typed comes to it by child_type; its terminal settings (echo, line editing, interrupt key) are
 * its own affair; it begins with neither echo nor line editing, so that what is typed before a
 * question, perhaps a key, is shown nowhere, and so that a question can be told from work. */
#ifndef UNBRICK_INIT_CHILD_H
#define UNBRICK_INIT_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/err.h"
#include "core/secret.h"
#include "init/loop.h"

typedef void (*child_output_fn)(void *user, const char *bytes, size_t len);

struct child {
	struct loop *loop;
	child_output_fn output;
	void *user;
	pid_t pid;  /* 0 = none */
	int master; /* -1 = closed: nothing more will be shown */
	bool is_reaped;
	int wait_status;
	uint64_t active_ms; /* when it last said something or something was typed */
	/* What the new process does before it becomes the program, for its working folder;
	 * NULL = nothing. @prepare_arg is read in the fork. */
	void (*prepare)(const void *arg);
	const void *prepare_arg;
	bool has_echo; /* a shell; else nothing that is typed is shown but where it is asked for */
};

enum { CHILD_KEYS_FD = 3 };

/** @keys (may be NULL or empty) is handed over on descriptor CHILD_KEYS_FD.
 * Errors: RS_E_BUG, RS_E_MEMORY (no process or terminal is to be had). */
int child_start(struct child *c, char *const argv[], const struct rs_secret *keys,
	const unsigned short size[2], struct rs_err *err);
/** It does not end, not even when it is killed: let go of it, so that another can be started. */
void child_leave(struct child *c);
/** True when it has ended and all it said was passed on. */
bool child_is_over(const struct child *c);
/** waitpid(2) gave this. */
bool child_reaped(struct child *c, pid_t pid, int wait_status);
void child_type(struct child *c, const char *bytes, size_t len);
/** Does it wait for a line that is typed? (Its terminal edits lines.) */
bool child_is_asking(const struct child *c);
/** Is that a secret? (And its terminal has no echo.) */
bool child_asks_secret(const struct child *c);
void child_signal(const struct child *c, int number);
/** "exit status 7", "killed by signal 11 (Segmentation fault)". */
void child_end_text(int wait_status, char *ret, size_t cap);

/** In a fork of ours that runs no other program: let go of every descriptor but 0 to 2 and these
 * two
 * (-1 = none). What it held would keep a terminal or a pipe open that the first process closes. */
void child_close_others(int keep_a, int keep_b);
/** In a fork of ours: signals, OOM score and session as a program expects them. */
void child_reset_process(void);

#endif
