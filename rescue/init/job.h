/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A function in a process of its own. Whatever touches a disk, a file system or the firmware may
 * take minutes or never come back, so the first process does not do it itself. What the function
 * writes to its descriptor is collected, and handed over when it has ended. */
#ifndef UNBRICK_INIT_JOB_H
#define UNBRICK_INIT_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/secret.h"
#include "init/loop.h"

enum { JOB_MOST = 32, JOB_RESULT_MOST = 256 * 1024 };

struct job;

/** Runs in the child; its return value is the exit status. */
typedef int (*job_fn)(void *arg, int out_fd);
/** It ended: @job->result has what it wrote, @job->wait_status how it ended. */
typedef void (*job_end_fn)(void *user, struct job *job);

struct job {
	struct jobs *all;
	pid_t pid; /* 0 = free */
	int fd;
	bool is_reaped;
	int wait_status;
	uint64_t end_ms;	    /* when it has to be over; 0 = no limit */
	bool was_asked, was_killed; /* by us, because of that */
	struct rs_secret result;    /* locked and wiped: it may hold keys */
	job_end_fn end;		    /* NULL = nobody waits any more */
	void *user;
	unsigned tag; /* the caller's */
};

struct jobs {
	struct loop *loop;
	struct job list[JOB_MOST];
};

void jobs_init(struct jobs *j, struct loop *loop);
/** @cap most bytes of a result; more is an end with an error. NULL if none can be started. */
struct job *job_start(
	struct jobs *j, job_fn run, void *arg, size_t cap, job_end_fn end, void *user);
/** It has to be over in @ms milliseconds: then it is asked to end, and killed a little later. If it
 * is still there (it waits for a disk), its end is told all the same, and it is heard no more. */
void job_limit(struct job *job, uint64_t ms);
/** Was it ended by us, because it took too long? */
bool job_is_late(const struct job *job);
/** End those whose time is over. Called after each round of events. */
void jobs_step(struct jobs *j);
/** How long until that has something to do; -1 = nothing. */
int jobs_wait_ms(const struct jobs *j);
/** The same, waited for until it is over, at most @ms milliseconds; other events are served
 * meanwhile. What it wrote goes to @ret, @cap bytes at most; returns its length. Errors: -EAGAIN
 * (none could be started), -ETIMEDOUT (it is ended, and heard no more), -EIO (it did not end with
 * status 0, or said more). */
long job_run(struct jobs *j, job_fn run, void *arg, void *ret, size_t cap, uint64_t ms);
/** waitpid(2) gave this. */
bool jobs_reaped(struct jobs *j, pid_t pid, int wait_status);
/** It ended with status 0. */
bool job_is_good(const struct job *job);
/** Write all of it; for the function's side. */
bool job_write(int fd, const void *p, size_t len);

#endif
