/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What long work tells its caller: progress and the wish to stop. Passed down as a pointer; NULL
 * means nobody listens. */
#ifndef UNBRICK_CORE_EVENTS_H
#define UNBRICK_CORE_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

struct rs_task {
	void *user;
	/* @what a short noun ("unlock", "scan"), NULL when there is nothing to show and only the
	 * answer counts; @total 0 if not known. Called often: be quick.
	 * Return false to stop: the work ends with RS_E_CANCELLED. */
	bool (*progress)(void *user, const char *what, uint64_t done, uint64_t total);
};

/** Report; true = go on. */
static inline bool rs_task_step(
	const struct rs_task *t, const char *what, uint64_t done, uint64_t total)
{
	return !t || !t->progress || t->progress(t->user, what, done, total);
}

/** Shall it go on? Shows nothing. */
static inline bool rs_task_goes_on(const struct rs_task *t)
{
	return rs_task_step(t, NULL, 0, 0);
}

#endif
