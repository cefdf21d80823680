/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done on disks, in which order, and what came of it. */
#ifndef UNBRICK_INIT_WORK_H
#define UNBRICK_INIT_WORK_H

#include "init/disk.h"
#include "init/report.h"

struct init;

struct work {
	enum result result;
	unsigned n[RESULTS_END]; /* disks of each */
	char disk[DISK_NAME];	 /* the first one repaired */
	char text[640];		 /* the outcome, one sentence */
	unsigned n_by_diagnosis; /* of those repaired: no rule told of it, or no rule alone */
	unsigned n_set_back;	 /* of those repaired: from Safe Mode, and nothing else was done */
	unsigned n_before;	 /* most repairs that a volume of it had before */
};

/** The next disk on which something is to be done; NULL if none is ready now. */
struct known_disk *work_next(struct init *in);
/** Repair (or, for the mode look, scan) every disk as it comes, until storage is quiet. */
void work_all(struct init *in, struct work *ret);
/** The stable lines of the result. */
void work_tell(struct init *in, struct work *w);

/** Is there what Unbrick kept when it set a Windows of this disk to Safe Mode? (safemode.c) */
bool safemode_was_set(struct init *in, const struct known_disk *d);
/** May it lie on NTFS, which only the program reads? A BIOS starts from such a partition. */
bool safemode_may_be_on_ntfs(const struct disk_facts *f);

/* ---- how a start ends */

/** Repair (or only look), then what the settings say; returns when it stays. */
void modes_automatic(struct init *in);
/** BootNext and reset; returns when that cannot be done. */
void modes_windows(struct init *in);
/** The mode's work, and the screen afterwards, for ever. */
_Noreturn void modes_main(struct init *in);
/** This archive was not unpacked whole: do nothing, for ever. */
_Noreturn void modes_incomplete(struct init *in);
/** Set BootNext to the Windows on @disk (NULL: of any disk) in a job, and wait for it.
 * @ret_text: "Boot0003 (Windows Boot Manager)", or why it cannot be done. */
bool windows_set_next(
	struct init *in, const char *disk, char ret_entry[16], char *ret_text, size_t cap);
/** Ask the firmware to open its setup at the next start. */
bool windows_set_setup(struct init *in, char *ret_text, size_t cap);

#endif
