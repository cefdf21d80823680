/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The disks that are there or were, and what is known of each. Everybody may read; machine.c
 * makes an entry, and what changes it later is a function here, but for what the work notes for
 * itself. */
#ifndef UNBRICK_INIT_DISKS_H
#define UNBRICK_INIT_DISKS_H

#include "init/disk.h"

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
	struct disk_facts facts;
	int status; /* of the last work, RS_STATUS_*; -1 = none or crashed */
	char outcome[512];
	struct {
		bool waits_for_stick;	  /* a journal's replay keeps its plan there */
		bool had_keys, had_rules; /* of the stick, when it was worked on last */
		bool was_repaired;	  /* already, since all disks were begun with */
	} work;				  /* of work.c */
};

struct disks {
	struct known_disk list[DISK_MOST];
	size_t n;
	uint64_t news_ms; /* when storage was last told of */
	unsigned n_looking;
};

/** One that is there; NULL if there is none of that name. */
struct known_disk *disks_find(struct disks *all, const char *name);
/** One that has just come: with its place of before, or a new one; NULL if there are too many. */
struct known_disk *disks_put(struct disks *all, const char *name);
/** There is news of storage. */
void disks_news(struct disks *all);
/** A process looks at a disk or works on what it belongs to; disks are on their way meanwhile. */
void disks_look_begun(struct disks *all);
void disks_look_over(struct disks *all);

/** What came of a look or of work. */
void disk_tell(struct known_disk *d, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** The work on it is over. */
void disk_set_done(struct known_disk *d);
/** There is something new for a disk that was done: work on it once more. */
void disk_set_again(struct known_disk *d);
/** Unbrick came from it. On a machine's own disk there may be a Windows, too: else it is left. */
void disk_set_stick(struct known_disk *d);

#endif
