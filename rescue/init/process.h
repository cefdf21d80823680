/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one way to start a process. Whatever touches a disk, a file system or the firmware may take
 * minutes or never come back, so the first process does not do it itself: a function of ours runs
 * in a fork, a program on a terminal or with a log, or a program after a function. What it says and
 * its end come through the poll loop; process_wait does without one. */
#ifndef UNBRICK_INIT_PROCESS_H
#define UNBRICK_INIT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/err.h"
#include "core/secret.h"
#include <stdint.h>

enum {
	PROCESS_MOST = 80,    /* a first look at every disk, and the rest */
	PROCESS_FD = 3,	      /* of the new process: its keys or where it writes its result */
	PROCESS_LINK = 4,     /* of the new process: a socket to whoever has started it */
	PROCESS_ACCOUNTS = 5, /* of the new process: what servers want to know of who asks */
};

struct process;

/** Runs in the new process; its return value is the exit status. What it writes to @out_fd is its
 * result. */
typedef int (*process_fn)(void *arg, int out_fd);
typedef void (*process_output_fn)(void *user, const char *bytes, size_t len);
typedef void (*process_end_fn)(void *user, struct process *p);

/* What is started. The new process has the descriptors 0 to 5 and no other of ours, no handler and
 * no blocked signal, and is no longer protected from the kernel when memory runs out. */
struct process_plan {
	process_fn run; /* with @argv: what comes before the program; the program if it gives 0 */
	void *arg;
	const char *const *argv;	/* NULL = no program */
	const char *const *environment; /* NULL = the usual one */
	const char *log;	    /* no terminal: what a program says is appended to this file */
	const unsigned short *size; /* a terminal of its own, rows and columns; NULL = none */
	bool has_echo;		    /* of that terminal: what is typed is shown before it asks */
	bool has_input;		    /* what is typed comes to its descriptor 0 by a pipe */
	const struct rs_secret *keys;	  /* on its PROCESS_FD; NULL or empty = none */
	const struct rs_secret *accounts; /* on its PROCESS_ACCOUNTS; NULL or empty = none */
	int link;		  /* becomes its PROCESS_LINK; 0 = none. The caller closes it */
	size_t cap;		  /* most bytes of a result; more is an end with an error */
	process_output_fn output; /* is told what it says as it comes; NULL = it is collected */
	process_end_fn end;
	void *user;
	uint64_t limit_ms; /* see processes_step; 0 = none */
	unsigned tag;	   /* the caller's */
};

struct process {
	struct processes *all;
	pid_t pid; /* 0 = free */
	int fd;	   /* what it says; -1 = it has said all */
	int input; /* -1 = none */
	bool is_reaped, is_cut;
	int wait_status;
	uint64_t active_ms;	    /* when it last said something or something was typed */
	uint64_t end_ms;	    /* when it has to be over; 0 = no limit */
	bool was_asked, was_killed; /* to end, by us, because of that */
	struct rs_secret result;    /* locked and wiped: it may hold keys */
	process_output_fn output;
	process_end_fn end; /* NULL = nobody waits any more */
	void *user;
	unsigned tag;
};

struct processes {
	struct loop *loop;
	struct process list[PROCESS_MOST];
};

void processes_init(struct processes *all, struct loop *loop);
/** NULL if none can be started. It stays until its end was told.
 * Errors: RS_E_MEMORY (no process, pipe or terminal is to be had). */
struct process *process_start(
	struct processes *all, const struct process_plan *plan, struct rs_err *err);
/** @plan without an output; it is waited for until it is over, at most @plan->limit_ms; other
 * events are served meanwhile. Its result goes to @ret, @plan->cap bytes at most; returns its
 * length. Errors: -EAGAIN (none could be started), -ETIMEDOUT (it is ended, and heard no more),
 * -EIO (it did not end with status 0, or said more). */
long process_run(struct processes *all, const struct process_plan *plan, void *ret);
/** Within a process of ours, without a loop, limit or output: its end as waitpid(2) gives it; -1 if
 * none can be started. */
int process_wait(const struct process_plan *plan);
/** The bare fork, with all that we have: signals, descriptors, protection. */
pid_t process_fork(process_fn run, void *arg, int out_fd);
/** One that has ended, and how; 0 if none has, -1 if there is none. @flags 0 waits for one, WNOHANG
 * does not. */
pid_t process_bury(int flags, int *ret_wait_status);

/** After SIGCHLD: tell the ends. */
void processes_reap(struct processes *all);
/** After each round of events: those whose time is over are asked to end, and killed a little
 * later. One that is still there (it waits for a disk) is left. */
void processes_step(struct processes *all);
/** How long until that has something to do; -1 = nothing. */
int processes_wait_ms(const struct processes *all);

/** False if it has no input, or that is full. */
bool process_type(struct process *p, const char *bytes, size_t len);
/** Does it wait for a line that is typed? (Its terminal edits lines.) */
bool process_is_asking(const struct process *p);
/** Is that a secret? (And its terminal has no echo.) */
bool process_asks_secret(const struct process *p);
void process_signal(const struct process *p, int number);
/** It does not end, not even when it is killed: its end is told, and it is heard no more. */
void process_leave(struct process *p);
/** It ended with status 0, and said no more than it may. */
bool process_is_good(const struct process *p);
/** "exit status 7", "killed by signal 11 (Segmentation fault)". */
void process_end_text(int wait_status, char *ret, size_t cap);
/** Write all of it; for the function's side. */
bool process_write(int fd, const void *p, size_t len);

/* One poll loop: whatever can be waited for is a source. Nothing in it blocks. */

enum { LOOP_MOST = 96 };

/** @events as poll(2) gave them. The source may take itself or others away. */
typedef void (*loop_fn)(void *user, int fd, short events);

struct loop {
	struct loop_source {
		int fd; /* -1 = free */
		short events;
		loop_fn ready;
		void *user;
	} sources[LOOP_MOST];
};

void loop_init(struct loop *l);
/** False when there are too many. */
bool loop_add(struct loop *l, int fd, short events, loop_fn ready, void *user);
/** Wait for other events of a source that is there. */
void loop_want(struct loop *l, int fd, short events);
/** Before the descriptor is closed. Nothing if it is not there. */
void loop_remove(struct loop *l, int fd);
/** Wait at most @timeout_ms (-1 = for ever) for one round of events. */
void loop_step(struct loop *l, int timeout_ms);

/** Milliseconds since the machine's start. */
uint64_t now_ms(void);
/** How long to wait for a moment that may have passed already: never negative, which is for ever.
 */
int loop_left_ms(uint64_t now, uint64_t end);
/** The sooner of two times to wait; -1 = for ever. */
int loop_sooner_ms(int a_ms, int b_ms);

#endif
