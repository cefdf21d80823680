/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The disks of the machine: which there are, and at a first look (in a process of its own, as a
 * disk may be slow to die) what is on them. What a repair does is decided by the engine. */
#ifndef UNBRICK_INIT_DISK_H
#define UNBRICK_INIT_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/bootsector.h"

enum {
	DISK_MOST = 64,
	DISK_PARTS = 32,
	DISK_NAME = 40,
	DISK_UUID = 40,
	DISK_WORD = 48,
	DISK_TOP = 16
};

/* Has it a folder of ours (stick_choose.c)? */
enum part_look { PART_UNSEEN, PART_BARE, PART_HAS, PART_REFUSED /* NTFS: a Windows, or damaged */ };

struct part {
	unsigned number; /* 0 = the disk has no partition table */
	uint64_t start_bytes, size_bytes;
	char uuid[DISK_UUID];	/* as block/disk.h has it: GUID, or "<id of an MBR>-<nn>"; "" = none
				 */
	bool is_esp, is_active; /* active: of an MBR */
	enum vol_kind content;
	char fs_uuid[DISK_UUID]; /* of FAT and exFAT: "1234-ABCD"; NTFS: 16 digits */
	enum part_look look;
	unsigned n_looks;
	char top[DISK_TOP]; /* that folder */
	bool is_set_aside;  /* like the stick, and at another place than it was started from */
};

/* Fixed size: it comes through a pipe. */
struct disk_facts {
	uint64_t size_bytes;
	uint32_t sector_bytes;
	bool is_readable;     /* its first sector could be read */
	bool is_locked;	      /* self-encrypting and locked (OPAL) */
	uint8_t mark[16];     /* where Ventoy puts the GUID of its disk (format/ventoy.h) */
	char raid[DISK_WORD]; /* "isw_raid_member": a part of a RAID, "" = none */
	unsigned n_parts;
	struct part parts[DISK_PARTS];
};

/** Look at a device or an image file. False = it does not open. */
bool disk_look(const char *path, struct disk_facts *ret);

/** Has it a volume of that kind, at first sight? */
bool disk_has(const struct disk_facts *f, enum vol_kind content);

/** May this name of /sys/block be a disk with a Windows? (No loops, optical drives, boot areas.) */
bool disk_is_wanted(const char *root, const char *name);
/** Is it something that one plugs in: on USB, or an SD card? */
bool disk_is_pluggable(const char *root, const char *name);
/** Are both the same disk, by what it says of itself? */
bool disk_is_same(const char *root, const char *a, const char *b);
/** Cannot it be written (a switch on it, a medium that is none to write to)? */
bool disk_is_read_only(const char *root, const char *name);
/** The device of a partition ("nvme0n1", 3 -> "nvme0n1p3"); 0 gives the disk's own. */
bool disk_part_name(const char *root, const char *disk, unsigned number, char *ret, size_t cap);

/* ---- the list of those that are there or were, and what is known of each. Everybody may read;
 * machine.c makes an entry, and what changes it later is a function here, but for what the work
 * notes for itself. */

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
		bool waits_for_stick; /* a journal's replay keeps its plan there */
		/* of the stick, when it was worked on last */
		bool had_keys, had_accounts, had_rules;
		bool was_repaired; /* already, since all disks were begun with */
	} work;			   /* of work.c */
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
