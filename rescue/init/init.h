/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first process of the rescue system: what its files share. It supervises; every look at a disk
 * and every act is done by another process (process.h), so that it can neither crash nor hang
 * with a disk. docs/boot.md has its contracts. */
#ifndef UNBRICK_INIT_INIT_H
#define UNBRICK_INIT_INIT_H

#include <json-c/json.h>

#include "core/secret.h"
#include "init/console.h"
#include "init/disk.h"
#include "init/facts.h"
#include "init/front.h"
#include "init/module.h"
#include "init/process.h"
#include "init/run.h"
#include "init/say.h"
#include "init/sysfs.h"

#define INIT_RUN     "/run/unbrick"
#define INIT_PROGRAM "/bin/unbrick"
#define INIT_RULES   "/usr/share/unbrick/rules"

enum disk_state {
	DISK_LOOKING, /* a job has a first look */
	DISK_READY,   /* nothing was done yet */
	DISK_DONE,
	DISK_LEFT, /* not to be touched: the stick, a part of a RAID, a locked one */
	DISK_GONE,
};

struct known_disk {
	char name[DISK_NAME];
	enum disk_state state;
	bool is_stick;
	bool waits_for_stick;	  /* a journal's replay keeps its plan there */
	bool had_keys, had_rules; /* of the stick, when it was worked on last */
	bool was_repaired;	  /* already, since all disks were begun with */
	struct disk_facts facts;
	int status; /* of the last work, an exit status; -1 = none or crashed */
	char outcome[512];
};

enum stick_state { STICK_NONE, STICK_READING, STICK_READ, STICK_BAD };

struct stick {
	enum stick_state state;
	char disk[DISK_NAME]; /* where it is now; "" = pulled out, or never seen */
	unsigned part;
	char fs_uuid[DISK_UUID]; /* so that it is known when it comes back */
	bool has_keys, has_rules;
	bool is_written, is_writing;
	bool is_missed;	    /* and that was said */
	char last_run[256]; /* what the last report of this machine says; "" = none */
	char last_end[32];  /* how that run ended: windows reboot poweroff stay */
};

struct init {
	struct loop loop;
	struct consoles consoles;
	struct processes processes;
	struct modules modules;
	struct said said;
	struct front front;
	struct facts facts;
	int uevents, signals;

	struct known_disk disks[DISK_MOST];
	size_t n_disks;
	uint64_t news_ms; /* when the kernel last told of storage */
	unsigned n_looking;

	struct stick stick;
	struct rs_secret keys; /* keys.txt of the stick */
	char rules[64];	       /* folder for --rules; "" = the shipped ones */

	struct json_object *report, *runs;
	uint64_t started_filetime, started_ms;
	char serial[64];    /* names the machine's folder on the stick */
	char file_time[32]; /* names this run's files */

	bool is_complete;    /* the archive was unpacked whole */
	bool is_stop_wanted; /* Ctrl-Alt-Del, a signal: come to an orderly end */
	bool is_line_wanted; /* the menu reads a line */
	char line[128];	     /* typed so far */
	size_t line_len;
	bool is_line_ready;
};

/* ---- step.c ---- */

/** One round of events, at most @timeout_ms (-1: for ever). */
void init_step(struct init *in, int timeout_ms);

/* ---- start.c ---- */

/** Mounts, limits, what makes it a system. Returns what went wrong, "" if nothing. */
void start_system(char *ret_fault, size_t cap);
/** The facts of this start. */
void start_facts(struct facts *f);
/** The machine's serial number, fit for a file name; its UUID or a network address where it has
 * none. @root as in sysfs.h. */
void start_serial(const char *root, char *ret, size_t cap);

/* ---- machine.c: devices and disks ---- */

/** The kernel's events and modules; disks that are there. */
void machine_start(struct init *in);
struct known_disk *machine_disk(struct init *in, const char *name);
/** Is a disk on its way: a controller or a driver that has not said yet what it has? */
bool machine_is_probing(struct init *in);
/** Since when (milliseconds) no storage was told of and nothing is on its way. */
uint64_t machine_quiet_ms(struct init *in);

/* ---- windows.c: the way back ---- */

/** Set BootNext to the Windows on @disk (NULL: of any disk) in a job, and wait for it.
 * @ret_text: "Boot0003 (Windows Boot Manager)", or why it cannot be done. */
bool windows_set_next(
	struct init *in, const char *disk, char ret_entry[16], char *ret_text, size_t cap);
/** Ask the firmware to open its setup at the next start. */
bool windows_set_setup(struct init *in, char *ret_text, size_t cap);

/* ---- report.c ---- */

void report_begin(struct init *in);
/** A run of the program; its report is taken over. */
void report_add_run_take(struct init *in, struct run *run);
void report_set(struct init *in, const char *key, struct json_object *value_take);
/** With the outcome, write it to /run, and to the stick if it is there. */
void report_write(struct init *in, const char *result, const char *text, const char *end);

/* ---- end.c ---- */

enum init_end { END_STAY, END_WINDOWS, END_REBOOT, END_POWEROFF };

/** Flush, show, and do it; returns only for END_STAY. */
void end_now(struct init *in, enum init_end end);

#endif
