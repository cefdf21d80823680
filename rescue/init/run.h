/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run of the program on the consoles, from its start to what its report says. */
#ifndef UNBRICK_INIT_RUN_H
#define UNBRICK_INIT_RUN_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"

struct init;

enum run_command { RUN_LIST, RUN_SCAN, RUN_FIX, RUN_UNDO };

struct run {
	enum run_command command;
	const char *disk;	     /* "sda"; NULL = all */
	int status;		     /* RS_STATUS_*; -1 = it crashed or did not start */
	char end[128];		     /* "exit status 0", "killed by signal 11 (...)" */
	struct json_object *report;  /* its own; NULL = none */
	char outcome[512];	     /* what came of it, or the error; "" without a report */
	bool has_disks;		     /* it came as far as to look at one */
	bool is_foreign;	     /* see run_read */
	unsigned n_before;	     /* repairs that are there on the disks */
	char newest_before[64];	     /* the id of the last of them */
	char detail[384], next[512]; /* of the error */
};

/** The command's word on the command line. */
const char *run_word(enum run_command command);
/** Run it until it ends or has to be ended: because a person wants it, or because one disk must not
 * stop the work on the others. @options: NULL, or what comes before the disk, ended by NULL. What
 * every run gets (keys, rules, report) is added. Put @ret->report, or hand it to
 * report_add_run_take. */
void run_program(struct init *in, enum run_command command, const char *disk,
	const char *const *options, struct run *ret);
/** What the next steps depend on in @ret->report. @is_foreign: it ended because its disk is one
 * part of a set, or holds what is not opened here (ReFS, other encryption, virtual disks), and has
 * no Windows that is seen. */
void run_read(struct run *ret);

/* ---- the work on one disk must not stop the work on others: when it is ended, and how */

enum {
	WATCH_SILENT_MS = 600000,	 /* neither a word nor progress */
	WATCH_WORK_MS = 6 * 3600 * 1000, /* however much it says */
	WATCH_KILL_MS = 600000,		 /* a step that was begun is brought to its end first */
	WATCH_LEAVE_MS = 10000,		 /* killed, and still there: it waits for a disk for ever */
};

enum watch_act { WATCH_WAIT, WATCH_TERM, WATCH_KILL, WATCH_LEAVE };

/* Zeroed before the first look. */
struct watch {
	uint64_t seen_ms, work_ms; /* of the last look; at work, without the time of questions */
	uint64_t awake_ms;	   /* when it was not silent last */
	uint64_t asked_ms, killed_ms;
	const char *why; /* NULL: it is not ended by us, or because a person wants it */
};

/* @active_ms when it last said something or was told something. @is_asking: a person is waited for,
 * which has a limit of its own. */
struct watch_sight {
	uint64_t now_ms, active_ms;
	bool is_asking, is_stop_wanted;
};

/** What is to be done now. TERM, KILL and LEAVE are said once each. */
enum watch_act watch_look(struct watch *w, const struct watch_sight *s);

#endif
