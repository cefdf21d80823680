/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The disks of the machine: which there are, and at a first look (in a process of its own, as a
 * disk may be slow to die) what is on them. What a repair does is decided by the engine. */
#ifndef UNBRICK_INIT_DISK_H
#define UNBRICK_INIT_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/bootsector.h"

enum { DISK_MOST = 64, DISK_PARTS = 32, DISK_NAME = 40, DISK_UUID = 40, DISK_WORD = 48 };

struct part {
	unsigned number; /* 0 = the disk has no partition table */
	uint64_t start_bytes, size_bytes;
	char uuid[DISK_UUID]; /* as block/disk.h has it: GUID, or "<id of an MBR>-<nn>"; "" = none
			       */
	bool is_esp;
	enum vol_kind content;
	char fs_uuid[DISK_UUID]; /* of FAT: "1234-ABCD" */
	bool is_candidate;	 /* may be the stick: not looked into yet */
};

/* Fixed size: it comes through a pipe. */
struct disk_facts {
	uint64_t size_bytes;
	uint32_t sector_bytes;
	bool is_readable;     /* its first sector could be read */
	bool is_locked;	      /* self-encrypting and locked (OPAL) */
	char raid[DISK_WORD]; /* "isw_raid_member": a part of a RAID, "" = none */
	unsigned n_parts;
	struct part parts[DISK_PARTS];
};

/** Look at a device or an image file. False = it does not open. */
bool disk_look(const char *path, struct disk_facts *ret);

/** May this name of /sys/block be a disk with a Windows? (No loops, optical drives, boot areas.) */
bool disk_is_wanted(const char *root, const char *name);
/** Are both the same disk, by what it says of itself? */
bool disk_is_same(const char *root, const char *a, const char *b);
/** The device of a partition ("nvme0n1", 3 -> "nvme0n1p3"); 0 gives the disk's own. */
bool disk_part_name(const char *root, const char *disk, unsigned number, char *ret, size_t cap);

#endif
