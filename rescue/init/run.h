/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run of the program on the consoles, from its start to what its report says. */
#ifndef UNBRICK_INIT_RUN_H
#define UNBRICK_INIT_RUN_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"

struct init;

/* Where a program draws the timeline of a diagnosis; of several Windows the others are beside it,
 * "run-2.svg". */
#define RUN_PICTURE INIT_RUN "/run.svg"

enum run_command {
	RUN_SCAN,
	RUN_FIX,
	RUN_UNDO,
	RUN_REPLAY,
	RUN_SAFEMODE,
	/* only a person's, from the screen: these are never given to run_program */
	RUN_DISABLE,
	RUN_SAFE,
	RUN_CLEAR,
	RUN_HIBERNATION,
	RUN_COMMANDS
};

struct run {
	enum run_command command;
	const char *disk;	     /* "sda"; NULL = all */
	int status;		     /* RS_STATUS_*; -1 = it crashed or did not start */
	char end[128];		     /* "exit status 0", "killed by signal 11 (...)" */
	struct json_object *report;  /* its own; NULL = none */
	char outcome[512];	     /* what came of it, or the error; "" without a report */
	bool has_disks;		     /* it came as far as to look at one */
	bool is_foreign;	     /* see run_read */
	bool is_alone;		     /* a verdict had a file moved that nobody was asked about */
	bool is_by_diagnosis;	     /* what was moved no rule knew, or not all of it */
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
#define RUN_ACCOUNTS_FD "5" /* PROCESS_ACCOUNTS */

/** What of the stick a program gets: its rules, and its keys, which are at PROCESS_FD. How many of
 * @args; none ends them. */
size_t run_stick_options(const struct init *in, bool takes_rules, const char **args);
/** What the next steps depend on in @ret->report. @is_foreign: it ended because its disk is one
 * part of a set, or holds what is not opened here (ReFS, other encryption, virtual disks), and has
 * no Windows that is seen. */
void run_read(struct run *ret);

#endif
