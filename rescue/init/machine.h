/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine: what makes a kernel with an archive into a system, the kernel's events and modules
 * and what they make of the list of disks, sets of disks, and disks that cannot be read. */
#ifndef UNBRICK_INIT_MACHINE_H
#define UNBRICK_INIT_MACHINE_H

#include <stdio.h>

#include "init/disk.h"
#include "init/facts.h"
#include "init/process.h"

struct init;

/* ---- its start and its end */

/** Mounts, limits, what makes it a system. Returns what went wrong, "" if nothing. */
void start_system(char *ret_fault, size_t cap);
/** The facts of this start. */
void start_facts(struct facts *f);
/** The machine's serial number, fit for a file name; its UUID or a network address where it has
 * none. @root as in sysfs.h. */
void start_serial(const char *root, char *ret, size_t cap);
/** Flush, show, forget the keys, and do it; returns only for SETTINGS_END_STAY. */
void end_now(struct init *in, enum settings_end end);

/* ---- its disks */

/** From now on; disks that are there come first. */
void machine_start(struct init *in);
/** Is a disk on its way: a controller or a driver that has not said yet what it has? */
bool machine_is_probing(struct init *in);
/** Since when (milliseconds) no storage was told of and nothing is on its way. */
uint64_t machine_quiet_ms(struct init *in);

/* ---- what its firmware trusts (firmware/firmware.h) */

/** Begin to look; the report has it when it is known. */
void firmware_look(struct init *in);
/** Before the report is written: where it is not known yet, a little while. */
void firmware_wait(struct init *in);
/** The object of the report, or why there is none. @path NULL: this machine's variables. */
void firmware_tell(const char *path, const struct facts *started, FILE *f);

/* ---- RAID sets of the firmware (Intel RST and VROC, DDF): each member is handed to mdadm, which
 * puts a set together when all of it is there. The array is then a disk like others, read-only
 * until something is to be changed. A set that lacks a member is left alone: what is written to it
 * would make the missing member worthless. */

/** Is @d (which has been looked at) a member of a set that can be put together? */
bool raid_is_member(const struct known_disk *d);
/** Hand it to mdadm; it counts as a look. */
void raid_add(struct init *in, struct known_disk *d);
/** Before @disk is written: if it is such an array, let it be, and wait until it is. */
void raid_allow_writes(struct init *in, const char *disk);
/** Say which members are in no array. */
void raid_tell(struct init *in);
/** @run, then wait until the sets are marked clean, as their last writes are over (if there are
 * any, and that program). */
struct process_plan raid_settle(process_fn run);

/* ---- disks that are in the machine and that Linux cannot read: said in words, instead of "no
 * disk" */

enum { UNSEEN_MOST = 16, UNSEEN_TEXT = 448 };

struct unseen {
	char device[32];	/* "0000:00:17.0", "ata1" */
	char text[UNSEEN_TEXT]; /* what it is */
	const char *next;	/* what can be done */
};

/** From sysfs alone. @root as in sysfs.h. Returns how many there are (at most UNSEEN_MOST). */
size_t unseen_find(const char *root, struct unseen ret[UNSEEN_MOST]);
/** Show them, and put them into the report. */
void unseen_tell(struct init *in);

#endif
